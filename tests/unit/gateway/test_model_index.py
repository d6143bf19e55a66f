"""The index and its schemas over HTTP: bounded in size and time, from one origin, and never believed."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping

import httpx
import pytest

from sora_studio.domain.errors import ConnectionFailed, InvalidSetting, ServiceUnavailable
from sora_studio.domain.models.model_index import PublishedModels
from sora_studio.gateway.model_index import INDEX_PATH, MAX_INDEX_BYTES, MAX_SCHEMA_BYTES, HttpModelIndex
from tests.unit.gateway.doubles import run, serving

BASE = "https://service.example/docs"
SCHEMA = "/models/schemas/video/harbour-2.json"
Reply = httpx.Response | Exception


class Endless(httpx.AsyncByteStream):
    """A body without end, which counts what is taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += 65_536
            yield b" " * 65_536


class Silent(httpx.AsyncByteStream):
    """A body of which nothing ever comes."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""


class Pages(httpx.AsyncBaseTransport):
    """Serves the replies by address, and notes what was asked for."""

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        self.replies = replies
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.get(str(request.url), httpx.Response(404))
        if isinstance(reply, Exception):
            raise reply
        return reply


def _json(content: object) -> httpx.Response:
    return _body(json.dumps(content).encode())


def _index(*slugs: str, path: str = "") -> httpx.Response:
    entries = [
        {"model_id": slug, "category": "video", "schema_path": path or f"/models/schemas/video/{slug}.json"} for slug in slugs
    ]
    return _json({"models": entries})


def _fetch(pages: Pages, *, whole_s: float = 60.0) -> PublishedModels:
    return run(HttpModelIndex(BASE, transport=pages, whole_s=whole_s).fetch())


def _trouble(reply: Reply, *, whole_s: float = 60.0) -> str:
    """Return the trouble of a schema that is answered so. The index itself is fine."""
    pages = Pages({BASE + INDEX_PATH: _index("harbour-2"), BASE + SCHEMA: reply})
    return _fetch(pages, whole_s=whole_s).schemas["harbour-2"].trouble


def test_the_schemas_are_read_with_the_index() -> None:
    pages = Pages({BASE + INDEX_PATH: _index("harbour-2"), BASE + SCHEMA: _json({"a": 1})})
    file = _fetch(pages).schemas["harbour-2"]
    assert (file.address, file.raw, file.content, file.trouble) == (BASE + SCHEMA, b'{"a": 1}', {"a": 1}, "")
    assert [str(request.url) for request in pages.requests] == [BASE + INDEX_PATH, BASE + SCHEMA]


def test_no_key_is_sent_and_nothing_that_identifies_the_user() -> None:
    pages = Pages({BASE + INDEX_PATH: _index("harbour-2")})
    _fetch(pages)
    for request in pages.requests:
        assert request.method == "GET"
        assert not {"authorization", "cookie", "referer"} & {name.lower() for name in request.headers}


def _body(content: bytes, status: int = 200, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=names, stream=httpx.ByteStream(content))


REFUSED: dict[str, tuple[Callable[[], Reply], str]] = {
    "redirect": (lambda: _body(b"", 302, Location="https://elsewhere.example/"), "has moved to another address"),
    "bad redirect": (lambda: _body(b"", 302, Location="http://[::bad"), "could not be read to its end"),
    "missing": (lambda: _body(b"", 404), "is not there. HTTP 404"),
    "broken": (lambda: _body(b"x", 500), "is not there. HTTP 500"),
    "a page": (lambda: _body(b"<html>"), "is not JSON"),
    "null": (lambda: _body(b"null"), "is not JSON"),
    "deep": (lambda: _body(b"[" * 100_000), "is not JSON"),
    "a huge number": (lambda: _body(b"9" * 100_000), "is not JSON"),
    "no connection": (lambda: httpx.ConnectError("no route"), "cannot be reached. no route"),
    "cut": (lambda: httpx.ReadError("gone"), "could not be read to its end. ReadError"),
    "compressed": (lambda: _body(gzip.compress(b"{}"), Content_Encoding="gzip"), "arrived compressed"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_schema_that_cannot_be_read_says_why(name: str) -> None:
    reply, words = REFUSED[name]
    assert words in _trouble(reply())


@pytest.mark.parametrize("name", REFUSED)
def test_an_index_that_cannot_be_read_is_an_error(name: str) -> None:
    reply, words = REFUSED[name]
    with pytest.raises((ServiceUnavailable, ConnectionFailed)) as caught:
        _fetch(pages := Pages({BASE + INDEX_PATH: reply()}))
    assert f"The list of models {words}" in f"{caught.value.sentence} {caught.value.detail}"
    assert "https://elsewhere.example" not in str([request.url for request in pages.requests])


@pytest.mark.parametrize(
    "content", [[], {}, {"models": []}, {"models": 3}, {"models": [{"model_id": "a", "category": "image"}]}]
)
def test_an_index_without_video_models_is_an_error(content: object) -> None:
    with pytest.raises(ServiceUnavailable, match="names no video models"):
        _fetch(Pages({BASE + INDEX_PATH: _json(content)}))


def test_what_is_too_large_is_not_read_to_its_end() -> None:
    schema, index = Endless(), Endless()
    assert f"is longer than {MAX_SCHEMA_BYTES:,} bytes" in _trouble(httpx.Response(200, stream=schema))
    with pytest.raises(ServiceUnavailable, match="is longer than"):
        _fetch(Pages({BASE + INDEX_PATH: httpx.Response(200, stream=index)}))
    assert schema.taken <= MAX_SCHEMA_BYTES + 65_536
    assert index.taken <= MAX_INDEX_BYTES + 65_536


def test_the_whole_time_is_limited() -> None:
    assert _trouble(httpx.Response(200, stream=Silent()), whole_s=0.05) == "The schema did not arrive in time."
    with pytest.raises(ConnectionFailed, match="did not arrive in time"):
        _fetch(Pages({BASE + INDEX_PATH: httpx.Response(200, stream=Silent())}), whole_s=0.05)


def test_when_time_is_up_the_other_schemas_are_not_waited_for() -> None:
    slugs = [f"m{number}" for number in range(20)]
    silent = {f"{BASE}/models/schemas/video/{slug}.json": httpx.Response(200, stream=Silent()) for slug in slugs}
    found = _fetch(Pages({BASE + INDEX_PATH: _index(*slugs), **silent}), whole_s=0.05)
    assert {file.trouble for file in found.schemas.values()} == {"The schema did not arrive in time."}


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/a.json", "//elsewhere.example/a", "/../../a.json", "@elsewhere.example/"]
)
def test_an_address_elsewhere_is_not_asked(path: str) -> None:
    pages = Pages({BASE + INDEX_PATH: _index("harbour-2", path=path)})
    assert _fetch(pages).schemas["harbour-2"].trouble == "The index names no address for its schema that can be used."
    assert len(pages.requests) == 1


@pytest.mark.parametrize(
    "address", ["http://service.example/docs", "ftp://service.example", "https://a@service.example", "docs"]
)
def test_an_address_that_is_not_safe_is_refused(address: str) -> None:
    with pytest.raises(InvalidSetting):
        HttpModelIndex(address)


def test_a_server_on_this_machine_may_be_plain() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        body = b'{"models": [{"model_id": "a", "category": "video"}]}' if asked.endswith(b"index.json") else b""
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()

    async def fetch() -> PublishedModels:
        async with serving(serve) as address:
            return await HttpModelIndex(f"{address}/docs").fetch()

    assert [entry.slug for entry in run(fetch()).index.entries] == ["a"]
