"""How many creates may be unanswered at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sora_studio.clock import Clock

CREATES_IN_FLIGHT = 8
FORGOTTEN_AFTER_S = 30.0


class SendWindow:
    """One create goes alone; each answer of the service doubles the limit, up to `CREATES_IN_FLIGHT`. First in, first out.

    So a network that answers in the service's place, or swallows requests, leaves one task unclear and not a handful. The limit
    falls back to one after an unclear create, and when none was sent for a while.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limit = 1
        self._taken = 0
        self._answered_at = float("-inf")
        self._waiting = deque[asyncio.Future[None]]()

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None]:
        """Wait for a place and hold it for the length of the block, which is one create."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._admit()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # the place came in the same moment: hand it on unused
                self._taken -= 1
            self._admit()
            raise
        try:
            yield
        finally:
            self._taken -= 1
            self._admit()

    def answered(self) -> None:
        """The service itself answered a create."""
        self._answered_at = self._clock.monotonic()
        self._limit = min(2 * self._limit, CREATES_IN_FLIGHT)

    def doubted(self) -> None:
        """A create was not answered by the service."""
        self._limit = 1

    def _admit(self) -> None:
        if not self._taken and self._clock.monotonic() - self._answered_at > FORGOTTEN_AFTER_S:
            self._limit = 1
        while self._waiting and self._taken < self._limit:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._taken += 1
                waiter.set_result(None)
