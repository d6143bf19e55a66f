"""Checks of untrusted links (SSRF protection): they must not lead this program into the user's own network."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable

import httpcore
import httpx

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.public_addresses import is_public, is_public_name
from sora_studio.domain.settings import LOOPBACK_HOSTS

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*)|[0-9a-f:.]+(%[a-z0-9._-]+)?")
_SHORTEST_TRY_S = 3.0

Resolve = Callable[[str, int], Awaitable[list[str]]]


class LinkRefused(InvalidSetting):
    """The link must not be requested, for `reason` (half a sentence). Never quotes the link, which may be signed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The link is not followed: {reason}.")


def check_link(link: str | httpx.URL, *, loopback_allowed: bool, plain_allowed: bool = False) -> httpx.URL:
    """Return the parsed address if it is https with a valid host and without credentials. Raises `LinkRefused`.

    Plain http is allowed for a loopback host if the gateway itself is one, and for public content (`plain_allowed`).
    """
    try:
        url = httpx.URL(link)
        name, port = url.host, 443 if url.port is None else url.port
    except (httpx.InvalidURL, ValueError):
        raise LinkRefused("it is no address") from None
    if not _HOST.fullmatch(url.raw_host.decode("ascii")) or not 0 < port < 65_536:
        raise LinkRefused("it names no host")
    if url.userinfo:
        raise LinkRefused("it holds a name or a password")
    may_be_plain = plain_allowed or (loopback_allowed and name in LOOPBACK_HOSTS)
    if url.scheme != "https" and not (url.scheme == "http" and may_be_plain):
        raise LinkRefused("only https is")
    return url


def check_name(host: str) -> None:
    """Raise `LinkRefused` for hosts of this machine and its network. For use with proxies, which resolve names themselves."""
    if not is_public_name(host):
        raise LinkRefused("it leads into this machine's own network")


async def resolve(host: str, port: int) -> list[str]:
    """Return a host's addresses in the system's order of preference."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only, checked after name resolution; the name is not resolved again.

    TLS and the Host header still use the name, so certificates are verified as usual.
    """

    def __init__(self, inner: httpcore.AsyncNetworkBackend, *, resolve: Resolve = resolve) -> None:
        self._inner = inner
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Try the host's public addresses in turn. Raises `LinkRefused` when it has none."""
        addresses = [address for address in await self._addresses(host, port, timeout) if is_public(address)]
        if not addresses:
            raise LinkRefused("it leads into this machine's own network")
        each_s = None if timeout is None else max(timeout / len(addresses), _SHORTEST_TRY_S)
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, each_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    async def sleep(self, seconds: float) -> None:
        """Delegate to the inner backend."""
        await self._inner.sleep(seconds)

    async def _addresses(self, host: str, port: int, timeout_s: float | None) -> list[str]:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from None
