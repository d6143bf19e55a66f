"""What the gateway's tests put in the place of time, the service and an origin of films."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

import httpx

from sora_studio import paths
from sora_studio.domain.models.profile import Limits, ModelProfile
from sora_studio.domain.models.read import read
from tests import canary

T = TypeVar("T")
KEY = canary.KEY
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one test's coroutine on a loop of its own."""
    return asyncio.run(work)


async def settle() -> None:
    """Let everything that can go on without time passing go on."""
    for _ in range(25):
        await asyncio.sleep(0)


class HastyClock:
    """Sleeping takes no time and moves the clock."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def elapsed(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        await asyncio.sleep(0)


class VirtualClock(HastyClock):
    """Time passes only in `advance`, sleeper by sleeper."""

    def __init__(self) -> None:
        super().__init__()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @property
    def sleepers(self) -> int:
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self.seconds + seconds, next(self._numbers), future))
        await future

    async def advance(self, seconds: float) -> None:
        end = self.seconds + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future = heappop(self._sleepers)
            self.seconds = max(self.seconds, due)
            if not future.done():
                future.set_result(None)
                await settle()
        self.seconds = end
        await settle()


def make_profile(*, slug: str = "sora-2", per_minute: int = 10_000) -> ModelProfile:
    text = (paths.resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8")
    return replace(read(text, "sora-2.toml"), slug=slug, limits=Limits(per_minute, 1000))


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, body: bytes, *, piece: int, cut: Exception | None, tick: Callable[[], None]) -> None:
        self._body, self._piece, self._cut, self._tick = body, piece, cut, tick

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._body), self._piece):
            self._tick()
            yield self._body[at : at + self._piece]
        if self._cut:
            raise self._cut


@dataclass
class Answering:
    """How the origin treats one request: `cut_after` bytes of the body the connection dies; headers replace the usual ones."""

    cut_after: int | None = None
    status: int | None = None
    body: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    error: Exception | None = None


class Origin(httpx.AsyncBaseTransport):
    """Serves one film with Range, If-Range and ETag as the standard has it; `script` says otherwise for the first requests."""

    def __init__(self, film: bytes, *script: Answering, etag: str = '"one"', piece: int = 1000) -> None:
        self.film, self.etag, self.piece = film, etag, piece
        self.script = list(script)
        self.requests: list[httpx.Request] = []
        self.tick: Callable[[], None] = lambda: None

    @property
    def ranges(self) -> list[str | None]:
        return [request.headers.get("Range") for request in self.requests]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        way = self.script.pop(0) if self.script else Answering()
        if way.error:
            raise way.error
        status, headers, body = self._usual(request)
        status, body = way.status or status, body if way.body is None else way.body
        headers = {name: value for name, value in {**headers, **way.headers}.items() if value is not None}
        cut = None if way.cut_after is None else httpx.ReadError("cut")
        sent = body if way.cut_after is None else body[: way.cut_after]
        return httpx.Response(status, headers=headers, stream=_Pieces(sent, piece=self.piece, cut=cut, tick=self.tick))

    def _usual(self, request: httpx.Request) -> tuple[int, dict[str, str], bytes]:
        total, wanted = len(self.film), request.headers.get("Range")
        if wanted is None or request.headers.get("If-Range") != self.etag:
            return 200, {"Content-Length": str(total), "ETag": self.etag}, self.film
        first = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if first >= total:
            return 416, {"Content-Range": f"bytes */{total}"}, b""
        span = f"bytes {first}-{total - 1}/{total}"
        return 206, {"Content-Range": span, "Content-Length": str(total - first), "ETag": self.etag}, self.film[first:]


@asynccontextmanager
async def serving(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncGenerator[str]:
    """A real server on loopback for the length of the block: its base address. Every conversation ends before this does."""
    conversations: list[asyncio.Future[None]] = []

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = asyncio.get_running_loop().create_future()
        conversations.append(ended)
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            ended.set_result(None)

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*conversations)
