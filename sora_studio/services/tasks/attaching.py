"""Gives an unclear task the id by which the service knows it, whether a person found that id or a report brought it."""

import asyncio

from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core


class Attaching:
    """One at a time, so that no id is given to two tasks."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = asyncio.Lock()

    async def attach(self, task: int, task_id: str) -> bool:
        """The task is followed from then on, and stands in the list again if it was put aside.

        False when the task is not unclear, the id is no id, or another task has it already.
        """
        task_id = task_id.strip()
        async with self._lock:
            row = await self._core.task_writer.tasks.get(task)
            if row is None or row.state is not TaskState.UNKNOWN or not is_id(task_id) or await self.is_given(task_id):
                return False
            return await self._attach(row, task_id)

    async def is_given(self, task_id: str) -> bool:
        """Whether a task has it already."""
        return await self._core.task_writer.tasks.has_task_id(task_id)

    async def _attach(self, row: Task, task_id: str) -> bool:
        now = self._core.clock.now()
        return await self._core.task_writer.transition(
            row.id,
            TaskState.PENDING,
            task_id=task_id,
            accepted_at=row.sent_at or now,
            next_poll_at=now,
            measured_usd=row.measured_usd or None,  # it exists, so "nothing was charged" was only too early
            removed_at=None,
            trouble=None,
        )


def is_id(text: str) -> bool:
    """Whether the service could have given such an id."""
    return bool(text) and text.isprintable() and " " not in text
