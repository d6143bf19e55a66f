"""Tolerates malformed response headers, as other clients do: one broken line must not cost a whole film.

h11 rejects a response for a single malformed line, for `Transfer-Encoding: identity` and for a repeated `chunked`. These
streams sit below it and repair heads first. All else is left to httpcore: TLS, time-outs, pooling and bodies.
"""

import re
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

MAX_HEAD_BYTES = 100_000
"""Longer heads are passed on unchanged, and h11 rejects them."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_STATUS = re.compile(rb"(?:HTTP/(1\.[01])|HTTP/[0-9.]+|ICY)\s+([1-9][0-9]{2})(?![0-9])[^\n]*")
_HEADER = re.compile(rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]+):[ \t]*((?:[^\x00\s]+(?:[ \t]+[^\x00\s]+)*)?)[ \t]*")
_LENGTH = re.compile(rb"[0-9]{1,18}")


class TolerantBackend(httpcore.AsyncNetworkBackend):
    """Wraps the connections of `inner` in `TolerantStream`."""

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
        """Open a connection of the inner backend."""
        return TolerantStream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        """Delegate to the inner backend."""
        await self._inner.sleep(seconds)


class TolerantStream(httpcore.AsyncNetworkStream):
    """A connection that repairs the response head after each request; bodies are passed on unchanged."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._ready = bytearray()
        self._expects_head = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Return the next bytes, empty at the end."""
        if self._expects_head:
            await self._read_head(max_bytes, timeout)
        if not self._ready:
            return await self._inner.read(max_bytes, timeout)
        data = bytes(self._ready[:max_bytes])
        del self._ready[:max_bytes]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send a request, or part of one; the next bytes read are a response head."""
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
        """Upgrade the connection to TLS."""
        return TolerantStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Delegate to the inner stream."""
        return self._inner.get_extra_info(info)

    async def _read_head(self, max_bytes: int, timeout_s: float | None) -> None:
        """Read heads up to the first one that is not an interim (1xx) response."""
        raw = bytearray()
        while self._expects_head:
            if raw.startswith((b"\r", b"\n")):  # blank lines left over from an earlier response
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
    """Return a response head, including the final blank line, in a form that h11 accepts.

    Malformed headers are dropped. Conflicting or invalid lengths are all dropped, so that the body ends with the connection.
    A head without an HTTP status line is returned unchanged.
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
    """Join folded headers of old servers into one line each."""
    whole = list[bytes]()
    for line in lines:
        if line[:1] in (b" ", b"\t") and whole:
            whole[-1] += b" " + line.strip()
        else:
            whole.append(line)
    return whole
