"""Keeps a reference to every asyncio task of the services, and reports their failures."""

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
"""A library, or a write that is retried until it works, can swallow a cancellation."""

_CAUSES: dict[type[StudioError], str] = {StorageFull: STORAGE, DatabaseUnusable: DATABASE, FolderSilent: OUTPUT}

Work = Coroutine[Any, Any, None]


class Supervisor:
    """Keeps tasks alive. An unexpected exception is logged and posted as one notice; a kept loop is restarted.

    A known error is not a bug and posts its own sentence. The next successful write clears the notice about a full disk.
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
            work.close()  # avoids "never awaited" if cancelled before its first step

        task.add_done_callback(forget)
        return task

    def keep(self, make: Callable[[], Work], *, name: str) -> asyncio.Task[None]:
        """Run a loop to its end, and restart it `RESTART_AFTER_S` after a failure."""

        async def again() -> None:
            while not await self._watched(make(), name):
                await self._clock.sleep(RESTART_AFTER_S)

        return self.start(again(), name=name)

    async def stop(self) -> None:
        """Cancel all tasks and wait until they have ended."""
        while self._tasks:
            tasks = set(self._tasks)
            await end(*tasks)
            self._tasks -= tasks

    async def _watched(self, work: Work, name: str) -> bool:
        """Await the work and return whether it ended without an error; post a notice if not."""
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
    """Cancel the tasks, again every second while any of them ignores it, and wait until they have ended."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCELLED_AGAIN_AFTER_S)
