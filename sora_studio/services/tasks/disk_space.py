"""Nothing is paid for that could not be saved: tasks are sent only while the clips' folder can be written and has room."""

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
    """Counts a clip for every running task. What waits is held back while the folder takes no clip, and goes on by itself.

    The folder is tried every few seconds while tasks wait, off the loop; in between the last result counts.
    """

    def __init__(self, core: Core, send_blocks: SendBlocks, task_counts: TaskCounts, folder: Callable[[], Path]) -> None:
        self._clock = core.clock
        self._send_blocks = send_blocks
        self._task_counts = task_counts
        self._folder = folder
        self._wake = asyncio.Event()
        self._usage: tuple[int, int] | None = None
        self._trouble = ""

    async def look(self, *, within_s: float | None = None) -> None:
        """Find out whether the folder can be written and how much is free; nothing is known of one that does not answer."""
        folder = self._folder()
        try:
            self._usage, self._trouble = await on_disk(folder, lambda: _look_at(folder), within_s=within_s)
        except FolderSilent:
            self._usage, self._trouble = None, ""

    async def check(self, more: int) -> None:
        """Make the folder and write there for a moment.

        Raises `InvalidSetting` when that cannot be, `StorageFull` when the clips of so many further tasks would have no room.
        A folder that does not answer in time is no reason: a share that is away for a while does not lose a clip.
        """
        folder = self._folder()
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
        if not self._suffices_for(more):
            raise StorageFull(
                "The clips' disk has no room for what this would make.",
                advice="Nothing was sent, and your prompt is kept. Free some space, or choose another folder in Settings.",
            )

    def admit(self) -> bool:
        """Whether one more task may be sent; if not, none is until there is room."""
        if self._suffices_for(1):
            return True
        self._send_blocks.run_out_of_room(self._trouble)
        return False

    async def run(self) -> None:
        """Keep the figure fresh and end the hold when there is room, until cancelled."""
        while True:
            if self._task_counts.waiting:
                await self.look()
                if self._send_blocks.room_gone and self._suffices_for(1):
                    self._send_blocks.find_room()
            await wait_or_wake(self._clock, self._wake, ROOM_CHECK_S)

    def _suffices_for(self, more: int) -> bool:
        """Return True also when it cannot be told: then the disk itself will tell."""
        if self._trouble:
            return False
        if self._usage is None:
            return True
        free_bytes, disk_bytes = self._usage
        wanted_bytes = (self._task_counts.running + more) * CLIP_BYTES
        return has_room(free_bytes=free_bytes, disk_bytes=disk_bytes, wanted_bytes=wanted_bytes)


def _look_at(folder: Path) -> tuple[tuple[int, int] | None, str]:
    """Return the disk's usage and a sentence about a folder that cannot be written. Blocks."""
    try:
        write_where_it_would_be(folder)
    except OSError as error:
        if is_full(error):  # perhaps of this user's quota or of names, which the disk's figures do not show
            return (0, 0), ""
        return None, f"Clips cannot be saved in {folder}: {error.strerror or error}."
    return _usage_of(folder), ""


async def usage_of(folder: Path, *, within_s: float | None = None) -> tuple[int, int] | None:
    """Free and all bytes of the disk on which a folder is, or will be; None when that cannot be told in time."""
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
