"""Requests through a proxy, with errors that tell the proxy's failures from the server's.

httpx raises the same errors for a proxy that hangs up, times out or breaks its protocol as for a server that does so after it
received the whole request. For a paid request this difference decides whether it may be sent again.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import cast

import httpcore
import httpx

from sora_studio.domain.proxies import SOCKS5, Proxies, Proxy

HANDSHAKE_S = 30.0
"""Time limit for connecting through the proxy. httpcore would wait for a SOCKS proxy forever."""

_SOCKS_WORDS = (
    ("Invalid username", "does not accept the user name and password"),
    ("Requested", "asks for a user name and password"),
    ("ruleset", "does not allow this address"),
    ("refused", "finds nothing at this address"),
    ("unreachable", "does not reach the server"),
)
_SILENT = (TimeoutError, httpx.TimeoutException)


class ProxyFailed(httpx.ProxyError):
    """Raised before any byte of the request itself was sent. Its message is half a sentence, without credentials."""


def open_transport(url: str, proxies: Proxies, *, trust: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncBaseTransport:
    """Return the transport for requests to the origin of `url`: through its proxy, or direct."""
    proxy = proxies.for_url(url)
    if proxy is None:
        return httpx.AsyncHTTPTransport(verify=trust, trust_env=False, limits=limits)
    return ProxiedTransport(proxy, trust=trust, limits=limits)


class ProxiedTransport(httpx.AsyncBaseTransport):
    """Sends requests through one proxy, which resolves the servers' names."""

    def __init__(self, proxy: Proxy, *, trust: ssl.SSLContext, limits: httpx.Limits) -> None:
        self._proxy = proxy
        self._inner = httpx.AsyncHTTPTransport(verify=trust, trust_env=False, limits=limits, proxy=_for_httpx(proxy, trust))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request. Raises `ProxyFailed` for any failure before the connection to the server is open."""
        stage = _Stage()
        request.extensions = {**request.extensions, "trace": stage.trace}
        try:
            async with stage.deadline, stage:
                response = await self._inner.handle_async_request(request)
        except Exception as error:
            if stage.is_through or not stage.has_begun:
                raise
            raise self._failure(error, reached=stage.has_reached_proxy) from error
        if response.status_code == 407 and request.url.scheme == "http":  # from the forwarding proxy
            await response.aclose()
            raise ProxyFailed(self._wants_login())
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()

    def _failure(self, error: Exception, *, reached: bool) -> ProxyFailed:
        who = f"the proxy {self._proxy.address}"
        if not reached:
            return ProxyFailed(f"{who} cannot be reached")
        if isinstance(error, _SILENT):
            return ProxyFailed(f"{who} does not answer in time")
        if not isinstance(error, httpx.ProxyError):
            return ProxyFailed(f"{who} does not answer as a proxy does")
        if self._proxy.scheme == SOCKS5:
            words = next((words for said, words in _SOCKS_WORDS if said in str(error)), "does not reach the server")
            return ProxyFailed(f"{who} {words}")
        return self._refused(str(error)[:3])

    def _refused(self, status: str) -> ProxyFailed:
        """Return the error for a proxy that answered CONNECT with this status."""
        if status == "407":
            return ProxyFailed(self._wants_login())
        if status in {"401", "403"}:
            return ProxyFailed(f"the proxy {self._proxy.address} does not allow this address ({status})")
        return ProxyFailed(f"the proxy {self._proxy.address} does not reach the server ({status})")

    def _wants_login(self) -> str:
        wish = "does not accept the user name and password" if self._proxy.has_login else "asks for a user name and password"
        return f"the proxy {self._proxy.address} {wish} (407)"


class _Stage:
    """Tracks the progress of one request from httpcore's trace; times out the handshake."""

    def __init__(self) -> None:
        self.has_begun = False
        """Connecting has started; before that, the request waits for a connection of the pool."""
        self._stream: httpcore.AsyncNetworkStream | None = None
        self.is_through = False
        """The connection to the server is open: from now on, the server may have received the request."""
        self.deadline = asyncio.timeout(None)

    @property
    def has_reached_proxy(self) -> bool:
        """Whether the proxy accepted the connection."""
        return self._stream is not None

    async def __aenter__(self) -> None:
        """Do nothing: tracking starts with the first trace event."""

    async def __aexit__(self, *_: object) -> None:
        """Close a connection that did not get through: httpcore leaks it after a failed SOCKS handshake."""
        if self._stream is not None and not self.is_through:
            await self._stream.aclose()

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Called by httpcore as `layer.step.started`, `.complete` or `.failed`."""
        layer, step, state = event.split(".")
        if step == "connect_tcp" and state == "started":
            self.has_begun = True
            self.deadline.reschedule(asyncio.get_running_loop().time() + HANDSHAKE_S)
        elif step == "connect_tcp" and state == "complete":
            self._stream = cast("httpcore.AsyncNetworkStream", info["return_value"])
        elif state == "started" and (self._is_to_server(layer, step) or self._is_request(step, info)):
            self.is_through = True
            self.deadline.reschedule(None)

    def _is_to_server(self, layer: str, step: str) -> bool:
        """Return whether this step is TLS with the server. TLS with the proxy has the layer `connection`."""
        return step == "start_tls" and layer in {"proxy", "socks"}

    def _is_request(self, step: str, info: Mapping[str, object]) -> bool:
        request = info.get("request")
        return step == "send_request_headers" and isinstance(request, httpcore.Request) and request.method != b"CONNECT"


def _for_httpx(proxy: Proxy, trust: ssl.SSLContext) -> httpx.Proxy:
    login = (proxy.user, proxy.password) if proxy.has_login else None
    return httpx.Proxy(proxy.address, auth=login, ssl_context=trust if proxy.scheme == "https" else None)
