"""Opens a film's link: hop by hop, each judged before it is asked, and never with the key."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urljoin
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from sora_studio.domain.errors import InvalidSetting, ServiceUnavailable
from sora_studio.gateway.addresses import GuardedBackend, check_link, check_name, forbidden
from sora_studio.gateway.connections import USER_AGENT, keep_addresses_out_of_the_log, trusted_authorities
from sora_studio.gateway.guarded_transport import GuardedTransport

MAX_REDIRECTS = 5
MAX_CONNECTIONS = 8

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# No pause of 30 s is a download; a slower trickle is the stall watch's business.
_TIMEOUT = httpx.Timeout(connect=10.0, write=10.0, read=30.0, pool=None)
_HEADERS = {"User-Agent": USER_AGENT, "Accept": "video/*, */*;q=0.5", "Accept-Encoding": "identity"}


class FilmSource:
    """Answers to a GET of a film's link.

    Links are https and lead to public addresses, on every hop. When the gateway itself is on this machine (the simulator),
    so may its films be. A `transport` of one's own takes the place of the network.
    """

    def __init__(self, *, gateway_is_loopback: bool, transport: httpx.AsyncBaseTransport | None = None) -> None:
        keep_addresses_out_of_the_log()
        self._loopback_allowed = gateway_is_loopback
        self._has_network = transport is None
        self._trust = trusted_authorities()
        self._direct = self._client(transport=transport or self._network())
        self._proxied: dict[str, httpx.AsyncClient] = {}

    async def close(self) -> None:
        """Close every connection."""
        for client in (self._direct, *self._proxied.values()):
            await client.aclose()

    @asynccontextmanager
    async def open(self, link: str, headers: dict[str, str]) -> AsyncGenerator[httpx.Response]:
        """The answer of the last hop, its body not read yet. Raises `InvalidSetting` for a hop that must not be taken."""
        response = await self._follow(link, headers)
        try:
            yield response
        finally:
            await response.aclose()

    async def _follow(self, link: str, headers: dict[str, str]) -> httpx.Response:
        for _ in range(MAX_REDIRECTS + 1):
            url = check_link(link, loopback_allowed=self._loopback_allowed)
            response = await self._ask(url, headers)
            location = response.headers.get("Location", "")
            if response.status_code not in _REDIRECTS or not location:
                return response
            await response.aclose()
            link = _onward(url, location)
        raise ServiceUnavailable("The film's server sends us in circles.")

    async def _ask(self, url: httpx.URL, headers: dict[str, str]) -> httpx.Response:
        client = self._client_for(url)
        try:
            return await client.send(client.build_request("GET", url, headers=headers), stream=True)
        except (httpx.InvalidURL, UnicodeError):  # it reads where a redirect leads, although it is not to follow
            raise forbidden("it is no address") from None

    def _client_for(self, url: httpx.URL) -> httpx.AsyncClient:
        """The guarded connections, or the system's proxy where it has one for this address. A proxy resolves names itself."""
        proxy = getproxies().get(url.scheme) if self._has_network and not self._loopback_allowed else None
        if not proxy or proxy_bypass(url.host):
            return self._direct
        check_name(url.host)
        if proxy not in self._proxied:
            try:
                self._proxied[proxy] = self._client(proxy=proxy)
            except (ImportError, ValueError, httpx.InvalidURL):
                raise InvalidSetting("This system's proxy setting cannot be used.", advice="Only http proxies are.") from None
        return self._proxied[proxy]

    def _network(self) -> httpx.AsyncBaseTransport:
        # httpcore declares a stand-in for systems without anyio, which httpx itself requires; the checker sees both.
        network = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        backend = network if self._loopback_allowed else GuardedBackend(network)
        return GuardedTransport(backend, trust=self._trust, max_connections=MAX_CONNECTIONS)

    def _client(self, *, transport: httpx.AsyncBaseTransport | None = None, proxy: str | None = None) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=transport,
            proxy=proxy,
            verify=self._trust,
            trust_env=False,
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            follow_redirects=False,
            headers=_HEADERS,
        )


def _onward(url: httpx.URL, location: str) -> str:
    """Where a redirect leads; it may be relative."""
    try:
        return urljoin(str(url), location)
    except ValueError:
        raise forbidden("it is no address") from None
