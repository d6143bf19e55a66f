"""Reads the heads of answers as other clients do: one broken or odd header line must not cost a whole film.

h11 refuses an answer for a single malformed line, for `Transfer-Encoding: identity` and for `chunked` named twice. The streams
here sit below it and pass on heads that it accepts. Everything else stays httpcore's: TLS, time-outs, pooling and bodies.
"""

import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

MAX_HEAD_BYTES = 100_000
"""Longer heads are passed on as they are, and h11 refuses them."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_STATUS = re.compile(rb"(?:HTTP/(1\.[01])|HTTP/[0-9.]+|ICY)\s+([1-9][0-9]{2})(?![0-9])[^\n]*")
_HEADER = re.compile(rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*((?:[^\x00\s]+(?:[ \t]+[^\x00\s]+)*)?)[ \t]*")
_LENGTH = re.compile(rb"[0-9]{1,18}")


class TolerantBackend(httpcore.AsyncNetworkBackend):
    """Opens the connections of `inner`, with tolerant reading."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """As the backend beneath."""
        return TolerantStream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        """As the backend beneath."""
        await self._inner.sleep(seconds)


class TolerantStream(httpcore.AsyncNetworkStream):
    """A connection on which each request is followed by the head of its answer; that head is mended, bodies are left alone."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._ready = bytearray()
        self._expects_head = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """The next bytes, or none at the end."""
        if self._expects_head:
            await self._read_head(max_bytes, timeout)
        if not self._ready:
            return await self._inner.read(max_bytes, timeout)
        data = bytes(self._ready[:max_bytes])
        del self._ready[:max_bytes]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send a request, or a part of one. What comes next is an answer's head."""
        await self._inner.write(buffer, timeout)
        self._expects_head = True

    async def aclose(self) -> None:
        """Close the connection."""
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted."""
        return TolerantStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """As the stream beneath."""
        return self._inner.get_extra_info(info)

    async def _read_head(self, max_bytes: int, timeout_s: float | None) -> None:
        """Take in heads up to the first that is not an interim answer."""
        raw = bytearray()
        while self._expects_head:
            if raw.startswith((b"\r", b"\n")):  # empty lines before the first, left over from an earlier answer
                raw = raw.lstrip(b"\r\n")
            end = _HEAD_END.search(raw)
            if end is None:
                data = await self._inner.read(max_bytes, timeout_s)
                raw += data
                if not data or len(raw) > MAX_HEAD_BYTES:
                    self._expects_head = False
                continue
            head = bytes(raw[: end.start()])
            del raw[: end.end()]
            self._ready += mended(head)
            status = _STATUS.match(head)
            self._expects_head = status is not None and status[2].startswith(b"1") and status[2] != b"101"
        self._ready += raw


def mended(head: bytes) -> bytes:
    """The head of an answer, with the empty line behind it, as h11 accepts it.

    A header that cannot be read is left out. Of lengths that contradict each other or are no numbers none is left: the body
    then ends with the connection. A first line that is not HTTP's is passed on.
    """
    first, *lines = _LINE_END.split(head)
    status = _STATUS.fullmatch(first)
    if status is None:
        return head + b"\r\n\r\n"
    kept, lengths, codings = list[bytes](), set[bytes](), list[bytes]()
    for line in _unfolded(lines):
        header = _HEADER.fullmatch(line)
        if header is None:
            continue
        name, value = header[1].lower(), header[2]
        if name == b"content-length":
            lengths |= {length.strip() for length in value.split(b",")}
        elif name == b"transfer-encoding":
            codings += [coding.strip().lower() for coding in value.split(b",")]
        else:
            kept.append(header[1] + b": " + value)
    if b"chunked" in codings:
        kept.append(b"Transfer-Encoding: chunked")
    elif len(lengths) == 1 and _LENGTH.fullmatch(length := lengths.pop()):
        kept.append(b"Content-Length: " + length)
    version = status[1] or b"1.0"
    return b"\r\n".join([b"HTTP/" + version + b" " + status[2], *kept, b"", b""])


def _unfolded(lines: Iterable[bytes]) -> list[bytes]:
    """Headers of more than one line, as old servers write them, on one."""
    whole = list[bytes]()
    for line in lines:
        if line[:1] in (b" ", b"\t") and whole:
            whole[-1] += b" " + line.strip()
        else:
            whole.append(line)
    return whole
