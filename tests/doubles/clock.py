"""A clock that a test turns by hand."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

from sora_studio.clock import Clock

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def settle() -> None:
    """Let everything run that can run without time passing."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(0)
        if not getattr(loop, "_ready"):  # noqa: B009 - the one place that knows when a loop is idle
            return


class ManualClock(Clock):
    """Time stands still until `advance`; sleepers wake in order, each at its own moment."""

    def __init__(self) -> None:
        self._wall = BEGIN
        self._monotonic = 0.0
        self._suspended_s = 0.0
        self._count = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def elapsed(self) -> float:
        return self._monotonic + self._suspended_s

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._count), waking))
        await waking

    async def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self._monotonic + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, waking = heapq.heappop(self._sleepers)
            if waking.done():
                continue
            self._move_to(max(due, self._monotonic))
            waking.set_result(None)
            await settle()
        self._move_to(end)
        await settle()

    def change_wall(self, seconds: float) -> None:
        """Somebody sets the clock."""
        self._wall += timedelta(seconds=seconds)

    def suspend(self, seconds: float) -> None:
        """The machine sleeps for so long: the wall's time goes on, nobody wakes."""
        self._wall += timedelta(seconds=seconds)
        self._suspended_s += seconds

    def _move_to(self, monotonic: float) -> None:
        self._wall += timedelta(seconds=monotonic - self._monotonic)
        self._monotonic = monotonic
