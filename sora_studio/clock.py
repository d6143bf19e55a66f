"""The clock of the whole core: every part that waits or stamps gets it as an argument, so that tests can bring another."""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Wall time for what is kept and shown, monotonic time for what is measured, elapsed time for what is planned."""

    def __init__(self) -> None:
        self._elapsed = _clock_that_never_stops()

    def now(self) -> datetime:
        """Return the time as aware UTC. It may be set at any moment, forwards and back."""
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
    """Linux calls it BOOTTIME. On macOS it is MONOTONIC, which Python's own does not read; Windows' own goes on by itself."""
    name = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    number: int | None = getattr(time, name, None)
    return time.monotonic if number is None else lambda: time.clock_gettime(number)
