"""Explains in a few words why a server was not reached, from the errors of the lower layers."""

import socket
import ssl
from collections.abc import Iterator
from typing import cast

import httpx

from sora_studio.gateway.proxied_transport import ProxyFailed

_NO_SUCH_NAME = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)
_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "it does not speak TLS correctly"),
    (ConnectionRefusedError, "nothing listens at its port"),
    (httpx.ProxyError, "the proxy refused the connection"),
    (TimeoutError, "it does not answer in time"),
    (httpx.TimeoutException, "it does not answer in time"),
    (httpx.RemoteProtocolError, "it does not speak HTTP"),
    (httpx.ConnectError, "no connection could be made"),
)
"""Most specific first."""


def why_unreached(error: BaseException) -> str:
    """Return half a sentence for `… cannot be reached: …`, without links or headers."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ProxyFailed):
            return str(cause)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return "its name does not exist" if cause.errno in _NO_SUCH_NAME else "its name cannot be looked up now"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate does not prove that it is the right one ({cause.verify_message})"
    known = (words for kind, words in _WORDS if any(isinstance(cause, kind) for cause in causes))
    return next(known, "the connection was lost")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all its causes, outermost first, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [cause for cause in (current.__cause__, current.__context__) if cause is not None]
        if isinstance(current, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", current).exceptions
