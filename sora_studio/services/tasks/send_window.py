"""Limits how many creates may be unanswered at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sora_studio.clock import Clock

CREATES_IN_FLIGHT = 8
FORGOTTEN_AFTER_S = 30.0


class SendWindow:
    """A window for creates with slow start: each answer doubles the limit, up to `CREATES_IN_FLIGHT`. First in, first out.

    A network that intercepts or swallows requests thus leaves one task unclear instead of several. The limit falls back to one
    after an unclear create, and after `FORGOTTEN_AFTER_S` without an answer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limit = 1
        self._taken = 0
        self._answered_at = float("-inf")
        self._waiting = deque[asyncio.Future[None]]()

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None]:
        """Wait for a place and keep it during the block, which sends one create."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._admit()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # admitted and cancelled at once: free the place
                self._taken -= 1
            self._admit()
            raise
        try:
            yield
        finally:
            self._taken -= 1
            self._admit()

    def answered(self) -> None:
        """Double the limit: the service itself answered a create."""
        self._answered_at = self._clock.monotonic()
        self._limit = min(2 * self._limit, CREATES_IN_FLIGHT)

    def doubted(self) -> None:
        """Reset the limit: the service did not answer a create."""
        self._limit = 1

    def _admit(self) -> None:
        if not self._taken and self._clock.monotonic() - self._answered_at > FORGOTTEN_AFTER_S:
            self._limit = 1
        while self._waiting and self._taken < self._limit:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._taken += 1
                waiter.set_result(None)
