"""Reads the task of a filter session's current clip, and those around it, so that moving on shows a picture at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sora_studio.domain.clip import Clip
from sora_studio.domain.judgement import ClipRef
from sora_studio.domain.task import Task
from sora_studio.viewmodels.library.filter_session import FilterSession
from sora_studio.viewmodels.starter import TaskStarter

_AROUND = (0, 1, -1, 2)
"""Places relative to the current clip, the most urgent first."""


class FilterReader:
    """Knows the tasks around the current clip; a task that is gone is known as None.

    `on_read` is called for each task that was read; `on_near` is awaited for each clip around, to prepare its poster.
    """

    def __init__(
        self, start: TaskStarter, *, on_read: Callable[[int], object], on_near: Callable[[Clip], Awaitable[None]]
    ) -> None:
        self._start, self._on_read, self._on_near = start, on_read, on_near
        self._tasks = dict[int, Task | None]()
        self._around: Sequence[ClipRef] = ()
        self._outdated = set[int]()
        self._reading: asyncio.Task[None] | None = None

    def knows(self, task: int) -> bool:
        """Return whether a task was read."""
        return task in self._tasks

    def task(self, task: int) -> Task | None:
        """Return a task; None if it is gone or was not read."""
        return self._tasks.get(task)

    def clip(self, ref: ClipRef) -> Clip | None:
        """Return a clip; None if it is gone or was not read."""
        task = self._tasks.get(ref.task)
        return next((clip for clip in task.clips if clip.index == ref.clip), None) if task else None

    def clear(self) -> None:
        """Forget everything, for another session."""
        if self._reading is not None:
            self._reading.cancel()
        self._around = ()
        self._tasks.clear()
        self._outdated.clear()

    def outdate(self, tasks: frozenset[int]) -> bool:
        """Mark changed tasks, to be read again; return whether any is known or being read here."""
        changed = tasks & {ref.task for ref in self._around}
        self._outdated |= changed
        return bool(changed)

    def read(self, session: FilterSession, task: "Callable[[int], Awaitable[Task | None]]") -> None:
        """Read what is not known around the current clip; an earlier call is cancelled."""
        if self._reading is not None:
            self._reading.cancel()
        found = [session.clip_at(session.place + offset) for offset in _AROUND]
        self._around = [clip.ref for clip in found if clip is not None]
        self._tasks = {ref.task: self._tasks[ref.task] for ref in self._around if ref.task in self._tasks}
        self._outdated &= self._tasks.keys()
        self._reading = self._start(self._read(self._around, task), name="Read the next clips")

    async def _read(self, around: Sequence[ClipRef], read: "Callable[[int], Awaitable[Task | None]]") -> None:
        for ref in around:
            if ref.task not in self._tasks or ref.task in self._outdated:
                task = await read(ref.task)
                self._outdated.discard(ref.task)
                self._tasks[ref.task] = task
                self._on_read(ref.task)
            if (clip := self.clip(ref)) is not None:
                await self._on_near(clip)
