"""What may be asked and where. A link comes from outside: it must not lead this program into the person's own network."""

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
    """Must not be asked, for this `reason` (half a sentence). It never quotes the link, which may be signed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The link is not followed: {reason}.")


def check_link(link: str | httpx.URL, *, loopback_allowed: bool, plain_allowed: bool = False) -> httpx.URL:
    """The address, if it may be asked at all: https, a plain host, no name or password in it. Raises `LinkRefused`.

    Plain http is for a loopback host when the gateway itself is one, and for what need not be secret (`plain_allowed`).
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
    """For a proxy, which resolves names itself: refuses the names and the addresses of this machine and its network."""
    if not is_public_name(host):
        raise LinkRefused("it leads into this machine's own network")


async def resolve(host: str, port: int) -> list[str]:
    """A host's addresses in the order in which the system would try them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only, judged after the name is resolved and never resolved again.

    TLS and the Host header still go by the name, so a certificate proves the same as ever.
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
        """As the backend beneath."""
        await self._inner.sleep(seconds)

    async def _addresses(self, host: str, port: int, timeout_s: float | None) -> list[str]:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from None
