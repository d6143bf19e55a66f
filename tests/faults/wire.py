"""The network as httpx sees it, without one: charges on receipt, then answers or raises what a real socket would."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import httpx

from tests.faults.books import Books, Reply
from tests.faults.edge import Edge
from tests.faults.ways import ANSWERED, NEVER_SENT, PUT_OFF, REFUSED, UNCLEAR, Way

GONE_BEFORE_HEADERS = "Server disconnected without sending a response."
GONE_INSIDE_HEADERS = GONE_BEFORE_HEADERS
GONE_INSIDE_BODY = "peer closed connection without sending complete message body (received 0 bytes, expected 1)"
NO_HTTP = "illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.2')"
QUESTION_FAULTS = (
    Way.NO_CONNECTION,
    Way.RESET_BEFORE_HEADERS,
    Way.TOO_LATE,
    Way.BROKEN,
    Way.HTML_BAD_GATEWAY,
    Way.PAGE_WANTS_LOGIN,
    Way.REDIRECT,
)


class Weather:
    """How often a request meets a fault, and which one."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.badness = rng.choice((0.3, 0.6, 0.9))
        self.met = Counter[Way]()

    def calm(self) -> None:
        """No more faults."""
        self.badness = 0.0

    def way_of_create(self) -> Way:
        kinds = (
            (ANSWERED,) if self._rng.random() >= self.badness else (NEVER_SENT, PUT_OFF, UNCLEAR, UNCLEAR, UNCLEAR | REFUSED)
        )
        way = self._rng.choice(sorted(self._rng.choice(kinds)))
        self.met[way] += 1
        return way

    def way_of_question(self) -> Way:
        """Half as bad, so that what stops sending until a question is answered does not keep creates out of bad weather."""
        return Way.WELL if self._rng.random() >= self.badness / 2 else self._rng.choice(QUESTION_FAULTS)


class FaultyWire(httpx.AsyncBaseTransport):
    """One process's way to the service. Several share a `Line`; each stands on the edge of its own process."""

    def __init__(self, line: "Line", edge: Edge) -> None:
        self._line = line
        self._edge = edge

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._edge.alive()
        body = await request.aread()
        is_create = request.method == "POST"
        if is_create:
            await self._edge.step("before the first byte")
        way = self._line.way_of(request)
        if is_create:
            self._line.books.note(body, way)
        await _break_before_receipt(request, way)
        if is_create:
            await self._edge.step("after the last byte")
        await self._line.travel(request)
        reply = self._line.receive(request, body, way)
        if is_create:
            await self._edge.step("charged, not answered")
        if way is Way.DEATH:
            self._line.die()
        await self._line.travel(request, longer=way is Way.SLOWLY)
        await _break_before_body(request, way)
        await self._edge.alive()
        stream = _Body(reply, way, request, self._edge)
        return httpx.Response(reply.status, headers=reply.all_headers, stream=stream)


class Line:
    """What all processes of one schedule share: the weather, the service's books, and whether the service is up."""

    def __init__(self, books: Books, weather: Weather, rng: random.Random) -> None:
        self.books = books
        self.weather = weather
        self._rng = rng
        self._down_until = 0.0
        self._death = asyncio.Event()

    def way_of(self, request: httpx.Request) -> Way:
        """What becomes of it; without a service there is no connection."""
        if asyncio.get_running_loop().time() < self._down_until:
            return Way.NO_CONNECTION
        return self.weather.way_of_create() if request.method == "POST" else self.weather.way_of_question()

    def receive(self, request: httpx.Request, body: bytes, way: Way) -> Reply:
        """The whole request is there."""
        if request.method == "POST":
            return self.books.create(body, way)
        return self.books.question(str(request.url), way)

    async def travel(self, request: httpx.Request, *, longer: bool = False) -> None:
        """Some time on the way; a service that dies meanwhile takes every conversation with it."""
        death = self._death
        try:
            async with asyncio.timeout(self._rng.uniform(30, 100) if longer else self._rng.uniform(0.01, 0.5)):
                await death.wait()
        except TimeoutError:
            return
        if request.method == "POST":
            self.books.note_death(request.content)
        raise httpx.ReadError("")

    def die(self) -> None:
        """Every conversation ends; a new service with the same books answers some time later."""
        self._down_until = asyncio.get_running_loop().time() + self._rng.uniform(1, 120)
        self._death.set()
        self._death = asyncio.Event()


async def _break_before_receipt(request: httpx.Request, way: Way) -> None:
    """Raise what a connection raises that never comes to be, or that fails before the service has the whole request."""
    match way:
        case Way.NO_CONNECTION:
            raise httpx.ConnectError("All connection attempts failed")
        case Way.NO_CONNECTION_IN_TIME:
            await asyncio.sleep(request.extensions["timeout"]["connect"])
            raise httpx.ConnectTimeout("")
        case Way.NO_TLS:
            raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
        case Way.CUT_WHILE_WRITING:
            raise httpx.ReadError("")  # httpcore swallows the failed write and looks for an answer
        case Way.STUCK_WHILE_WRITING:
            await asyncio.sleep(request.extensions["timeout"]["write"])
            raise httpx.WriteTimeout("")
        case _:
            return


async def _break_before_body(request: httpx.Request, way: Way) -> None:
    """Raise what a connection raises that fails before its headers are whole."""
    match way:
        case Way.GONE_BEFORE_HEADERS:
            raise httpx.RemoteProtocolError(GONE_BEFORE_HEADERS)
        case Way.GONE_INSIDE_HEADERS:
            raise httpx.RemoteProtocolError(GONE_INSIDE_HEADERS)
        case Way.RESET_BEFORE_HEADERS | Way.RESET_INSIDE_HEADERS | Way.DEATH:
            raise httpx.ReadError("")
        case Way.TOO_LATE:
            await asyncio.sleep(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("")
        case Way.NO_HTTP:
            raise httpx.RemoteProtocolError(NO_HTTP)
        case _:
            return


class _Body(httpx.AsyncByteStream):
    """The answer's body, as far as it gets."""

    def __init__(self, reply: Reply, way: Way, request: httpx.Request, edge: Edge) -> None:
        self._reply = reply
        self._way = way
        self._read_s: float = request.extensions["timeout"]["read"]
        self._edge = edge

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body = self._reply.body
        match self._way:
            case Way.GONE_AFTER_HEADERS:
                raise httpx.RemoteProtocolError(GONE_INSIDE_BODY)
            case Way.RESET_AFTER_HEADERS:
                raise httpx.ReadError("")
            case Way.TOO_LATE_AFTER_HEADERS:
                await asyncio.sleep(self._read_s)
                raise httpx.ReadTimeout("")
            case Way.GONE_INSIDE_BODY:
                yield body[: len(body) // 2]
                raise httpx.RemoteProtocolError(GONE_INSIDE_BODY)
            case Way.RESET_INSIDE_BODY:
                yield body[:-1]
                raise httpx.ReadError("")
            case Way.DRIPPING:
                for at in range(len(body)):
                    await asyncio.sleep(self._read_s * 0.9)
                    yield body[at : at + 1]
            case _:
                yield body
        await self._edge.step("answered, not recorded")
