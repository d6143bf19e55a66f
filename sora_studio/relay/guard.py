"""What keeps strangers from wearing the relay out: no connection waits for ever, and no address holds many."""

import asyncio
import ipaddress
from collections.abc import Callable
from typing import cast

import h11
import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from sora_studio.relay.limits import Limits
from sora_studio.relay.places import Places

CONNECTION = "connection"
"""Where a request's state has its `GuardedProtocol`."""


class GuardedConfig(uvicorn.Config):
    """A server's configuration with its limits and the places that they leave to each address."""

    limits = Limits()
    places = Places(limits.per_address)


class GuardedProtocol(H11Protocol):
    """A connection that must bring a whole request head in time, and that needs a place among those of its address.

    When there is none it is cut. One from this machine has a moment first, for a proxy or tunnel here brings everybody's: it
    may show by its head that it does, or that it is the studio's, and needs no place then. See `admit`.
    """

    has_place = False
    is_local = False
    address = ""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's own
        """Cut it when there are enough."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, CONNECTION: self}
        host = self.client[0] if self.client else ""
        self.address, self.is_local = network_of(host), is_this_machine(host)
        is_one_too_many = len(self.connections) > self._config.limits.connections
        self.has_place = not is_one_too_many and self._config.places.try_take(self.address)
        if self.has_place:
            self._watch(self._config.limits.head_s)
        elif self.is_local and not is_one_too_many:
            self._watch(min(self._config.limits.place_s, self._config.limits.head_s))
        else:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        self._unwatch()
        self._leave_place()

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
            self._watch(self._config.limits.head_s)
            if self.has_place and self._config.places.is_wanted(self.address):
                self.timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - why it is none concerns nobody
        """For a head that is no HTTP: as little as for everything that is refused. A body that is none is cut off."""
        if self.conn.our_state is not h11.IDLE:
            self.transport.abort()
            return
        headers = [*self.server_state.default_headers, (b"content-length", b"0"), (b"connection", b"close")]
        answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        self.transport.write((self.conn.send(answer) or b"") + (self.conn.send(h11.EndOfMessage()) or b""))
        self.transport.close()

    async def admit(self, request: Request, *, is_owner: bool) -> "Visit":
        """Whether the request on this connection is welcome, which may take a moment. Close every visit.

        The owner always is. What a proxy on this machine brings is counted by request and by the address that it names: only a
        proxy here is believed, and only the last entry, which it has written itself. For all others it is the connection that
        counts, as long as it lasts.
        """
        named = request.headers.getlist("x-forwarded-for") if self.is_local else []
        if is_owner or named:
            self._leave_place()
        if is_owner:
            return Visit(self, is_owner=True)
        places, patience_s = self._config.places, self._config.limits.place_s
        if named:
            address = network_of(named[-1].rpartition(",")[2])
            if not await places.take(address, patience_s=patience_s):
                return Visit(self, is_welcome=False)
            return Visit(self, lambda: places.leave(address))
        if not self.has_place:
            self._ask_for_room()
            self.has_place = await places.take(self.address, patience_s=patience_s)
            if self.transport.is_closing():
                self._leave_place()
        return Visit(self, is_welcome=self.has_place)

    @property
    def idle_since(self) -> float:
        """An ever later number between two requests; 0 during one, before the first and after the last."""
        timer = self.timeout_keep_alive_task
        return timer.when() if timer and not self.transport.is_closing() else 0

    @property
    def _config(self) -> GuardedConfig:
        return cast("GuardedConfig", self.config)

    def _ask_for_room(self) -> None:
        """End the connection of the same address that has been idle for longest."""
        alike = (other for other in cast("set[GuardedProtocol]", self.connections) if other.address == self.address)
        idle = {other.idle_since: other for other in alike if other.has_place and other.idle_since}
        if idle:
            idle[min(idle)].timeout_keep_alive_handler()

    def _leave_place(self) -> None:
        if self.has_place:
            self.has_place = False
            self._config.places.leave(self.address)

    def _watch(self, seconds: float) -> None:
        self._unwatch()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class Visit:
    """One request under way. It is not `is_welcome` when its address has enough of them."""

    def __init__(
        self,
        connection: GuardedProtocol,
        on_end: Callable[[], None] = lambda: None,
        *,
        is_owner: bool = False,
        is_welcome: bool = True,
    ) -> None:
        self._connection, self._on_end = connection, on_end
        self.is_owner, self.is_welcome = is_owner, is_welcome

    def close(self) -> None:
        """It is over."""
        self._on_end()

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
