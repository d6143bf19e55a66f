"""Real proxies on loopback, and servers with TLS under names of their own, for which the proxies know where they are."""

import asyncio
import base64
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

AUTHORITY = Path(__file__).with_name("example_authority.pem")
"""Signed the certificate of gateway.example, films.example, pictures.example, relay.example and store.example."""
_SERVER = Path(__file__).with_name("example_server.pem")
_HEAD_END = b"\r\n\r\n"
_SOCKS_HOST_UNREACHABLE = 4

Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Proxy:
    """A proxy that leads each name in `routes` to a port of this machine, whatever port was asked for.

    `seen` holds what it was asked for (`films.example:443`, or the whole address of a request that it forwards). With a `login`
    it serves only those who know it. `silent` keeps connections open without a word, `broken` answers with nonsense.
    """

    scheme = ""

    def __init__(self, routes: Mapping[str, int], *, login: str = "", host: str = "127.0.0.1") -> None:
        self.routes = dict(routes)
        self.login = login
        self.host = host
        self.silent = self.broken = False
        self.seen = list[str]()
        self.port = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        async with _listening(self._greet, host=self.host) as self.port:
            yield

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.silent:
            await reader.read()
        elif self.broken:
            await reader.read(10)
            writer.write(b"220 mail.example ESMTP\r\n\r\n")
            await writer.drain()
        else:
            await self._serve(reader, writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


class HttpProxy(Proxy):
    """CONNECT for https, forwarding for http. `refusal` is a status that it answers to everything."""

    scheme = "http"
    refusal = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(_HEAD_END)
        line, *headers = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ")
        self.seen.append(target)
        host = target.removeprefix("http://").partition("/")[0].partition(":")[0]
        status = self.refusal or self._verdict(headers) or (0 if host in self.routes else 502)
        if status:
            writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
            await writer.drain()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.routes[host])
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far_writer.write(head)
        await _join(reader, writer, far_reader, far_writer)

    def _verdict(self, headers: list[str]) -> int:
        expected = f"proxy-authorization: basic {base64.b64encode(self.login.encode()).decode()}"
        return 407 if self.login and expected.lower() not in map(str.lower, headers) else 0


class SocksProxy(Proxy):
    """Version 5 with names, as RFC 1928 and RFC 1929 have it."""

    scheme = "socks5"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        offered, wanted = await reader.readexactly(methods), 2 if self.login else 0
        writer.write(bytes([5, wanted if wanted in offered else 255]))
        if wanted not in offered or (self.login and not await self._knows_login(reader, writer)):
            await writer.drain()
            return
        _, _, _, kind = await reader.readexactly(4)
        assert kind == 3, "the name goes to the proxy, not an address"
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        self.seen.append(f"{host}:{port}")
        found = host in self.routes
        writer.write(bytes([5, 0 if found else _SOCKS_HOST_UNREACHABLE, 0, 1, 0, 0, 0, 0, 0, 0]))
        if not found:
            await writer.drain()
            return
        await _join(reader, writer, *await asyncio.open_connection("127.0.0.1", self.routes[host]))

    async def _knows_login(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        user = await reader.readexactly((await reader.readexactly(2))[1])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        knows = f"{user.decode()}:{password.decode()}" == self.login
        writer.write(bytes([1, 0 if knows else 1]))
        return knows


@asynccontextmanager
async def behind_tls(plain_port: int) -> AsyncGenerator[int]:
    """A port with TLS and the tests' certificate, before a server without, which is told that its clients use https."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", plain_port)
        await _join(reader, writer, far_reader, far_writer, (b"\r\nHost: ", b"\r\nX-Forwarded-Proto: https\r\nHost: "))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_SERVER)
    async with _listening(serve, context) as port:
        yield port


@asynccontextmanager
async def saying(content: bytes, media_type: str) -> AsyncGenerator[int]:
    """A plain server that answers every request with this content, and its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(_HEAD_END):
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(content)}\r\n\r\n"
            writer.write(head.encode() + content)
            await writer.drain()

    async with _listening(serve) as port:
        yield port


@asynccontextmanager
async def _listening(converse: Converse, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncGenerator[int]:
    """Every conversation ends before this does."""
    running = set[asyncio.Task[None]]()

    async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await converse(reader, writer)
        finally:
            running.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(begin, host, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        ending = list(running)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending)
        await server.wait_closed()


async def _join(
    near_reader: asyncio.StreamReader,
    near_writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
    change: tuple[bytes, bytes] = (b"", b""),
) -> None:
    """Pass everything on in both directions until one side ends. The first of `change` becomes the second on the way there."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, change: tuple[bytes, bytes]) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(1 << 16):
                writer.write(data.replace(*change) if change[0] else data)
                await writer.drain()

    ways = [
        asyncio.ensure_future(pump(near_reader, far_writer, change)),
        asyncio.ensure_future(pump(far_reader, near_writer, (b"", b""))),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        far_writer.transport.abort()  # before anything that a cancellation could interrupt
        await asyncio.gather(*ways, return_exceptions=True)
