"""Opens untrusted addresses: each redirect is checked before it is requested, and no credentials are ever sent."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urljoin

import httpcore
import httpx

from sora_studio.domain.errors import ServiceUnavailable
from sora_studio.domain.proxies import DIRECT, Proxies, Proxy
from sora_studio.domain.public_addresses import is_public_name
from sora_studio.gateway.addresses import GuardedBackend, LinkRefused, check_link, check_name
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.guarded_transport import GuardedTransport
from sora_studio.gateway.proxied_transport import ProxiedTransport
from sora_studio.gateway.tolerant_stream import TolerantBackend

MAX_REDIRECTS = 5
MAX_CONNECTIONS = 8

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Nothing for 30 s fails; slow trickles are left to the stall watch.
_TIMEOUT = httpx.Timeout(connect=10.0, write=10.0, read=30.0, pool=None)


class TooManyRedirects(ServiceUnavailable):
    title = "The server redirects too often."


class WebSource:
    """Requests untrusted addresses; `accept` is the `Accept` header.

    Every hop must be a public address, and https unless `plain_allowed`. With `loopback_allowed` (the gateway is the simulator
    on this machine) this machine's addresses are allowed too. A given `transport` replaces the network.
    """

    def __init__(
        self,
        *,
        accept: str,
        loopback_allowed: bool,
        plain_allowed: bool = False,
        proxies: Proxies = DIRECT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        keep_addresses_out_of_the_log()
        self._accept = accept
        self._loopback_allowed = loopback_allowed
        self._plain_allowed = plain_allowed
        self._proxies = proxies if transport is None else DIRECT
        self._trust = trusted_authorities()
        self._limits = httpx.Limits(max_connections=MAX_CONNECTIONS)
        self._direct = self._client(transport or self._network())
        self._proxied: dict[Proxy, httpx.AsyncClient] = {}

    async def close(self) -> None:
        """Close every connection."""
        for client in (self._direct, *self._proxied.values()):
            await client.aclose()

    @asynccontextmanager
    async def open(self, link: str, headers: dict[str, str]) -> AsyncGenerator[httpx.Response]:
        """Yield the response of the last hop, its body unread. Raises `LinkRefused` for a hop that is not allowed."""
        response = await self._follow(link, headers)
        try:
            yield response
        finally:
            await response.aclose()

    async def ask(
        self, link: str, *, method: str = "GET", headers: dict[str, str], content: bytes | None = None
    ) -> httpx.Response:
        """Return the response of one hop, its body unread; the caller closes it. Raises `LinkRefused`."""
        url = check_link(link, loopback_allowed=self._loopback_allowed, plain_allowed=self._plain_allowed)
        client = self._client_for(url)
        try:
            return await client.send(client.build_request(method, url, headers=headers, content=content), stream=True)
        except (httpx.InvalidURL, UnicodeError):  # httpx parses a redirect's target even if it does not follow it
            raise LinkRefused("it is no address") from None

    async def _follow(self, link: str, headers: dict[str, str]) -> httpx.Response:
        for _ in range(MAX_REDIRECTS + 1):
            response = await self.ask(link, headers=headers)
            location = response.headers.get("Location", "")
            if response.status_code not in _REDIRECTS or not location:
                return response
            await response.aclose()
            link = _onward(link, location)
        raise TooManyRedirects

    def _client_for(self, url: httpx.URL) -> httpx.AsyncClient:
        """Return the client for a checked address: direct over guarded connections, or through the address's proxy.

        A proxy resolves names itself, so only the name can be checked: addresses of private networks in any spelling, names
        without a dot and names of local domains are refused.
        """
        proxy = self._proxies.for_url(str(url))
        if proxy is None or (self._loopback_allowed and not is_public_name(url.host)):
            return self._direct
        check_name(url.host)
        if proxy not in self._proxied:
            self._proxied[proxy] = self._client(ProxiedTransport(proxy, trust=self._trust, limits=self._limits))
        return self._proxied[proxy]

    def _network(self) -> httpx.AsyncBaseTransport:
        # httpcore declares a stand-in for systems without anyio, which httpx itself requires; the type checker sees both.
        network = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        backend = network if self._loopback_allowed else GuardedBackend(network)
        return GuardedTransport(TolerantBackend(backend), trust=self._trust, max_connections=MAX_CONNECTIONS)

    def _client(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": self._accept, "Accept-Encoding": "identity"},
        )


def _onward(link: str, location: str) -> str:
    """Return a redirect's target, which may be relative."""
    try:
        return urljoin(link, location)
    except ValueError:
        raise LinkRefused("it is no address") from None
