"""Tracks which clips are on disk by checking the files that the database names, in the background."""

import asyncio
import os
import stat
import time
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
"""Pause between two pages, so that a large library does not slow down the window."""
WALK_EVERY_S = 60.0
TRUST_STAMPS_S = 3600.0
"""How long folders' times are trusted. Some file systems do not change them, so that every file is checked after this."""
SETTLED_AFTER_S = 2.0
"""A folder may change again within the same tick of its file system's clock; FAT counts in steps of two seconds."""
_ABSENT = 0
_KEPT = frozenset({ClipState.SAVED, ClipState.MISSING})


class FilePresence:
    """Marks clips `missing`, or `saved` again, by their files.

    The owner of the data folder checks all of them after the start. When a window is activated, it does so again if the entries
    of one of their folders have changed since, by the folder's time of modification: with 100,000 clips, checking every file
    takes half a second of processor. Clips on display are checked by every process.
    """

    def __init__(self, core: Core, *, is_owner: Callable[[], bool]) -> None:
        self._core = core
        self._is_owner = is_owner
        self._wake = asyncio.Event()
        self._shown = set[int]()
        self._walk_wanted = True
        self._walked_at = float("-inf")
        self._stamps = dict[str, int | None]()
        """Times of the clips' folders at the last check of all files; None if a time cannot be trusted."""
        self._all_checked_at = float("-inf")
        self._newest = 0
        """The newest clip of the last check of all files."""

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
        """Check the files of new clips; those of all clips if one of their folders has changed or too much time has passed."""
        is_fresh = self._core.clock.monotonic() < self._all_checked_at + TRUST_STAMPS_S
        page = await self._core.task_writer.tasks.clip_files(limit=PAGE) if is_fresh else []
        new = [file for file in page if file.clip > self._newest]
        if is_fresh and len(new) < PAGE and await self._has_old_stamps():
            await self._check(new)
        else:
            await self.look_at_all()

    async def _has_old_stamps(self) -> bool:
        """Return whether every folder has the time that it had when all files were checked."""
        for folder, stamp in self._stamps.items():
            if stamp is None or await _stamp_of(folder) != stamp:
                return False
        return True

    async def look_at_all(self) -> None:
        """Check the files of all clips, newest first. Reads ids and paths only: a library has many thousands."""
        before: int | None = None
        self._stamps.clear()
        self._newest, self._all_checked_at = 0, self._core.clock.monotonic()
        while page := await self._core.task_writer.tasks.clip_files(limit=PAGE, before=before):
            self._newest = max(self._newest, page[0].clip)
            await self._check(page, stamps=self._stamps)
            before = page[-1].clip
            await self._core.clock.sleep(BREATH_S)

    async def _check(self, files: Iterable[ClipFile], *, stamps: dict[str, int | None] | None = None) -> None:
        folders = defaultdict[str, list[ClipFile]](list)
        for file in files:
            folders[os.path.dirname(file.path)].append(file)  # noqa: PTH120 - ten times as fast, for many thousands
        for folder, clips in folders.items():
            if stamps is not None and folder not in stamps:
                stamps[folder] = await _stamp_of(folder)  # before its files are checked
            await self._check_folder(Path(folder), clips)

    async def _check_folder(self, folder: Path, files: list[ClipFile]) -> None:
        """Check files of one folder. If the folder does not answer, their state is left unchanged."""
        try:
            changed = await on_disk(folder, lambda: _changed(files))
        except FolderSilent:
            return
        for file in changed:
            await self._core.task_writer.transition_clip(file.clip, ClipState.MISSING if file.is_saved else ClipState.SAVED)


async def _stamp_of(folder: str) -> int | None:
    """Return when the folder's entries last changed, in nanoseconds; None if that is unknown or was just now."""
    try:
        changed_ns = await on_disk(Path(folder), lambda: os.stat(folder).st_mtime_ns)  # noqa: PTH116 - as below
    except (FileNotFoundError, NotADirectoryError):
        return _ABSENT
    except (OSError, FolderSilent, ValueError):
        return None
    return changed_ns if abs(time.time() - changed_ns / 1e9) > SETTLED_AFTER_S else None  # both by the system's clock


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
