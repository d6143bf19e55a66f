"""Tracks which clips are on disk by checking the files that the database names, in the background."""

import asyncio
import os
import stat
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import ClipFile, ClipState
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.task import Task
from sora_studio.services.clips.known_folder import UNKNOWN, KnownFolder, stamp_of, state_of
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

PAGE = 1000
BREATH_S = 0.02
"""Pause between two pages, so that a large library does not slow down the window."""
WALK_EVERY_S = 60.0
TRUST_STAMPS_S = 3600.0
"""How long folders' times are trusted. Some file systems do not change them, so that every file is checked after this."""
_KEPT = frozenset({ClipState.SAVED, ClipState.MISSING})


class FilePresence:
    """Marks clips `missing`, or `saved` again, by their files.

    The owner of the data folder checks all of them after the start. With 100,000 clips that takes half a second of processor.
    When a window is activated, it therefore checks only clips that were written since, and those whose names have appeared in
    or disappeared from a folder, which is listed if its time of modification has changed. Clips on display are checked by
    every process.
    """

    def __init__(self, core: Core, *, is_owner: Callable[[], bool]) -> None:
        self._core = core
        self._is_owner = is_owner
        self._wake = asyncio.Event()
        self._shown = set[int]()
        self._walk_wanted = True
        self._walked_at = float("-inf")
        self._folders = dict[str, KnownFolder]()
        self._all_checked_at = float("-inf")
        self._revision = 0
        """Clips that were written after this revision have not been checked."""

    @property
    def is_known(self) -> bool:
        """Whether all files have been checked once, or another process does that."""
        return not self._is_owner() or self._walked_at != float("-inf")

    def look_for(self, tasks: Iterable[int]) -> None:
        """Check the files of these tasks, which are on display."""
        self._shown.update(tasks)
        self._wake.set()

    def look_again(self) -> None:
        """Check files soon, at most once a minute: they may have been moved while the window was inactive."""
        self._walk_wanted = True
        self._wake.set()

    async def run(self) -> None:
        """Check files when requested, until cancelled."""
        while True:
            shown, self._shown = self._shown, set[int]()
            if shown:
                tasks = await self._core.task_writer.tasks.get_many(shown)
                await self._check(file for task in tasks for file in _files_of(task))
            if self._walk_wanted and self._core.clock.monotonic() >= self._walked_at + WALK_EVERY_S and self._is_owner():
                self._walk_wanted = False
                await self.look_where_changed()
                self._walked_at = self._core.clock.monotonic()
            await wait_or_wake(self._core.clock, self._wake, LONGEST_REST_S)

    async def look_where_changed(self) -> None:
        """Check the files of clips that were written since, and those that a folder seems to have gained or lost.

        Checks the files of all clips if too much time has passed.
        """
        if self._core.clock.monotonic() >= self._all_checked_at + TRUST_STAMPS_S:
            await self.look_at_all()
            return
        self._revision, written = await self._core.task_writer.tasks.clip_files_since(self._revision)
        for path, files in _by_folder(written).items():
            (await self._known(path)).replace(files)  # its state is read before its files are checked
        await self._check(written)
        for path, folder in self._folders.items():
            if folder.state.stamp is None or await stamp_of(path) != folder.state.stamp:
                await self._look_into(path, folder)

    async def _look_into(self, path: str, folder: KnownFolder) -> None:
        """Check the clips whose names the folder has gained or lost; none if it does not answer."""
        try:
            changed = folder.changed(await state_of(path))
        except FolderSilent:
            return
        for start in range(0, len(changed), PAGE):
            await self._check(await self._core.task_writer.tasks.clip_files_of(changed[start : start + PAGE]))
            await self._core.clock.sleep(BREATH_S)

    async def look_at_all(self) -> None:
        """Check the files of all clips, newest first. Reads ids and paths only: a library has many thousands."""
        before: int | None = None
        self._folders.clear()
        self._all_checked_at = self._core.clock.monotonic()
        self._revision, _ = await self._core.task_writer.tasks.changed_since(sys.maxsize)
        while page := await self._core.task_writer.tasks.clip_files(limit=PAGE, before=before):
            for path, files in _by_folder(page).items():
                (await self._known(path)).add(files)
            await self._check(page)
            before = page[-1].clip
            await self._core.clock.sleep(BREATH_S)

    async def _known(self, path: str) -> KnownFolder:
        if (folder := self._folders.get(path)) is None:
            try:
                state = await state_of(path)
            except FolderSilent:
                state = UNKNOWN
            folder = self._folders[path] = KnownFolder(state)
        return folder

    async def _check(self, files: Iterable[ClipFile]) -> None:
        for path, clips in _by_folder(files).items():
            await self._check_folder(path, clips)

    async def _check_folder(self, path: str, files: list[ClipFile]) -> None:
        """Check files of one folder. If the folder does not answer, their state is left unchanged."""
        try:
            changed = await on_disk(Path(path), lambda: _changed(files))
        except FolderSilent:
            if path in self._folders:
                self._folders[path].state = UNKNOWN
            return
        for file in changed:
            await self._core.task_writer.transition_clip(file.clip, ClipState.MISSING if file.is_saved else ClipState.SAVED)


def _by_folder(files: Iterable[ClipFile]) -> dict[str, list[ClipFile]]:
    folders = defaultdict[str, list[ClipFile]](list)
    for file in files:
        folders[os.path.dirname(file.path)].append(file)  # noqa: PTH120 - ten times as fast, for many thousands
    return folders


def _changed(files: Iterable[ClipFile]) -> list[ClipFile]:
    """Return the files that have appeared or disappeared."""
    return [file for file in files if _is_there(file) is not file.is_saved]


def _is_there(file: ClipFile) -> bool:
    """Return whether the file exists; the last known state if that cannot be determined (no permission, server gone)."""
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
