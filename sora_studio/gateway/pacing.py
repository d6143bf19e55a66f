"""A rate limiter for all requests to the service, with priorities."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heappop, heappush
from typing import TypeAlias

from sora_studio.clock import Clock

WINDOW_S = 60.0
MAX_IN_FLIGHT = 32
"""More concurrent requests stall the event loop visibly and gain nothing."""

_SHORTEST_NAP_S = 0.001


class Priority(IntEnum):
    """Priority of waiting requests, most important first."""

    CREATE = 0
    URGENT = 1
    ROUTINE = 2


_Ticket: TypeAlias = tuple[Priority, int, asyncio.Future[None]]


@dataclass(slots=True)
class _Lane:
    """One model's rate limit.

    A request counts while it is in flight and for one window after its end, because it is unknown when the service received
    it. So the limit is met by the service's clock too, however slow the network.
    """

    per_minute: int
    waiting: list[_Ticket] = field(default_factory=list[_Ticket])
    in_flight: int = 0
    ended_at: deque[float] = field(default_factory=deque[float])
    closed_until: float = 0.0

    def forget_before(self, now: float) -> None:
        while self.ended_at and self.ended_at[0] + WINDOW_S <= now:
            self.ended_at.popleft()

    def opens_at(self, now: float) -> float | None:
        """Return when the next request may start: not after `now` if at once, None if one in flight must end first."""
        self.forget_before(now)
        if self.in_flight + len(self.ended_at) < self.per_minute:
            return self.closed_until
        return max(self.closed_until, self.ended_at[0] + WINDOW_S) if self.ended_at else None

    def drop_cancelled(self) -> None:
        while self.waiting and self.waiting[0][2].done():
            heappop(self.waiting)


class RequestBudget:
    """Limits requests to `per_minute` per lane in any 60 seconds, and to `max_in_flight` over all lanes.

    Creates go before urgent queries before routine ones; FIFO within each priority. A request that is cancelled while waiting
    uses up nothing. One timer task serves all waiting requests.
    """

    def __init__(self, *, clock: Clock, max_in_flight: int = MAX_IN_FLIGHT) -> None:
        self._clock = clock
        self._free = max_in_flight
        self._lanes: dict[str, _Lane] = {}
        self._asked = 0
        self._nap: asyncio.Task[None] | None = None
        self._nap_ends_at = 0.0

    @property
    def requests_last_minute(self) -> int:
        """Requests in flight or ended within the last 60 s, over all lanes."""
        now = self._clock.monotonic()
        for lane in self._lanes.values():
            lane.forget_before(now)
        return sum(lane.in_flight + len(lane.ended_at) for lane in self._lanes.values())

    @asynccontextmanager
    async def place(self, lane: str, *, per_minute: int, priority: Priority) -> AsyncGenerator[None]:
        """Wait for permission to send; the block is one request."""
        share = self._lanes.setdefault(lane, _Lane(per_minute))
        share.per_minute = per_minute
        await self._wait_for_place(share, priority)
        try:
            yield
        finally:
            share.in_flight -= 1
            share.ended_at.append(self._clock.monotonic())
            self._free += 1
            self._admit()

    def hold_back(self, lane: str, seconds: float) -> None:
        """Start no request in this lane for so many seconds; those in flight continue."""
        share = self._lanes[lane]
        share.closed_until = max(share.closed_until, self._clock.monotonic() + seconds)

    async def close(self) -> None:
        """Cancel all waiting requests and stop the timer."""
        for share in self._lanes.values():
            for _, _, ticket in share.waiting:
                ticket.cancel()
        if self._nap is not None:
            self._nap.cancel()
            await asyncio.gather(self._nap, return_exceptions=True)

    async def _wait_for_place(self, share: _Lane, priority: Priority) -> None:
        ticket = asyncio.get_running_loop().create_future()
        self._asked += 1
        heappush(share.waiting, (priority, self._asked, ticket))
        self._admit()
        try:
            await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():  # admitted and cancelled at the same moment: release the place
                share.in_flight -= 1
                self._free += 1
            self._admit()
            raise

    def _admit(self) -> None:
        """Admit every request that may start now, and set the timer for the next one."""
        while self._free:
            now = self._clock.monotonic()
            lanes = [(self._opening(share, now), share) for share in self._lanes.values()]
            openings = [(opens_at, share) for opens_at, share in lanes if opens_at is not None]
            ready = [share for opens_at, share in openings if opens_at <= now]
            if not ready:
                self._look_again_at(min((opens_at for opens_at, _ in openings), default=None))
                return
            share = min(ready, key=lambda lane: lane.waiting[0][:2])
            _, _, ticket = heappop(share.waiting)
            share.in_flight += 1
            self._free -= 1
            ticket.set_result(None)

    @staticmethod
    def _opening(share: _Lane, now: float) -> float | None:
        share.drop_cancelled()
        return share.opens_at(now) if share.waiting else None

    def _look_again_at(self, moment: float | None) -> None:
        """Call `_admit` at `moment`. A timer that fires sooner is kept: `_admit` sets it again."""
        if moment is None or (self._nap is not None and self._nap_ends_at <= moment):
            return
        if self._nap is not None:
            self._nap.cancel()
        self._nap_ends_at = moment
        self._nap = asyncio.get_running_loop().create_task(self._sleep_until(moment), name="request budget")

    async def _sleep_until(self, moment: float) -> None:
        await self._clock.sleep(max(moment - self._clock.monotonic(), _SHORTEST_NAP_S))
        self._nap = None
        self._admit()
