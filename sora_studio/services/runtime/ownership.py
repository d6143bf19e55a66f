"""One process at a time sends, polls and downloads for a data folder; others only add tasks and watch, until they take over."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus, TrackerChanged

if TYPE_CHECKING:
    from sora_studio.storage.lock import DataFolderLock

TRY_EVERY_S = 1.0


class Ownership:
    """Guest until the lock is free, then owner until the end. `begin` runs on becoming the owner, again if it failed."""

    def __init__(self, lock: "DataFolderLock", events: EventBus, clock: Clock, begin: Callable[[], Awaitable[None]]) -> None:
        self._lock = lock
        self._events = events
        self._clock = clock
        self._begin = begin
        self.is_owner = False

    async def try_once(self) -> None:
        """Become the owner if there is none."""
        if self.is_owner or not self._lock.try_acquire():
            return
        await self._begin()
        self.is_owner = True
        self._events.publish(TrackerChanged(owner=True))

    async def run(self) -> None:
        """Try to become the owner until it works."""
        while not self.is_owner:
            await self._clock.sleep(TRY_EVERY_S)
            await self.try_once()

    def release(self) -> None:
        """Release the lock at the end, after everything that an owner does has stopped."""
        self.is_owner = False
        self._lock.release()
