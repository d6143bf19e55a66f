"""Detects rows changed by any process on the database, and publishes the changes."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus, TaskChanged
from sora_studio.domain.task import Task
from sora_studio.services.runtime.wait_or_wake import wait_or_wake

if TYPE_CHECKING:
    from sora_studio.storage.tasks import SqliteTasks

LOOK_EVERY_S = 1.0
"""Interval for changes by other processes. This process's own changes wake the watch at once."""
GATHER_S = 0.05
"""Debounce: changes of one burst are read together."""


class ChangeWatch:
    """Publishes `TaskChanged` for every changed task and passes the fresh rows to the observers."""

    def __init__(self, tasks: "SqliteTasks", events: EventBus, clock: Clock) -> None:
        self._tasks = tasks
        self._events = events
        self._clock = clock
        self._wake = asyncio.Event()
        self._revision = 0
        self._observers: list[Callable[[Task], None]] = []

    def observe(self, observer: Callable[[Task], None]) -> None:
        """Pass every changed row to `observer`, before the event is published."""
        self._observers.append(observer)

    def wake(self) -> None:
        """Look for changes soon, after a write of this process."""
        self._wake.set()

    async def begin(self) -> None:
        """Ignore all changes so far."""
        self._revision, _ = await self._tasks.changed_since(sys.maxsize)

    async def run(self) -> None:
        """Look for changes until cancelled."""
        while True:
            await wait_or_wake(self._clock, self._wake, LOOK_EVERY_S)
            await self._clock.sleep(GATHER_S)
            self._wake.clear()
            await self.look()

    async def look(self) -> None:
        """Publish what changed since the last look."""
        revision, ids = await self._tasks.changed_since(self._revision)
        if ids:
            self.show(await self._tasks.get_many(ids))
        self._revision = revision
        for task in ids:
            self._events.publish(TaskChanged(task))

    def show(self, tasks: Iterable[Task]) -> None:
        """Pass rows to the observers."""
        for task in tasks:
            for observer in self._observers:
                observer(task)
