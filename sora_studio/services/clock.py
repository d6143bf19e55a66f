"""The machine's own clock, behind the port that lets tests bring another."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Wall time, monotonic time and asyncio's sleep."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back; they stand still while the machine is suspended."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """At least so long, awake time."""
        await asyncio.sleep(seconds)
