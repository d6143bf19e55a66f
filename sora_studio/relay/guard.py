"""What keeps strangers from wearing the relay out: no connection waits for ever, and no address holds many."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Callable
from typing import cast

import h11
import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from sora_studio.relay.limits import Limits

CONNECTION = "connection"
"""Where a request's state has its `GuardedProtocol`."""


class GuardedConfig(uvicorn.Config):
    """A server's configuration with its limits."""

    limits = Limits()


class GuardedProtocol(H11Protocol):
    """A connection that must bring a whole request head in time, and is cut when its address has enough of them.

    A proxy or tunnel on this machine brings everybody's: those are counted by request, see `Visitors`.
    """

    counts = True
    """Whether it counts among those of its address; whoever has shown the token does not."""
    address = ""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's own
        """Cut it when there are enough."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CONNECTION: self}
        host = self.client[0] if self.client else ""
        self.address = network_of(host)
        limits = self._limits
        alike = sum(self._is_alike(connection) for connection in self.connections)
        if len(self.connections) > limits.connections or (alike > limits.per_address and not is_this_machine(host)):
            self.transport.abort()
        else:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        self._unwatch()

    def data_received(self, data: bytes) -> None:
        """The time for a head runs until it is complete, however it comes in."""
        super().data_received(data)
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle and not cycle.response_complete:
            self._unwatch()

    def on_response_complete(self) -> None:
        """The time for the next head begins; what is left of this request's body has to come in it too."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._watch()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - why it is none concerns nobody
        """For a head that is no HTTP: as little as for everything that is refused. A body that is none is cut off."""
        if self.conn.our_state is not h11.IDLE:
            self.transport.abort()
            return
        headers = [*self.server_state.default_headers, (b"content-length", b"0"), (b"connection", b"close")]
        answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        self.transport.write((self.conn.send(answer) or b"") + (self.conn.send(h11.EndOfMessage()) or b""))
        self.transport.close()

    @property
    def _limits(self) -> Limits:
        return cast("GuardedConfig", self.config).limits

    def _is_alike(self, other: object) -> bool:
        return isinstance(other, GuardedProtocol) and other.counts and other.address == self.address

    def _watch(self) -> None:
        self._unwatch()
        self._deadline = self.loop.call_later(self._limits.head_s, self.transport.abort)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Visitors:
    """The requests under way of those whom a proxy on this machine brings, by the address that it names.

    Only a proxy here is believed, and only the last entry, which it has written itself. A connection from elsewhere is counted
    where it is made.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._here = Counter[str]()

    def enter(self, request: Request) -> "Visit":
        """Close every visit, whether it is welcome or not."""
        connection = cast("GuardedProtocol", request.scope["state"][CONNECTION])
        if not is_this_machine(request.client.host if request.client else ""):
            return Visit(connection)
        named = request.headers.getlist("x-forwarded-for")
        address = network_of(named[-1].rpartition(",")[2]) if named else ""
        self._here[address] += 1
        return Visit(connection, lambda: self._leave(address), welcome=self._here[address] <= self._most)

    def _leave(self, address: str) -> None:
        self._here[address] -= 1
        if not self._here[address]:
            del self._here[address]


class Visit:
    """One request under way. It is not `welcome` when its address has enough of them."""

    def __init__(self, connection: GuardedProtocol, on_end: Callable[[], None] | None = None, *, welcome: bool = True) -> None:
        self._connection, self._on_end, self.welcome = connection, on_end, welcome

    def trust(self) -> None:
        """It has shown the token: neither it nor its connection counts any more."""
        self._connection.counts = False
        self.close()

    def close(self) -> None:
        """It is over. Fine when it was before."""
        on_end, self._on_end = self._on_end, None
        if on_end:
            on_end()

    def cut(self) -> None:
        """End its connection now, whatever is still to be sent."""
        self._connection.transport.abort()


def is_this_machine(host: str) -> bool:
    """Whether a peer is on this machine."""
    address = _address(host)
    return address is not None and address.is_loopback


def network_of(host: str) -> str:
    """What counts as one address: an IPv6 network of 64 bits is one household's. Empty for what is none."""
    address = _address(host)
    if address is None:
        return ""
    return str(ipaddress.ip_network((int(address) >> 64 << 64, 64))) if address.version == 6 else str(address)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.strip())
    except ValueError:
        return None
    return (address.version == 6 and address.ipv4_mapped) or address
