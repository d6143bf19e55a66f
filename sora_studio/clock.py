"""The clock of the whole core: every part that waits or timestamps gets it as an argument, so that tests can replace it."""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Wall time for storage and display, monotonic time for measuring, elapsed time for scheduling."""

    def __init__(self) -> None:
        self._elapsed = _clock_that_never_stops()

    def now(self) -> datetime:
        """Return the time as aware UTC. It may jump at any moment, forwards and back."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back; on most systems they stop while the machine is suspended."""
        return time.monotonic()

    def elapsed(self) -> float:
        """Return seconds that never go back, count on during suspend, and do not change when the wall clock is set."""
        return self._elapsed()

    async def sleep(self, seconds: float) -> None:
        """Sleep for at least that long, in awake time."""
        await asyncio.sleep(seconds)


def _clock_that_never_stops() -> Callable[[], float]:
    """Return a clock that counts during suspend: BOOTTIME on Linux, MONOTONIC on macOS, Python's own monotonic on Windows."""
    name = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    number: int | None = getattr(time, name, None)
    return time.monotonic if number is None else lambda: time.clock_gettime(number)
