"""A picture's address is judged as the service would find it: from outside, by content, and with little read."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Callable, Mapping

import httpcore
import httpx
import pytest

from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, ServiceUnavailable, StudioError
from sora_studio.domain.picture import WebPicture
from sora_studio.gateway import picture_checker
from sora_studio.gateway.picture_checker import REMEMBER_S, HttpPictureChecker
from sora_studio.gateway.picture_header import ENOUGH_BYTES
from tests.canary import QUERY
from tests.unit.gateway.doubles import HastyClock, run, serving
from tests.unit.gateway.hostile_links import CDN_ADDRESS, CODES, HOSTILE, Outside, moved
from tests.unit.gateway.test_picture_header import encode

MAX_BYTES = 10_000_000
LINK = f"https://cdn.example/private-folder/cat.png?{QUERY}"
PNG = encode("png", 320, 180)


class Web(httpx.AsyncBaseTransport):
    """One server: says the same to everybody, piece by piece, and counts what was taken of it."""

    def __init__(
        self,
        body: bytes = PNG,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        rest: int = 0,
        error: Exception | None = None,
    ) -> None:
        self.body, self.status, self.headers, self.rest, self.error = body, status, dict(headers or {}), rest, error
        self.requests = list[httpx.Request]()
        self.taken_bytes = 0
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.error:
            raise self.error
        return httpx.Response(self.status, headers=self.headers, stream=_Counted(self))


class _Counted(httpx.AsyncByteStream):
    def __init__(self, web: Web) -> None:
        self._web = web

    async def __aiter__(self) -> AsyncIterator[bytes]:
        whole = self._web.body
        for at in range(0, len(whole) + self._web.rest, 16_384):
            piece = whole[at : at + 16_384] or bytes(16_384)
            self._web.taken_bytes += len(piece)
            yield piece

    async def aclose(self) -> None:
        self._web.closed += 1


def look(web: httpx.AsyncBaseTransport | None, url: str = LINK, *, max_bytes: int = MAX_BYTES) -> WebPicture:
    async def scenario() -> WebPicture:
        checker = HttpPictureChecker(gateway_is_loopback=False, clock=HastyClock(), transport=web)
        try:
            return await checker.look(url, max_bytes=max_bytes)
        finally:
            await checker.close()

    return run(scenario())


def sentence_about(web: httpx.AsyncBaseTransport | None, url: str = LINK, *, max_bytes: int = MAX_BYTES) -> str:
    """Why it was refused: one problem, of the images, that shows nothing secret of the address."""
    with pytest.raises(InvalidRequest) as caught:
        look(web, url, max_bytes=max_bytes)
    (problem,) = caught.value.problems
    assert problem.field == "images"
    assert_nothing_secret(caught.value)
    return problem.message


def assert_nothing_secret(error: StudioError) -> None:
    everything = f"{error.sentence}{error.detail}{error!r}{error.__cause__!r}{error.__context__!r}"
    assert QUERY not in everything
    assert "private-folder" not in everything


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    content = encode(kind, 640, 360)
    web = Web(content, headers={"Content-Length": str(len(content)), "Content-Type": "application/octet-stream"})
    assert look(web) == WebPicture(kind, 640, 360, len(content))
    (request,) = web.requests
    assert request.method == "GET"
    assert request.headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers
    assert web.closed


def test_of_a_large_picture_only_the_beginning_is_read() -> None:
    web = Web(PNG, headers={"Content-Length": "9000000"}, rest=9_000_000)
    assert look(web).size_bytes == 9_000_000
    assert web.taken_bytes <= 2 * 16_384


def test_a_size_that_nobody_tells_is_counted() -> None:
    assert look(Web(PNG)).size_bytes == len(PNG)


def test_a_body_without_end_is_read_up_to_the_limit_and_no_further() -> None:
    web = Web(PNG, rest=1 << 40)
    assert sentence_about(web) == "cdn.example/…/cat.png has more than the 10.00 MB allowed."
    assert web.taken_bytes <= MAX_BYTES + 2 * 16_384
    assert web.closed


def test_a_picture_of_just_the_limit_is_taken() -> None:
    assert look(Web(PNG), max_bytes=len(PNG)).size_bytes == len(PNG)
    assert look(Web(PNG, headers={"Content-Length": str(len(PNG))}), max_bytes=len(PNG)).size_bytes == len(PNG)
    assert "more than" in sentence_about(Web(PNG), max_bytes=len(PNG) - 1)


def test_too_large_says_by_how_much() -> None:
    web = Web(PNG, headers={"Content-Length": "12300000"})
    assert sentence_about(web) == "cdn.example/…/cat.png has 12.30 MB, 2.30 MB more than the 10.00 MB allowed."


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "answers 404: nothing is there."),
        (410, "answers 410: nothing is there any more."),
        (401, "needs a login"),
        (403, "needs a login"),
        (206, "answers 206 and no picture."),
        (304, "answers 304 and no picture."),
    ],
)
def test_another_answer_than_200(status: int, words: str) -> None:
    assert words in sentence_about(Web(PNG, status=status))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_server_that_is_busy_says_nothing_about_the_picture(status: int) -> None:
    with pytest.raises(ServiceUnavailable, match=f"temporary problem .{status}.") as caught:
        look(Web(PNG, status=status, headers={"Retry-After": "40"}))
    assert caught.value.retry_after_s == 40
    assert "canary" not in caught.value.sentence


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><title>Cat</title>", "is a web page, not a picture."),
        (b"\n\n  words in a page of no known shape", "is a web page, not a picture."),
        (encode("gif", 20, 20, frames=3), "is a GIF file. Use a JPEG or PNG picture."),
        (encode("bmp", 20, 20), "is a BMP file."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "is an SVG drawing. Use a JPEG or PNG picture."),
        (encode("png", 20, 20, frames=3), "is animated."),
        (encode("webp", 20, 20, frames=3), "is animated."),
        (PNG[:20], "its header is damaged."),
        (b"\xff\xd8\xff" + bytes(3_000_000), "its header is damaged."),
    ],
    ids=["page", "said page", "gif", "bmp", "svg", "apng", "moving webp", "cut", "hollow jpeg"],
)
def test_what_is_no_still_picture_is_named(body: bytes, words: str) -> None:
    web = Web(body, headers={"Content-Type": "text/html"})
    assert words in sentence_about(web)
    assert web.taken_bytes <= ENOUGH_BYTES + 16_384


def test_nothing_at_all_is_no_picture() -> None:
    assert "not a known picture format" in sentence_about(Web(b""))


def test_a_compressed_answer_is_not_unpacked() -> None:
    """A bomb: 10 GB in 10 MB. Nothing of it is decoded."""
    web = Web(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"})
    assert "is sent with HTTP compression" in sentence_about(web)
    assert web.taken_bytes == 0


def test_a_profile_before_the_size_is_read_past() -> None:
    content = encode("jpeg", 640, 360, icc_profile=bytes(600_000))
    assert look(Web(content)) == WebPicture("jpeg", 640, 360, len(content))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectTimeout(""), "it does not answer in time"),
        (httpx.RemoteProtocolError(f"peer said {QUERY}"), "it does not speak HTTP"),
        (httpx.ReadError(""), "the connection was lost"),
    ],
)
def test_when_nobody_could_look_that_is_no_verdict(error: Exception, words: str) -> None:
    with pytest.raises(ConnectionFailed, match=re.escape(words)) as caught:
        look(Web(error=error))
    assert_nothing_secret(caught.value)


def test_a_good_answer_is_remembered_for_a_minute_and_a_bad_one_is_not() -> None:
    web, clock = Web(PNG, status=404), HastyClock()

    async def scenario() -> None:
        checker = HttpPictureChecker(gateway_is_loopback=False, clock=clock, transport=web)
        with pytest.raises(InvalidRequest):
            await checker.look(LINK, max_bytes=MAX_BYTES)
        web.status = 200
        first = await checker.look(LINK, max_bytes=MAX_BYTES)
        clock.seconds += REMEMBER_S - 1
        assert await checker.look(LINK, max_bytes=MAX_BYTES) == first
        assert len(web.requests) == 2
        with pytest.raises(InvalidRequest):
            await checker.look(LINK, max_bytes=10)
        clock.seconds += 2
        await checker.look(LINK, max_bytes=MAX_BYTES)
        assert len(web.requests) == 4
        await checker.close()

    run(scenario())


def test_only_the_last_addresses_are_remembered() -> None:
    async def scenario() -> None:
        web = Web()
        checker = HttpPictureChecker(gateway_is_loopback=False, clock=HastyClock(), transport=web)
        for number in range(200):
            await checker.look(f"https://cdn.example/{number}.png", max_bytes=MAX_BYTES)
        await checker.look("https://cdn.example/199.png", max_bytes=MAX_BYTES)
        assert len(web.requests) == 200
        await checker.look("https://cdn.example/0.png", max_bytes=MAX_BYTES)
        assert len(web.requests) == 201
        await checker.close()

    run(scenario())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://me:secret@cdn.example/a.png?{QUERY}", "cdn.example/a.png"),
        ("ftp://cdn.example/a.png", "cdn.example/a.png"),
        ("https://cdn.example/%E2%80%AEgnp.exe", "cdn.example/gnp.exe"),
        (f"https://cdn.example/{'x' * 90}.png", f"cdn.example/…{'x' * 36}.png"),
        ("https://cdn.example/a/b/../c/", "cdn.example/…/c"),
        ("https://[::1/a", "The address"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    message = sentence_about(Web(status=404), url)
    assert shown in message
    assert "secret" not in message


# --- the network ---------------------------------------------------------------------------------------------------


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]]) -> Callable[..., Outside]:
    """`outside(*answers)` takes the network's place."""

    def place(*answers: bytes) -> Outside:
        network = Outside(*answers)
        monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: network)
        return network

    assert names
    return place


@pytest.mark.parametrize(
    "link", [link for link in HOSTILE if not link.startswith("http://cdn")], ids=lambda link: ascii(link)[:60]
)
def test_a_hostile_address_connects_to_nobody(link: str, outside: Callable[..., Outside]) -> None:
    network = outside()
    with pytest.raises((InvalidRequest, ConnectionFailed)):
        look(None, link)
    assert network.connected == []


@pytest.mark.parametrize(("number", "link"), list(enumerate(HOSTILE)), ids=lambda link: ascii(link)[:60])
def test_a_redirect_to_a_hostile_address_goes_no_further(number: int, link: str, outside: Callable[..., Outside]) -> None:
    network = outside(*[moved(link, CODES[number % len(CODES)])] * 9)
    with pytest.raises((InvalidRequest, ConnectionFailed)):
        look(None)
    assert set(network.connected) == {CDN_ADDRESS}


def test_an_address_of_the_home_is_refused_in_words(outside: Callable[..., Outside]) -> None:
    network = outside()
    assert sentence_about(None, "http://192.168.0.1/cat.png") == (
        "The service cannot fetch 192.168.0.1/cat.png: it leads into this machine's own network."
    )
    assert network.connected == []


def test_at_most_five_redirects(outside: Callable[..., Outside]) -> None:
    network = outside(*[moved("https://cdn.example/next")] * 20)
    assert sentence_about(None) == "cdn.example/…/cat.png redirects too often."
    assert len(network.connected) == 6


def test_a_flood_of_headers_ends_the_look(outside: Callable[..., Outside]) -> None:
    outside(b"HTTP/1.1 200 OK\r\n" + b"X-Flood: %s\r\n" % (b"x" * 1000) * 10_000)
    with pytest.raises(ConnectionFailed, match="it does not speak HTTP"):
        look(None)


def test_plain_http_is_fine_for_a_picture(outside: Callable[..., Outside]) -> None:
    network = outside(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PNG), PNG))
    assert look(None, "http://cdn.example/cat.png") == WebPicture("png", 320, 180, len(PNG))
    assert network.connected == [CDN_ADDRESS]


def test_a_slow_drip_ends_in_time_and_its_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_checker, "LOOK_S", 0.3)

    async def scenario() -> None:
        left = asyncio.Event()

        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + PNG[:20])
            try:
                while await reader.read(1):
                    pass
            finally:
                left.set()

        async with serving(drip) as base_url:
            checker = HttpPictureChecker(gateway_is_loopback=True, clock=HastyClock())
            with pytest.raises(ConnectionFailed, match="it does not answer in time"):
                await checker.look(f"{base_url}/cat.png", max_bytes=MAX_BYTES)
            await left.wait()
            await checker.close()

    run(scenario())


def test_a_look_takes_at_most_fifteen_seconds() -> None:
    assert picture_checker.LOOK_S <= 15


def test_a_closed_door_is_named() -> None:
    async def scenario() -> None:
        async with serving(lambda _reader, _writer: asyncio.sleep(0)) as base_url:
            pass
        checker = HttpPictureChecker(gateway_is_loopback=True, clock=HastyClock())
        with pytest.raises(ConnectionFailed, match="nothing listens at its port"):
            await checker.look(f"{base_url}/cat.png", max_bytes=MAX_BYTES)
        await checker.close()

    run(scenario())
