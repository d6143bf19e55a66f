"""The faults of the schedules are the real ones: the same errors come from a real socket, wherever it is cut."""

import asyncio
import json
import random
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

import httpx
import pytest

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, InterceptedCreate, OutcomeUnknown, StudioError
from sora_studio.domain.request import GenerationRequest
from sora_studio.gateway import client
from sora_studio.gateway.client import GatewayClient
from tests.faults.books import Books
from tests.faults.edge import Edge
from tests.faults.socket_service import Conversation, serving, treat
from tests.faults.virtual_loop import VirtualLoop
from tests.faults.ways import FAULTS, NEVER_SENT, UNCLEAR, UNFINISHED, Way
from tests.faults.wire import FaultyWire, Line, Weather
from tests.integration.stage import run
from tests.unit.services.rig import sora_2

READ_S, WHOLE_S, CONNECT_S = 0.15, 0.4, 0.15
PROFILE = sora_2()
LONG = 20_000_000
"""Characters that no socket's buffers hold, so that the writing itself is what fails."""
Seen = tuple[object, type[BaseException] | None]
"""What the program makes of a create (an id, or the type of its error), and what was raised below httpx."""


@contextmanager
def little_patience() -> Generator[None]:
    """The same time-outs, shorter, for who has to wait for them in earnest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "_FOR_CREATE", client._Patience(read_s=READ_S, whole_s=WHOLE_S))
        patch.setattr(client, "_CONNECT_S", CONNECT_S)
        patch.setattr(client, "_WRITE_S", CONNECT_S)
        yield


class Witness(httpx.AsyncBaseTransport):
    """Passes everything on, and writes down what is raised below httpx."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.raised: type[BaseException] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            self.raised = type(error)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return httpx.Response(response.status_code, headers=response.headers, stream=_Watched(response.stream, self))

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Watched(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, witness: Witness) -> None:
        self._inner = inner
        self._witness = witness

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except BaseException as error:
            self._witness.raised = type(error)
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()


async def create(gateway: GatewayClient, prompt: str) -> object:
    """The id, or the type of the error."""

    async def claimed() -> bool:
        return True

    try:
        return await gateway.create(GenerationRequest("sora-2", prompt), PROFILE, [], claim=claimed)
    except StudioError as error:
        return type(error)


@asynccontextmanager
async def gateway_to(url: str, transport: httpx.AsyncBaseTransport | None = None) -> AsyncGenerator[GatewayClient]:
    gateway = GatewayClient(url, key=lambda: "key", clock=Clock(), transport=transport)
    try:
        yield gateway
    finally:
        await gateway.close()


class Always(Weather):
    """One way only."""

    def __init__(self, way: Way) -> None:
        super().__init__(random.Random(1))
        self._way = way

    def way_of_create(self) -> Way:
        return self._way


async def over_the_double(way: Way) -> Seen:
    rng = random.Random(1)
    witness = Witness(FaultyWire(Line(Books(rng), Always(way), rng), Edge()))
    async with gateway_to("http://127.0.0.1:9", witness) as gateway:
        return await create(gateway, "a prompt"), witness.raised


async def over_a_socket(way: Way) -> Seen:
    books = Books(random.Random(1))

    async def serve(talk: Conversation) -> None:
        await treat(talk, books, way, read_s=READ_S)

    with little_patience():
        async with _address(way, serve) as address:
            witness = Witness(httpx.AsyncHTTPTransport())
            async with gateway_to(f"{'https' if way is Way.NO_TLS else 'http'}://{address}", witness) as gateway:
                return await create(gateway, "x" * (LONG if way in UNFINISHED else 10)), witness.raised


@asynccontextmanager
async def _address(way: Way, serve: Callable[[Conversation], Awaitable[None]]) -> AsyncGenerator[str]:
    """Where the service is, or where none is."""
    if way is Way.NO_CONNECTION:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            yield f"127.0.0.1:{closed.getsockname()[1]}"
    elif way is Way.NO_CONNECTION_IN_TIME:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for waiting in (first, second):
                waiting.setblocking(False)
                with suppress(BlockingIOError):
                    waiting.connect(full.getsockname())
            yield f"127.0.0.1:{full.getsockname()[1]}"
    else:
        async with serving(serve) as address:
            yield address


@pytest.mark.parametrize("way", FAULTS, ids=lambda way: way.value)
def test_the_double_fails_as_a_socket_does(way: Way) -> None:
    if way is Way.NO_CONNECTION_IN_TIME and sys.platform != "linux":
        pytest.skip("other systems refuse instead of letting wait")
    result, raised = run(over_a_socket(way))
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert (result, raised) == runner.run(over_the_double(way))
    assert (result is ConnectionFailed) == (way in NEVER_SENT)
    assert (isinstance(result, type) and issubclass(result, OutcomeUnknown)) == (way in UNCLEAR)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("with_length", [True, False], ids=["with a length", "up to the end"])
def test_an_answer_that_is_cut_at_any_byte_is_unclear(*, reset: bool, with_length: bool) -> None:
    async def story() -> None:
        books = Books(random.Random(1))
        reply = books.create(json.dumps({"input": {"prompt": "measured"}}).encode(), Way.WELL)
        head = reply.head if with_length else reply.head.replace(b"Content-Length", b"X-Length")
        cut = whole = len(head + reply.body)

        async def serve(talk: Conversation) -> None:
            _, _, length = await talk.read_head()
            await talk.write((head + books.create(await talk.read_body(length), Way.WELL).body)[:cut])
            if reset and cut < whole:
                talk.reset()

        async with serving(serve) as address, gateway_to(f"http://{address}") as gateway:
            assert await create(gateway, "uncut") in books.ids
            for cut in range(whole):
                assert await create(gateway, f"cut at {cut}") in (OutcomeUnknown, InterceptedCreate)
        assert len(books.ids) == whole + 2

    run(story())
