"""Knows which clips are on disk: what the database says, proved by looking at the files, without haste."""

import asyncio
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import ClipFile, ClipState
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.task import Task
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

PAGE = 1000
BREATH_S = 0.02
"""Between two pages, so that a large library costs the window nothing."""
WALK_EVERY_S = 60.0
_KEPT = frozenset({ClipState.SAVED, ClipState.MISSING})


class FilePresence:
    """Marks clips `missing`, or `saved` again, by their files: all of them after the start and when somebody comes back to the
    window (the owner of the folder does that), single ones when they are shown.
    """

    def __init__(self, core: Core, *, is_owner: Callable[[], bool]) -> None:
        self._core = core
        self._is_owner = is_owner
        self._wake = asyncio.Event()
        self._shown = set[int]()
        self._walk_wanted = True
        self._walked_at = float("-inf")

    @property
    def is_known(self) -> bool:
        """Whether the files have been looked at once, or another process does that."""
        return not self._is_owner() or self._walked_at != float("-inf")

    def look_for(self, tasks: Iterable[int]) -> None:
        """These are shown: find out whether their files are still there."""
        self._shown.update(tasks)
        self._wake.set()

    def look_again(self) -> None:
        """Somebody comes back and may have moved files: look at all of them, at most once a minute."""
        self._walk_wanted = True
        self._wake.set()

    async def run(self) -> None:
        """Look when it is wanted, until cancelled."""
        while True:
            shown, self._shown = self._shown, set[int]()
            if shown:
                tasks = await self._core.task_writer.tasks.get_many(shown)
                await self._check(file for task in tasks for file in _files_of(task))
            if self._walk_wanted and self._core.clock.monotonic() >= self._walked_at + WALK_EVERY_S and self._is_owner():
                self._walk_wanted = False
                await self.look_at_all()
                self._walked_at = self._core.clock.monotonic()
            await wait_or_wake(self._core.clock, self._wake, LONGEST_REST_S)

    async def look_at_all(self) -> None:
        """Look at the files of all clips, newest first. Reads ids and paths only: a library has many thousands."""
        before: int | None = None
        while page := await self._core.task_writer.tasks.clip_files(limit=PAGE, before=before):
            await self._check(page)
            before = page[-1].clip
            await self._core.clock.sleep(BREATH_S)

    async def _check(self, files: Iterable[ClipFile]) -> None:
        folders = defaultdict[str, list[ClipFile]](list)
        for file in files:
            folders[os.path.dirname(file.path)].append(file)  # noqa: PTH120 - ten times as fast, for many thousands
        for folder, clips in folders.items():
            await self._check_folder(Path(folder), clips)

    async def _check_folder(self, folder: Path, files: list[ClipFile]) -> None:
        """A folder that does not answer says nothing about its files: they stay what they are."""
        try:
            changed = await on_disk(folder, lambda: _changed(files))
        except FolderSilent:
            return
        for file in changed:
            await self._core.task_writer.transition_clip(file.clip, ClipState.MISSING if file.is_saved else ClipState.SAVED)


def _changed(files: Iterable[ClipFile]) -> list[ClipFile]:
    """Those that have come or gone."""
    return [file for file in files if _is_there(file) is not file.is_saved]


def _is_there(file: ClipFile) -> bool:
    """What was known where it cannot be told: in a folder without permission, on a share whose server is gone."""
    try:
        return stat.S_ISREG(os.stat(file.path).st_mode)  # noqa: PTH116 - as above
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return file.is_saved


def _files_of(task: Task) -> Iterator[ClipFile]:
    for clip in task.clips:
        if clip.state in _KEPT and clip.path is not None:
            yield ClipFile(clip.id, str(clip.path), clip.state is ClipState.SAVED)
