"""The same service behind a real socket, cutting its answers where a way, or a test, says so."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.faults.books import Books, Reply
from tests.faults.ways import Way

DRIP_EVERY_S = 0.9
"""Of the client's patience between two pieces."""
RESETS = frozenset(
    {Way.RESET_BEFORE_HEADERS, Way.RESET_INSIDE_HEADERS, Way.RESET_AFTER_HEADERS, Way.RESET_INSIDE_BODY, Way.DEATH}
)


class Conversation:
    """One connection: the service's side of one request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read_head(self) -> tuple[str, str, int]:
        """Method, target, and the length of the body."""
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = lines[0].split(" ")
        lengths = [line.split(":")[1] for line in lines if line.lower().startswith("content-length:")]
        return method, target, int(lengths[0]) if lengths else 0

    async def read_body(self, length: int) -> bytes:
        return await self._reader.readexactly(length)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def wait_for_the_end(self) -> None:
        """Until the other side has had enough."""
        with suppress(ConnectionError):
            while await self._reader.read(1 << 16):
                pass

    def reset(self) -> None:
        """End as a service does that was killed, or a network that forgot the connection."""
        raw: socket.socket = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


async def treat(talk: Conversation, books: Books, way: Way, *, read_s: float) -> None:
    """Take one create and treat it in this way. `read_s` is the client's patience between two pieces of an answer."""
    if way is Way.STUCK_WHILE_WRITING:
        await asyncio.sleep(read_s * 3)
        return
    if way is Way.NO_TLS:
        await talk.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return
    _, _, length = await talk.read_head()
    if way is Way.CUT_WHILE_WRITING:
        await talk.read_body(1000)
        talk.reset()
        return
    body = await talk.read_body(length)
    books.note(body, way)
    await _answer(talk, books.create(body, way), way, read_s)


async def _answer(talk: Conversation, reply: Reply, way: Way, read_s: float) -> None:
    whole = b"SSH-2.0-OpenSSH_9.2\r\n" if way is Way.NO_HTTP else reply.head + reply.body
    if way is Way.DRIPPING:
        await talk.write(reply.head)
        for at in range(len(reply.body)):
            await asyncio.sleep(read_s * DRIP_EVERY_S)
            await talk.write(reply.body[at : at + 1])
    await talk.write(whole[: _reach(reply, way)])
    if way in RESETS:
        await asyncio.sleep(0.02)  # what was written arrives before the reset does
        talk.reset()
    elif way in {Way.TOO_LATE, Way.TOO_LATE_AFTER_HEADERS}:
        await talk.wait_for_the_end()


def _reach(reply: Reply, way: Way) -> int | None:
    """How many bytes of an answer get through; None for all."""
    head, body = len(reply.head), len(reply.body)
    match way:
        case Way.GONE_BEFORE_HEADERS | Way.RESET_BEFORE_HEADERS | Way.TOO_LATE | Way.DEATH:
            return 0
        case Way.GONE_INSIDE_HEADERS | Way.RESET_INSIDE_HEADERS:
            return head // 2
        case Way.GONE_AFTER_HEADERS | Way.RESET_AFTER_HEADERS | Way.TOO_LATE_AFTER_HEADERS:
            return head
        case Way.GONE_INSIDE_BODY | Way.RESET_INSIDE_BODY:
            return head + body // 2
        case _:
            return None


@asynccontextmanager
async def serving(serve: Callable[[Conversation], Awaitable[None]]) -> AsyncGenerator[str]:
    """A server on loopback for the length of the block: host and port. Every conversation ends before this does."""
    talks = set[asyncio.Task[None]]()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        talk = Conversation(reader, writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await serve(talk)
        finally:
            await talk.close()
            talks.discard(task)

    server = await asyncio.start_server(converse, "127.0.0.1", 0, limit=1 << 16)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.01)  # what was accepted in the last moment becomes a conversation
        while talks:
            await asyncio.wait(talks)
