"""Empties the trash: what is in it for 30 days, or at once when the person asks."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.storage.trash import SqliteTrash

KEPT_DAYS = 30
FIRST_AFTER_S = 60.0
"""Keeps the disk free during the start."""
LOOK_EVERY_S = 6 * 3600.0
AT_ONCE = 500
"""Tasks of one transaction, so that other writes wait briefly."""

_log = logging.getLogger(__name__)


class Trash:
    """Removes tasks for good. Their files stay where they are, unless the person asks for them to go, too."""

    def __init__(self, core: Core, trash: "SqliteTrash", *, is_owner: Callable[[], bool]) -> None:
        self._core = core
        self._trash = trash
        self._is_owner = is_owner

    async def run(self) -> None:
        """Purge what is old enough every few hours, until cancelled. Only the owner of the data folder does this."""
        await self._core.clock.sleep(FIRST_AFTER_S)
        while True:
            if self._is_owner():
                try:
                    await self.purge_old()
                except (StorageFull, DatabaseUnusable):
                    _log.info("The trash was not emptied; it is tried again later.", exc_info=True)
            await self._core.clock.sleep(LOOK_EVERY_S)

    async def purge_old(self) -> Sequence[int]:
        """Remove what has been in the trash for 30 days; return the tasks."""
        until = self._core.clock.now() - timedelta(days=KEPT_DAYS)
        return (await self._purge(await self._trash.in_trash(until=until)))[0]

    async def empty(self, tasks: Sequence[int] | None = None) -> tuple[Sequence[int], Sequence[Path]]:
        """Remove everything in the trash, or these tasks of it, for good; return the tasks and the files that they leave."""
        return await self._purge(await self._trash.in_trash(until=self._core.clock.now()) if tasks is None else tasks)

    async def _purge(self, tasks: Sequence[int]) -> tuple[Sequence[int], Sequence[Path]]:
        gone, files = list[int](), list[Path]()
        for start in range(0, len(tasks), AT_ONCE):
            purged = await self._trash.purge(tasks[start : start + AT_ONCE], at=self._core.clock.now())
            gone.extend(purged.tasks)
            files.extend(purged.files)
        if gone:
            self._core.task_writer.on_write()
        return gone, files
