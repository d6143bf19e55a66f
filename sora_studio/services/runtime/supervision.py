"""Every asyncio task of the services is held, named and watched here, so that none vanishes and none fails in silence."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from sora_studio.clock import Clock
from sora_studio.domain.errors import DatabaseUnusable, FolderSilent, StorageFull, StudioError
from sora_studio.domain.events import NoticeAction, NoticeLevel
from sora_studio.services.runtime.notices import DATABASE, FAULT, OUTPUT, STORAGE, Notices

_log = logging.getLogger(__name__)
RESTART_AFTER_S = 1.0
CANCELLED_AGAIN_AFTER_S = 1.0
"""A cancellation can be lost, to a library or to a write that is tried until it works."""

_CAUSES: dict[type[StudioError], str] = {StorageFull: STORAGE, DatabaseUnusable: DATABASE, FolderSilent: OUTPUT}

Work = Coroutine[Any, Any, None]


class Supervisor:
    """Holds tasks strongly. An unexpected exception is logged and becomes one notice; a kept loop is started again.

    A known error is no mistake of the program and says its own sentence. The next write that succeeds takes back the notice
    of a full disk.
    """

    def __init__(self, clock: Clock, notices: Notices) -> None:
        self._clock = clock
        self._notices = notices
        self._tasks = set[asyncio.Task[None]]()

    def start(self, work: Work, *, name: str) -> asyncio.Task[None]:
        """Run `work` once."""

        async def once() -> None:
            await self._watched(work, name)

        task = asyncio.get_running_loop().create_task(once(), name=name)
        self._tasks.add(task)

        def forget(done: asyncio.Task[None]) -> None:
            self._tasks.discard(done)
            work.close()  # cancelled before its first step, it would complain that nobody awaited it

        task.add_done_callback(forget)
        return task

    def keep(self, make: Callable[[], Work], *, name: str) -> asyncio.Task[None]:
        """Run a loop to its end, and begin it again a moment after it failed."""

        async def again() -> None:
            while not await self._watched(make(), name):
                await self._clock.sleep(RESTART_AFTER_S)

        return self.start(again(), name=name)

    async def stop(self) -> None:
        """Cancel everything and wait until it has ended."""
        while self._tasks:
            tasks = set(self._tasks)
            await end(*tasks)
            self._tasks -= tasks

    async def _watched(self, work: Work, name: str) -> bool:
        """Whether the work came to its end without an unexpected exception."""
        try:
            await work
        except StudioError as error:
            _log.info("%s failed: %s", name, error.title, exc_info=True)
            self._notices.post(_CAUSES.get(type(error), FAULT), NoticeLevel.ERROR, error.sentence)
            return False
        except Exception:
            _log.exception("Unexpected trouble in %s", name)
            self._notices.post(
                FAULT,
                NoticeLevel.ERROR,
                "Something went wrong inside the program. Your tasks are safe and the work goes on.",
                NoticeAction.COPY_REPORT,
            )
            return False
        return True


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel them, and again while any of them goes on."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCELLED_AGAIN_AFTER_S)
