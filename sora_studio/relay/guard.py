"""Protects the relay from exhaustion: deadlines for every connection, and a limit of connections per address."""

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
"""Key of the `GuardedProtocol` in a request's state."""


class GuardedConfig(uvicorn.Config):
    """A server's configuration with its limits and the connection slots of each address."""

    limits = Limits()
    places = Places(limits.per_address)


class GuardedProtocol(H11Protocol):
    """A connection with a deadline for each request head, which needs one of its address's slots.

    Without a free slot it is cut. One from this machine gets a moment first, because a local proxy or tunnel brings everyone's
    requests: its head may show that it is forwarded or the studio's own, and then needs no slot. See `admit`.
    """

    has_place = False
    is_local = False
    address = ""
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - as uvicorn's own
        """Take a slot, or cut the connection when there are too many."""
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
        """Cancel the deadline and free the slot."""
        super().connection_lost(exc)
        self._unwatch()
        self._leave_place()

    def data_received(self, data: bytes) -> None:
        """Stop the deadline only when the head is complete, however slowly it arrives."""
        super().data_received(data)
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle and not cycle.response_complete:
            self._unwatch()

    def on_response_complete(self) -> None:
        """Start the deadline for the next head; the rest of this request's body has to arrive before it too."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._watch(self._config.limits.head_s)
            if self.has_place and self._config.places.is_wanted(self.address):
                self.timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the reason is of no use to a stranger
        """Answer a malformed head with an empty 400, like every rejection. Cut the connection for a malformed body."""
        if self.conn.our_state is not h11.IDLE:
            self.transport.abort()
            return
        headers = [*self.server_state.default_headers, (b"content-length", b"0"), (b"connection", b"close")]
        answer = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
        self.transport.write((self.conn.send(answer) or b"") + (self.conn.send(h11.EndOfMessage()) or b""))
        self.transport.close()

    async def admit(self, request: Request, *, is_owner: bool) -> "Visit":
        """Decide whether to serve the request, which may take a moment. Close the returned visit in any case.

        The owner is always admitted. Requests through a proxy on this machine are counted one by one, by the client address
        that it names: only a local proxy is trusted, and only the last entry, which it added itself. For others the connection
        counts, until it is closed.
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
        """When keep-alive ends, so the lowest has been idle longest; 0 unless the connection is idle between two requests."""
        timer = self.timeout_keep_alive_task
        return timer.when() if timer and not self.transport.is_closing() else 0

    @property
    def _config(self) -> GuardedConfig:
        return cast("GuardedConfig", self.config)

    def _ask_for_room(self) -> None:
        """Close the longest idle connection of the same address."""
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
    """One request in progress. It is not `is_welcome` when its address has used up its slots."""

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
        """Release what the request used."""
        self._on_end()

    def cut(self) -> None:
        """Abort its connection now, dropping unsent data."""
        self._connection.transport.abort()


def is_this_machine(host: str) -> bool:
    """Return whether a peer is on this machine."""
    address = _address(host)
    return address is not None and address.is_loopback


def network_of(host: str) -> str:
    """Return the unit that limits count by: an IPv4 address or an IPv6 /64 network, as one household has. Empty if invalid."""
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
