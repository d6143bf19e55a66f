"""Keeps the metadata files beside saved clips up to date with what the person decides about them."""

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.errors import DatabaseUnusable, FolderSilent, StorageFull
from sora_studio.services.clips import clip_files
from sora_studio.services.clips.metadata import FORMAT, judged
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import wait_or_wake

if TYPE_CHECKING:
    from sora_studio.storage.metadata_due import DueMetadata, SqliteMetadataDue

_log = logging.getLogger(__name__)
TOGETHER_S = 2.0
"""Decisions within this time are written together."""
LOOK_EVERY_S = 60.0
"""Retry interval for folders that cannot be written; also finds what another process decided or renamed."""
AT_ONCE = 100


class MetadataSync:
    """Writes in the background; the database stays the truth. A folder that fails is left alone for a minute, others go on."""

    def __init__(self, core: Core, store: "SqliteMetadataDue") -> None:
        self._clock = core.clock
        self._store = store
        self._wake = asyncio.Event()
        self._failing = dict[Path, float]()  # folders that cannot be written, until this monotonic time

    def task_changed(self) -> None:
        """Look soon for files that are out of date."""
        self._wake.set()

    async def run(self) -> None:
        """Write what is due, until cancelled."""
        while True:
            try:
                await self.write_due()
            except (DatabaseUnusable, StorageFull):
                _log.info("Metadata files are written later.", exc_info=True)
            await wait_or_wake(self._clock, self._wake, LOOK_EVERY_S)
            await self._clock.sleep(TOGETHER_S)

    async def write_due(self) -> None:
        """Write every file that is out of date and whose folder answers."""
        now = self._clock.monotonic()
        self._failing = {folder: until for folder, until in self._failing.items() if until > now}
        last = 0
        while batch := await self._store.due(after=last, limit=AT_ONCE):
            last = batch[-1].task.id
            written = [due for due in batch if await self._write_task(due)]
            if written:
                await self._store.settle(written)

    async def _write_task(self, due: "DueMetadata") -> bool:
        """Write the files of one task; return whether all of them are up to date now."""
        done = True
        for clip in due.task.clips:
            if clip.state is ClipState.SAVED and clip.path is not None:
                done = await self._write_clip(due, clip, clip.path) and done
        return done

    async def _write_clip(self, due: "DueMetadata", clip: Clip, film: Path) -> bool:
        """Write one file. One that the person deleted, or that is not ours, stays as it is."""
        folder = film.parent
        if folder in self._failing:
            return False
        path = film.with_suffix(".json")
        try:
            found = await clip_files.read_json(path)
            if found is not None:
                known = found | {"format": FORMAT, **judged(due.task, clip, tags=due.tags[clip.id], project=due.project)}
                if known != found:
                    await clip_files.write_json(path, known)
        except (FolderSilent, StorageFull, OSError) as error:
            _log.info("Metadata in %s is written later: %s", folder, error)
            self._failing[folder] = self._clock.monotonic() + LOOK_EVERY_S
            return False
        return True
