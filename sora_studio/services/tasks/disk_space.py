"""Sends tasks only while the clips' folder is writable and has room, so that no clip is paid for that cannot be saved."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.disk_space import CLIP_BYTES, has_room, is_full
from sora_studio.domain.errors import FolderSilent, InvalidSetting, StorageFull
from sora_studio.folders import make_and_try, write_where_it_would_be
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import wait_or_wake
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.task_counts import TaskCounts
from sora_studio.services.tasks.task_writer import ROOM_CHECK_S


class DiskSpace:
    """Reserves space for a clip of every running task; waiting tasks are held back while there is none.

    The folder is tested every few seconds while tasks wait, off the event loop; in between the last result counts.
    """

    def __init__(
        self,
        core: Core,
        send_blocks: SendBlocks,
        task_counts: TaskCounts,
        folder: Callable[[], Path],
        *,
        is_owner: Callable[[], bool],
    ) -> None:
        self._clock = core.clock
        self._send_blocks = send_blocks
        self._task_counts = task_counts
        self._folder = folder
        self._is_owner = is_owner
        self._wake = asyncio.Event()
        self._usage: tuple[int, int] | None = None
        self._trouble = ""

    async def look(self, *, within_s: float | None = None) -> None:
        """Check whether the folder is writable and how much is free. A folder that does not answer counts as unknown."""
        folder = self._folder()
        try:
            self._usage, self._trouble = await on_disk(folder, lambda: _look_at(folder), within_s=within_s)
        except FolderSilent:
            self._usage, self._trouble = None, ""

    async def check(self, more: int, own_folder: Path | None = None) -> None:
        """Create the folder, a task's own or that of the settings, and write a temporary file in it.

        Raises `InvalidSetting` if that fails, `StorageFull` if there is no room for the clips of `more` further tasks. A folder
        that does not answer in time is no error: the clips are saved once the share is back. A guest checks nothing, because
        the owner of the data folder saves the clips, in a folder of its own choice.
        """
        if not self._is_owner():
            return
        folder = own_folder or self._folder()
        try:
            await on_disk(folder, lambda: make_and_try(folder))
        except FolderSilent:
            pass
        except OSError as error:
            if not is_full(error):
                raise InvalidSetting(
                    f"Clips cannot be saved in {folder}: {error.strerror or error}.",
                    advice="Nothing was sent, and your prompt is kept. Choose another folder.",
                ) from error
        await self.look()
        usage = await usage_of(own_folder) if own_folder else self._usage
        if not self._suffices_for(more, usage):
            raise StorageFull(
                "The clips' disk does not have enough space for these clips.",
                advice="Nothing was sent, and your prompt is kept. Free some space, or choose another folder in Settings.",
            )

    def admit(self) -> bool:
        """Return whether one more task may be sent. If not, hold back all tasks until there is room."""
        if self._suffices_for(1, self._usage):
            return True
        self._send_blocks.run_out_of_room(self._trouble)
        return False

    async def run(self) -> None:
        """Keep the figure fresh and resume sending when there is room, until cancelled."""
        while True:
            if self._task_counts.waiting:
                await self.look()
                if self._send_blocks.room_gone and self._suffices_for(1, self._usage):
                    self._send_blocks.find_room()
            await wait_or_wake(self._clock, self._wake, ROOM_CHECK_S)

    def _suffices_for(self, more: int, usage: tuple[int, int] | None) -> bool:
        """Return whether there is room for `more` clips; True if unknown, as writing will fail if there is none."""
        if self._trouble:
            return False
        if usage is None:
            return True
        free_bytes, disk_bytes = usage
        wanted_bytes = (self._task_counts.running + more) * CLIP_BYTES
        return has_room(free_bytes=free_bytes, disk_bytes=disk_bytes, wanted_bytes=wanted_bytes)


def _look_at(folder: Path) -> tuple[tuple[int, int] | None, str]:
    """Return the disk's usage and a sentence about a folder that cannot be written. Blocks."""
    try:
        write_where_it_would_be(folder)
    except OSError as error:
        if is_full(error):  # perhaps a quota or the inodes, which free bytes do not show
            return (0, 0), ""
        return None, f"Clips cannot be saved in {folder}: {error.strerror or error}."
    return _usage_of(folder), ""


async def usage_of(folder: Path, *, within_s: float | None = None) -> tuple[int, int] | None:
    """Return the free and total bytes of the disk with this (future) folder; None if that is not known in time."""
    try:
        return await on_disk(folder, lambda: _usage_of(folder), within_s=within_s)
    except FolderSilent:
        return None


def _usage_of(folder: Path) -> tuple[int, int] | None:
    try:
        existing = next((place for place in (folder, *folder.parents) if place.exists()), folder)
        usage = shutil.disk_usage(existing)
    except OSError:
        return None
    return usage.free, usage.total
