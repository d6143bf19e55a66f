"""The studio's side of a relay: the token goes nowhere else, every broken leg has a sentence, the line ends when it should."""

import asyncio
import json
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import (
    ConnectionFailed,
    InvalidSetting,
    PassingError,
    PublishingFailed,
    RateLimited,
    RouteUnusable,
    ServiceUnavailable,
    StudioError,
)
from sora_studio.domain.picture import PIXEL, PreparedPicture
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.domain.proxies import read_proxies
from sora_studio.domain.relay import is_callback_secret
from sora_studio.gateway import relay_client, upload_body
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.gateway.relay_wire import MAX_LINE_BYTES, address_from, callback_from, greeting_from
from tests.canary import KEY as TOKEN
from tests.doubles.lent_films import lent_film
from tests.unit.gateway.doubles import HastyClock, run, serving

BASE = "https://relay.example"
PUBLIC = "https://pictures.example"
OURS = {"Server": "sora-studio-relay"}
HANDLE = "abcdefghijklmnopqrstuv.png"
SECRET = "s" * 43
GREETING = {"public_url": PUBLIC, "epoch": "e1"}
FILM_GREETING = {**GREETING, "film_bytes": 600_000_000, "free_bytes": 1_000_000_000}
FILM_HANDLE = "abcdefghijklmnopqrstuv.mp4"
PICTURE = PreparedPicture(b"pixels" * 30_000, "image/png", 20, 10)
Answer = Callable[[httpx.Request], httpx.Response]


class Wire(httpx.AsyncBaseTransport):
    """Answers as it is told, and keeps what was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests = list[httpx.Request]()
        self.bodies = list[bytes]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.bodies.append(await request.aread())
        answer = self._answer(request)
        if not answer.is_stream_consumed:
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Line(answer.content, ends=True))


class Line(httpx.AsyncByteStream):
    """A body that says these pieces, and then stays open unless it `ends`."""

    def __init__(self, *pieces: bytes, ends: bool = False, error: Exception | None = None) -> None:
        self._pieces, self._ends, self._error = pieces, ends, error
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._error:
            raise self._error
        if not self._ends:
            await asyncio.get_running_loop().create_future()

    async def aclose(self) -> None:
        self.closed = True


def said(status: int, body: object = None, **headers: str) -> Answer:
    """The same for everybody, from a relay."""
    content = b"" if body is None else json.dumps(body).encode()
    return lambda _: httpx.Response(status, headers={**OURS, **headers}, content=content)


def client_on(answer: Answer, *, base_url: str = BASE, token: str | None = TOKEN) -> tuple[RelayClient, Wire]:
    wire = Wire(answer)
    return RelayClient(base_url, token=lambda: token, clock=HastyClock(), transport=wire), wire


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def entry(cursor: int, **more: object) -> dict[str, object]:
    return {"cursor": cursor, "secret": SECRET, "task_id": "task_1", **more}


def streaming(line: Line) -> Answer:
    return lambda _: httpx.Response(200, headers=OURS, stream=line)


def failure_of(work: Callable[[RelayClient], Awaitable[object]], answer: Answer, **how: str) -> StudioError:
    """What came of it, with nothing in it that is secret."""
    relay, _ = client_on(answer, **how)

    async def scenario() -> None:
        try:
            await work(relay)
        finally:
            await relay.close()

    with pytest.raises(StudioError) as caught:
        run(scenario())
    assert_nothing_secret(caught.value)
    return caught.value


def assert_nothing_secret(error: StudioError) -> None:
    seen = f"{error.sentence}{error.detail}{error!r}{error.__cause__!r}{error.__context__!r}"
    assert TOKEN not in seen
    assert SECRET not in seen
    assert HANDLE not in seen


def read_all(line: Line, count: int) -> list[RelayGreeting | Callback | None]:
    """The first `count` of what the line says."""

    async def scenario() -> list[RelayGreeting | Callback | None]:
        relay, _ = client_on(streaming(line))
        callbacks, found = relay.callbacks(), list[RelayGreeting | Callback | None]()
        try:
            while len(found) < count:
                found.append(await anext(callbacks))
        finally:
            await callbacks.aclose()
            await relay.close()
        assert line.closed
        return found

    return run(scenario())


# --- questions -----------------------------------------------------------------------------------------------------


def test_it_says_who_it_is_and_gets_its_place_by_that() -> None:
    async def scenario() -> None:
        relay, wire = client_on(said(200, GREETING))
        assert relay.place == f"relay {BASE}"
        assert await relay.greet() == RelayGreeting(PUBLIC, "e1")
        assert relay.place == f"relay {PUBLIC}"
        (request,) = wire.requests
        assert (request.method, request.url) == ("GET", f"{BASE}/v1/relay")
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in repr(relay)
        await relay.close()

    run(scenario())


def test_a_picture_goes_up_whole_with_its_type_size_and_lifetime() -> None:
    async def scenario() -> None:
        relay, wire = client_on(said(201, {"url": f"{PUBLIC}/p/{HANDLE}"}))
        assert await relay.publish(PICTURE, HANDLE, lifetime_s=3599.2) == f"{PUBLIC}/p/{HANDLE}"
        (request,) = wire.requests
        assert (request.method, request.url) == ("PUT", f"{BASE}/v1/pictures/{HANDLE}")
        assert request.headers["Content-Type"] == "image/png"
        assert request.headers["Content-Length"] == str(PICTURE.size_bytes)
        assert "Transfer-Encoding" not in request.headers
        assert request.headers["Lifetime"] == "3600"
        assert wire.bodies == [PICTURE.content]
        await relay.close()

    run(scenario())


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (PIXEL.content, ""),
        (b"<html>a page of the tunnel</html>", "https://pictures.example returned something other than the test picture"),
    ],
)
def test_a_check_publishes_a_picture_looks_at_it_from_outside_and_takes_it_back(seen: bytes, says: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            if request.url.path == "/v1/relay":
                return httpx.Response(200, headers=OURS, json=GREETING)
            assert "Authorization" not in request.headers
            return httpx.Response(200, headers=OURS, content=seen)
        name = request.url.path.rpartition("/")[2]
        return httpx.Response(201 if request.method == "PUT" else 204, headers=OURS, json={"url": f"{PUBLIC}/p/{name}"})

    async def scenario() -> None:
        relay, wire = client_on(answer)
        if says:
            with pytest.raises(PublishingFailed, match=says):
                await relay.check()
        else:
            await relay.check()
        _, put, look, delete = wire.requests
        assert [request.method for request in wire.requests] == ["GET", "PUT", "GET", "DELETE"]
        assert put.url == delete.url
        assert look.url.path.endswith(put.url.path.rpartition("/")[2])
        await relay.close()

    run(scenario())


def test_secrets_are_new_each_time_and_the_relays_own() -> None:
    relay, _ = client_on(said(200))
    made = {relay.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(is_callback_secret(TOKEN, secret) for secret in made)


@pytest.mark.parametrize("token", [None, "", "  ", "zero\u200bwidth", "two words", "line\nbreak"])
def test_without_a_usable_token_nothing_is_sent(token: str | None) -> None:
    async def scenario() -> None:
        relay, wire = client_on(said(200, GREETING), token=token)
        with pytest.raises(RouteUnusable, match="token"):
            relay.new_secret()
        with pytest.raises(RouteUnusable, match="token"):
            await relay.greet()
        with pytest.raises(RouteUnusable, match="token"):
            await anext(relay.callbacks())
        assert wire.requests == []
        await relay.close()

    run(scenario())


@pytest.mark.parametrize("address", ["http://relay.example", "https://me:word@relay.example", "ftp://x", "relay.example", ""])
def test_only_a_secret_line_carries_the_token(address: str) -> None:
    with pytest.raises(InvalidSetting):
        client_on(said(200), base_url=address)


def publish(relay: RelayClient) -> Awaitable[object]:
    return relay.publish(PICTURE, HANDLE, lifetime_s=60)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, RouteUnusable, "does not accept this token"),
        (400, PublishingFailed, "does not accept this picture"),
        (413, PublishingFailed, "too large for the relay"),
        (415, PublishingFailed, "JPEG, PNG and WebP"),
        (507, PassingError, "no room for one more picture until tasks end or some are withdrawn"),
        (404, PublishingFailed, "has nothing there (404)"),
        (429, RateLimited, "asks us to wait"),
        (500, ServiceUnavailable, "temporary problem (500)"),
        (503, ServiceUnavailable, "temporary problem (503)"),
    ],
)
def test_what_the_relay_refuses_has_a_sentence(status: int, kind: type[StudioError], words: str) -> None:
    error = failure_of(publish, said(status, **{"Retry-After": "7"}))
    assert type(error) is kind
    assert words in error.title
    assert isinstance(error, PassingError) or error.advice
    if isinstance(error, PassingError):
        assert error.retry_after_s == {429: 7, 507: 30}.get(status)


def test_a_refused_token_is_to_be_the_one_that_the_relay_printed() -> None:
    error = failure_of(publish, said(401))
    assert error.advice == "Enter the token that the relay printed at its first start, or set SORA_STUDIO_RELAY_TOKEN to it."


@pytest.mark.parametrize("status", [200, 204, 301, 307, 401, 403, 404, 405])
def test_another_server_at_its_address_is_told_apart(status: int) -> None:
    error = failure_of(
        publish, lambda _: httpx.Response(status, headers={"Server": "nginx", "Location": "https://evil.example/"})
    )
    assert isinstance(error, RouteUnusable)
    assert "another server than the relay" in error.title


@pytest.mark.parametrize("status", [502, 503, 504, 530])
def test_a_proxy_with_nothing_behind_it_is_told_apart(status: int) -> None:
    error = failure_of(lambda relay: relay.greet(), lambda _: httpx.Response(status, html="<h1>Bad Gateway</h1>"))
    assert isinstance(error, ServiceUnavailable)
    assert f"a proxy or tunnel answers, but nothing behind it ({status})" in error.title


def test_a_proxy_that_puts_its_own_name_on_the_answer_does_no_harm() -> None:
    async def scenario() -> None:
        headers = {"Server": "cloudflare", "Content-Security-Policy": "default-src 'none'; sandbox"}
        relay, _ = client_on(lambda _: httpx.Response(200, headers=headers, json=GREETING))
        assert (await relay.greet()).epoch == "e1"
        await relay.close()

    run(scenario())


@pytest.mark.parametrize("body", [None, [], {}, {"public_url": PUBLIC}, {"public_url": 3, "epoch": "e"}, "words"])
def test_an_answer_that_is_no_greeting_is_not_taken_for_one(body: object) -> None:
    assert "another server" in failure_of(lambda relay: relay.greet(), said(200, body)).title


def test_a_relay_that_the_public_cannot_reach_by_https_is_refused() -> None:
    error = failure_of(lambda relay: relay.greet(), said(200, {"public_url": "http://relay.example", "epoch": "e"}))
    assert isinstance(error, RouteUnusable)
    assert "must begin with https" in error.title


@pytest.mark.parametrize("url", [f"http://pictures.example/p/{HANDLE}", f"{PUBLIC}/p/other.png", "javascript:1", None, 7])
def test_an_address_that_is_not_the_pictures_is_not_taken(url: object) -> None:
    assert isinstance(failure_of(publish, said(201, {"url": url})), RouteUnusable)


def chained(error: Exception, cause: BaseException) -> Exception:
    """As the layers beneath do it."""
    error.__cause__ = cause
    return error


def unverified() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "certificate has expired"
    return error


NEVER_SENT: list[tuple[Callable[[], Exception], str]] = [
    (lambda: chained(httpx.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "no")), "its name does not exist"),
    (lambda: chained(httpx.ConnectError("x"), socket.gaierror(socket.EAI_AGAIN, "no")), "its name cannot be looked up now"),
    (lambda: chained(httpx.ConnectError("x"), ConnectionRefusedError()), "nothing listens at its port"),
    (
        lambda: chained(httpx.ConnectError("x"), ExceptionGroup("all", [OSError(), ConnectionRefusedError()])),
        "nothing listens at its port",
    ),
    (lambda: chained(httpx.ConnectError("x"), unverified()), "(certificate has expired)"),
    (lambda: chained(httpx.ConnectError("x"), ssl.SSLError(1, "wrong version number")), "does not speak TLS"),
    (lambda: httpx.ConnectError("x"), "no connection could be made"),
    (lambda: httpx.ConnectTimeout("x"), "it does not answer in time"),
    (lambda: httpx.ProxyError("x"), "the proxy refused the connection"),
]
BROKEN_OFF: list[tuple[Callable[[], Exception], str]] = [
    (lambda: httpx.ReadError(f"Authorization: Bearer {TOKEN}"), "the connection was lost"),
    (lambda: httpx.RemoteProtocolError(f"peer said {TOKEN}"), "it does not speak HTTP"),
    (lambda: httpx.LocalProtocolError(f"Illegal header value b'{TOKEN}'"), "the connection was lost"),
    (lambda: httpx.ReadTimeout("x"), "it does not answer in time"),
    (lambda: httpx.WriteError("x"), "the connection was lost"),
]
BREAKDOWNS = [
    *((made, words, ConnectionFailed) for made, words in NEVER_SENT),
    *((made, words, PassingError) for made, words in BROKEN_OFF),
]


@pytest.mark.parametrize(("made", "words", "kind"), BREAKDOWNS, ids=[words for _, words, _ in BREAKDOWNS])
@pytest.mark.parametrize("asked", ["greet", "line", "visit"])
def test_a_way_that_breaks_off_is_named(made: Callable[[], Exception], words: str, kind: type[StudioError], asked: str) -> None:
    def breaking(_: httpx.Request) -> httpx.Response:
        raise made()

    ways: dict[str, Callable[[RelayClient], Awaitable[object]]] = {
        "greet": lambda relay: relay.greet(),
        "line": lambda relay: anext(relay.callbacks()),
        "visit": lambda relay: relay.visit(f"{BASE}/p/{HANDLE}"),
    }
    error = failure_of(ways[asked], breaking)
    assert type(error) is kind, "only what sent nothing says so"
    assert error.title.startswith(f"{BASE} cannot be reached: ")
    assert words in error.title


# --- the line ------------------------------------------------------------------------------------------------------


def test_the_line_says_who_then_what_is_kept_then_that_it_lives() -> None:
    body = lines(GREETING, entry(4), entry(5, task_id=None), {})
    expected = [
        RelayGreeting(PUBLIC, "e1"),
        Callback(SECRET, "task_1", 4),
        Callback(SECRET, None, 5),
        None,
    ]
    assert read_all(Line(body), 4) == expected
    assert read_all(Line(*[bytes([byte]) for byte in body]), 4) == expected


def test_it_asks_for_what_it_has_not_seen() -> None:
    async def scenario() -> None:
        relay, wire = client_on(streaming(Line(lines(GREETING))))
        callbacks = relay.callbacks("e 1&", 17)
        await anext(callbacks)
        assert relay.place == f"relay {PUBLIC}"
        (request,) = wire.requests
        assert request.url.path == "/v1/callbacks"
        assert dict(request.url.params) == {"epoch": "e 1&", "after": "17"}
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        await callbacks.aclose()
        await relay.close()

    run(scenario())


NOISE: list[object] = [
    *("words", 3, None, [], [1], {"cursor": 1}, {"secret": SECRET}, {"cursor": "1", "secret": SECRET}),
    *({"cursor": True, "secret": SECRET}, {"cursor": -1, "secret": SECRET}, {"cursor": 1 << 63, "secret": SECRET}),
    *({"cursor": 1, "secret": ""}, {"cursor": 1, "secret": "s" * 5000}, {"cursor": 1.5, "secret": SECRET}),
]


def test_what_cannot_be_read_is_passed_over() -> None:
    found = read_all(Line(lines(GREETING, *NOISE), b"\xff\xfe\n{{{\n\n", lines(entry(9))), 2 + len(NOISE) + 3)
    assert found[1:-1] == [None] * (len(NOISE) + 3)
    assert isinstance(found[-1], Callback)


@given(st.binary(max_size=300) | st.dictionaries(st.text(max_size=12), st.none() | st.integers() | st.text(), max_size=5))
def test_nothing_that_a_relay_says_breaks_the_reading(noise: bytes | dict[str, object]) -> None:
    line = noise if isinstance(noise, bytes) else json.dumps(noise).encode()
    callback = callback_from(line)
    assert callback is None or callback.cursor >= 0
    assert address_from(line, HANDLE) is None
    try:
        greeting = greeting_from(line)
    except InvalidSetting:
        return
    assert greeting is None or greeting.public_url


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        (Line(ends=True), PassingError, "has closed the connection"),
        (Line(lines(GREETING), ends=True), PassingError, "has closed the connection"),
        (Line(lines(GREETING), b'{"cursor"', ends=True), PassingError, "has closed the connection"),
        (Line(lines(GREETING), error=httpx.ReadError(TOKEN)), PassingError, "the connection was lost"),
        (Line(lines(GREETING), b"x" * (MAX_LINE_BYTES + 1)), ServiceUnavailable, "cannot be read"),
        (Line(b"x" * (MAX_LINE_BYTES + 1)), ServiceUnavailable, "cannot be read"),
        (Line(lines({"status": "ok"})), RouteUnusable, "another server"),
        (Line(b"<html>\n"), RouteUnusable, "another server"),
    ],
)
def test_the_line_never_ends_without_a_reason(line: Line, kind: type[StudioError], words: str) -> None:
    async def drained(relay: RelayClient) -> None:
        async for _ in relay.callbacks():
            pass

    error = failure_of(drained, streaming(line))
    assert isinstance(error, kind)
    assert words in error.title
    assert line.closed


@pytest.mark.parametrize(("status", "words"), [(401, "token"), (404, "nothing there")])
def test_a_line_that_is_refused_says_why(status: int, words: str) -> None:
    error = failure_of(lambda relay: anext(relay.callbacks()), said(status))
    assert isinstance(error, PublishingFailed)
    assert words in error.title


@pytest.mark.parametrize("pieces", [(), (b"{}",)], ids=["nothing", "half a heartbeat"])
def test_silence_breaks_the_line(monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...]) -> None:
    monkeypatch.setattr(relay_client, "HEARTBEAT_TIMEOUT_S", 0.02)
    line = Line(lines(GREETING), *pieces)
    with pytest.raises(PassingError, match="has stopped responding"):
        read_all(line, 3)
    assert line.closed


def test_three_heartbeats_may_be_missed() -> None:
    assert relay_client.HEARTBEAT_TIMEOUT_S == 30


def test_who_stops_reading_closes_the_line() -> None:
    line = Line(lines(GREETING))

    async def scenario() -> None:
        relay, _ = client_on(streaming(line))
        greeted = asyncio.Event()

        async def follow() -> None:
            async for _ in relay.callbacks():
                greeted.set()

        following = asyncio.create_task(follow())
        await greeted.wait()
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        assert line.closed
        await relay.close()

    run(scenario())


# --- a stranger's look ---------------------------------------------------------------------------------------------


def test_a_stranger_knows_no_token() -> None:
    async def scenario() -> None:
        relay, wire = client_on(lambda _: httpx.Response(200, headers=OURS, content=b"picture"))
        assert await relay.visit(f"{PUBLIC}/p/{HANDLE}") == b"picture"
        await relay.report(f"{PUBLIC}/c/{SECRET}", "task_7")
        get, post = wire.requests
        assert (get.method, post.method) == ("GET", "POST")
        assert "Authorization" not in {**get.headers, **post.headers}
        assert TOKEN not in f"{get.headers!r}{post.headers!r}"
        assert post.headers["Content-Type"] == "application/json"
        envelope = json.loads(wire.bodies[1])
        assert (envelope["code"], envelope["data"]["taskId"]) == (200, "task_7")
        await relay.close()

    run(scenario())


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (404, OURS, PublishingFailed, "The relay at https://pictures.example has nothing there (404)."),
        (404, {}, RouteUnusable, "At https://pictures.example another server than the relay answers (404)."),
        (200, {}, RouteUnusable, "At https://pictures.example another server than the relay answers (200)."),
        (302, {}, RouteUnusable, "another server than the relay sends us elsewhere (302)."),
        (502, {}, ServiceUnavailable, "At https://pictures.example a proxy or tunnel answers, but nothing behind it (502)."),
        (530, {}, ServiceUnavailable, "a proxy or tunnel answers, but nothing behind it (530)."),
        (500, OURS, ServiceUnavailable, "https://pictures.example has a temporary problem (500)."),
    ],
)
@pytest.mark.parametrize("leg", ["visit", "report"])
def test_each_broken_leg_has_its_sentence(
    status: int, headers: dict[str, str], kind: type[StudioError], words: str, leg: str
) -> None:
    ways: dict[str, Callable[[RelayClient], Awaitable[object]]] = {
        "visit": lambda relay: relay.visit(f"{PUBLIC}/p/{HANDLE}"),
        "report": lambda relay: relay.report(f"{PUBLIC}/c/{SECRET}", "task_7"),
    }
    answer = httpx.Response(status, headers={**headers, "Location": "https://elsewhere.example/"})
    error = failure_of(ways[leg], lambda _: answer)
    assert type(error) is kind
    assert words in error.title


@pytest.mark.parametrize("url", ["http://pictures.example/p/x", "https://me:word@pictures.example/p/x", "https://[::1/p/x", ""])
def test_an_address_that_no_service_would_take_is_not_visited(url: str) -> None:
    error = failure_of(lambda relay: relay.visit(url), said(200))
    assert isinstance(error, PublishingFailed)
    assert "me:word" not in error.sentence


def test_a_public_address_within_the_home_is_no_public_address(names: dict[str, list[str]]) -> None:
    """From here it would look well, and the service would never come through."""
    assert "home.example" in names

    async def scenario() -> None:
        relay = RelayClient(BASE, token=lambda: TOKEN, clock=HastyClock())
        with pytest.raises(PublishingFailed, match="this machine's own network"):
            await relay.visit(f"https://home.example/p/{HANDLE}")
        await relay.close()

    run(scenario())


# --- the network ---------------------------------------------------------------------------------------------------


def test_no_redirect_takes_the_token_elsewhere_and_no_proxy_gets_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        strangers = list[bytes]()

        async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            strangers.append(await reader.readuntil(b"\r\n\r\n"))

        async with serving(stranger) as elsewhere:

            async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                asked = await reader.readuntil(b"\r\n\r\n")
                assert TOKEN.encode() in asked
                writer.write(b"HTTP/1.1 307 Go\r\nLocation: %s/x\r\nContent-Length: 0\r\n\r\n" % elsewhere.encode())
                await writer.drain()

            for name in ("http_proxy", "https_proxy", "all_proxy"):
                monkeypatch.setenv(name, elsewhere)
            async with serving(redirect) as base_url:
                relay = RelayClient(base_url, token=lambda: TOKEN, clock=HastyClock(), proxies=read_proxies())
                with pytest.raises(PublishingFailed, match="sends us elsewhere"):
                    await relay.greet()
                with pytest.raises(PublishingFailed, match="sends us elsewhere"):
                    await anext(relay.callbacks())
                await relay.close()
        assert strangers == []

    with caplog.at_level("DEBUG"):
        run(scenario())
    assert not re.search(f"{TOKEN}|Bearer", caplog.text)


def test_a_picture_that_gets_no_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_client, "UPLOAD_TIMEOUT_S", 0.3)
    monkeypatch.setattr(relay_client, "_EXCHANGE_S", 0.3)

    async def scenario() -> None:
        async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            while await reader.read(1000):
                pass

        async with serving(never_answer) as base_url:
            relay = RelayClient(base_url, token=lambda: TOKEN, clock=HastyClock())
            with pytest.raises(PassingError, match="does not answer in time"):
                await relay.publish(PICTURE, HANDLE, lifetime_s=60)
            await relay.close()

    run(scenario())


@pytest.mark.parametrize(
    ("greeting", "kind", "words"),
    [
        (httpx.Response(401, headers=OURS), RouteUnusable, "does not accept this token"),
        (httpx.Response(404, headers={"Server": "nginx"}), RouteUnusable, "another server than the relay"),
        (httpx.Response(200, headers=OURS, json=GREETING), PassingError, "cannot be reached: the connection was lost"),
        (httpx.Response(502, headers={"Server": "nginx"}), PassingError, "cannot be reached: the connection was lost"),
    ],
)
def test_a_refusal_that_got_lost_with_its_upload_is_asked_for_once_more(
    greeting: httpx.Response, kind: type[StudioError], words: str
) -> None:
    async def scenario() -> None:
        asked = list[bytes]()

        async def hang_up_on_pictures(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.append((await reader.readuntil(b"\r\n\r\n")).split()[0])
            if asked[-1] == b"PUT":
                writer.transport.abort()
                return
            headers = "".join(f"{name}: {value}\r\n" for name, value in greeting.headers.items())
            writer.write(f"HTTP/1.1 {greeting.status_code} Said\r\n{headers}\r\n".encode() + greeting.content)
            await writer.drain()
            writer.close()

        async with serving(hang_up_on_pictures) as base_url:
            relay = RelayClient(base_url, token=lambda: TOKEN, clock=HastyClock())
            with pytest.raises(StudioError, match=words) as caught:
                await relay.publish(PICTURE, HANDLE, lifetime_s=60)
            await relay.close()
        assert type(caught.value) is kind
        assert_nothing_secret(caught.value)
        assert asked == [b"PUT", b"GET"]

    run(scenario())


@pytest.mark.parametrize("greeting", [GREETING, {**GREETING, "film_bytes": "many"}, {**GREETING, "film_bytes": -1}])
def test_a_relay_of_an_older_version_gets_no_film(tmp_path: Path, greeting: dict[str, object]) -> None:
    relay, wire = client_on(said(200, greeting))

    async def scenario() -> None:
        with pytest.raises(RouteUnusable, match="is of an older version, which lends pictures only") as caught:
            await relay.publish(lent_film(tmp_path), FILM_HANDLE, lifetime_s=60)
        assert "Update the relay" in caught.value.advice
        assert caught.value.nothing_left
        assert [request.method for request in wire.requests] == ["GET"]
        await relay.close()

    run(scenario())


@pytest.mark.parametrize(
    ("status", "headers", "kind", "words"),
    [
        (413, OURS, PublishingFailed, "The film is too large for the relay"),
        (415, OURS, PublishingFailed, "does not accept this kind of film"),
        (400, OURS, PublishingFailed, "does not accept this film"),
        (507, OURS, PassingError, "no room for one more film"),
        (413, {"Server": "nginx"}, PublishingFailed, "A proxy or tunnel in front of the relay refuses a film of this size"),
    ],
)
def test_every_refusal_of_a_film_is_a_sentence_about_it(
    tmp_path: Path, status: int, headers: dict[str, str], kind: type[StudioError], words: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, headers=OURS, json=FILM_GREETING)
        return httpx.Response(status, headers=headers)

    error = failure_of(lambda relay: relay.publish(lent_film(tmp_path), FILM_HANDLE, lifetime_s=60), answer)
    assert type(error) is kind
    assert words in error.title


def test_a_film_that_makes_no_progress_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_body, "STALL_S", 0.2)

    async def scenario() -> None:
        async def greet_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET"):
                body = json.dumps(FILM_GREETING)
                writer.write(
                    f"HTTP/1.1 200 OK\r\nServer: sora-studio-relay\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                )
                await writer.drain()
                writer.close()
                return
            await reader.read()

        async with serving(greet_only) as base_url:
            relay = RelayClient(base_url, token=lambda: TOKEN, clock=HastyClock())
            with pytest.raises(PassingError, match="does not answer in time") as caught:
                await relay.publish(lent_film(tmp_path), FILM_HANDLE, lifetime_s=60)
            assert type(caught.value) is PassingError
            await relay.close()

    run(scenario())


@pytest.mark.parametrize("status", [429, 507])
def test_a_relay_that_asks_to_be_left_alone_is_not_asked_at_once(status: int) -> None:
    async def scenario() -> None:
        relay, wire = client_on(said(status, **{"Retry-After": "7"}))
        with pytest.raises(PassingError):
            await relay.publish(PICTURE, HANDLE, lifetime_s=60)
        assert len(wire.requests) == 1
        await relay.close()

    run(scenario())


def test_a_closed_door_is_named() -> None:
    async def scenario() -> None:
        async with serving(lambda _reader, _writer: asyncio.sleep(0)) as base_url:
            pass
        relay = RelayClient(base_url, token=lambda: TOKEN, clock=HastyClock())
        with pytest.raises(ConnectionFailed, match="nothing listens at its port"):
            await relay.greet()
        with pytest.raises(ConnectionFailed, match="nothing listens at its port"):
            await relay.visit(f"{base_url}/p/{HANDLE}")
        await relay.close()

    run(scenario())


def test_a_name_that_nobody_knows_is_named(names: dict[str, list[str]]) -> None:
    assert "relay.example" not in names

    async def scenario() -> None:
        relay = RelayClient(BASE, token=lambda: TOKEN, clock=HastyClock())
        with pytest.raises(ConnectionFailed, match="its name does not exist"):
            await relay.greet()
        with pytest.raises(ConnectionFailed, match="its name does not exist"):
            await relay.visit(f"{BASE}/p/{HANDLE}")
        await relay.close()

    run(scenario())


def test_a_server_without_tls_is_named() -> None:
    async def scenario() -> None:
        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        async with serving(plain) as base_url:
            secure = base_url.replace("http:", "https:")
            relay = RelayClient(secure, token=lambda: TOKEN, clock=HastyClock())
            with pytest.raises(ConnectionFailed, match="does not speak TLS"):
                await relay.greet()
            with pytest.raises(ConnectionFailed, match="does not speak TLS"):
                await relay.visit(f"{secure}/p/{HANDLE}")
            await relay.close()

    run(scenario())
