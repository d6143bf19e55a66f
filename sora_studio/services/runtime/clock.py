"""The machine's own clock, behind the port that lets tests bring another."""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime


class SystemClock:
    """Wall time, monotonic time, time that goes on in suspend, and asyncio's sleep."""

    def __init__(self) -> None:
        self._elapsed = _clock_that_never_stops()

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back; on most systems they stand still while the machine is suspended."""
        return time.monotonic()

    def elapsed(self) -> float:
        """Seconds that never go back and go on while the machine is suspended."""
        return self._elapsed()

    async def sleep(self, seconds: float) -> None:
        """At least so long, awake time."""
        await asyncio.sleep(seconds)


def _clock_that_never_stops() -> Callable[[], float]:
    """Linux calls it BOOTTIME. On macOS it is MONOTONIC, which Python's own does not read; Windows' own goes on by itself."""
    name = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    number: int | None = getattr(time, name, None)
    return time.monotonic if number is None else lambda: time.clock_gettime(number)
