"""Knows which clips are on disk: what the database says, proved by looking at the files, without haste."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import Clip, ClipCounts, ClipState
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

PAGE = 100
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
        self._counts = ClipCounts()
        self._changes, self._counted = 1, 0

    def task_changed(self, task: Task) -> None:
        """A row as it stands now."""
        if task.clips:
            self._changes += 1

    async def counts(self) -> ClipCounts | None:
        """None until the files have been looked at once."""
        if self._is_owner() and self._walked_at == float("-inf"):
            return None
        changes = self._changes
        if self._counted != changes:
            self._counts = await self._core.task_writer.tasks.count_clips()
            self._counted = changes
        return self._counts

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
                await self._check(await self._core.task_writer.tasks.get_many(shown))
            if self._walk_wanted and self._core.clock.monotonic() >= self._walked_at + WALK_EVERY_S and self._is_owner():
                self._walk_wanted = False
                await self._walk()
                self._walked_at = self._core.clock.monotonic()
            await wait_or_wake(self._core.clock, self._wake, LONGEST_REST_S)

    async def _walk(self) -> None:
        """Every finished task, newest first."""
        before: int | None = None
        finished = TaskFilter(states=frozenset({TaskState.SUCCESS}), removed=True)
        while page := await self._core.task_writer.tasks.find(finished, limit=PAGE, before=before):
            await self._check(page)
            before = page[-1].id
            await self._core.clock.sleep(BREATH_S)

    async def _check(self, tasks: Iterable[Task]) -> None:
        folders = defaultdict[Path, list[tuple[Clip, Path]]](list)
        for clip in (clip for task in tasks for clip in task.clips if clip.state in _KEPT):
            if clip.path is not None:
                folders[clip.path.parent].append((clip, clip.path))
        for folder, clips in folders.items():
            await self._check_folder(folder, clips)

    async def _check_folder(self, folder: Path, clips: list[tuple[Clip, Path]]) -> None:
        """A folder that does not answer says nothing about its files: they stay what they are."""
        try:
            there = await on_disk(folder, lambda: [_is_there(path) for _, path in clips])
        except FolderSilent:
            return
        for (clip, _), is_there in zip(clips, there, strict=True):
            if is_there is not None and is_there is not (clip.state is ClipState.SAVED):
                state = ClipState.SAVED if is_there else ClipState.MISSING
                await self._core.task_writer.transition_clip(clip.id, state)


def _is_there(path: Path) -> bool | None:
    """None when that cannot be told: a folder without permission, a share whose server is gone."""
    try:
        return path.is_file()
    except OSError:
        return None
