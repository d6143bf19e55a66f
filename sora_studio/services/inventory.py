"""Walks the library once after the start, without haste: counts what is saved and finds out which files are gone or back."""

import asyncio
from collections.abc import Iterable

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.core import Core

PAGE = 100
BREATH_S = 0.02
"""Between two pages, so that a large library costs the window nothing."""
_KEPT = frozenset({ClipState.SAVED, ClipState.MISSING})


class Inventory:
    """Knows how many clips are saved. The owner of the folder also marks clips `missing`, or `saved` again, by their files."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._saved = set[int]()

    @property
    def saved_clips(self) -> int:
        """As far as they have been counted."""
        return len(self._saved)

    def see(self, task: Task) -> None:
        """A row as it stands now."""
        for clip in task.clips:
            if clip.state is ClipState.SAVED:
                self._saved.add(clip.id)
            else:
                self._saved.discard(clip.id)

    async def walk(self, *, check_files: bool) -> None:
        """Look at every finished task, newest first."""
        before: int | None = None
        finished = TaskFilter(states=frozenset({TaskState.SUCCESS}), removed=True)
        while page := await self._core.ledger.tasks.find(finished, limit=PAGE, before=before):
            for task in page:
                self.see(task)
            if check_files:
                await self._check(clip for task in page for clip in task.clips if clip.state in _KEPT)
            before = page[-1].id
            await self._core.clock.sleep(BREATH_S)

    async def _check(self, clips: Iterable[Clip]) -> None:
        wanted = [clip for clip in clips if clip.path is not None]
        there = await asyncio.to_thread(lambda: [clip.path is not None and clip.path.is_file() for clip in wanted])
        for clip, is_there in zip(wanted, there, strict=True):
            if is_there is not (clip.state is ClipState.SAVED):
                state = ClipState.SAVED if is_there else ClipState.MISSING
                await self._core.ledger.transition_clip(clip.id, state)
