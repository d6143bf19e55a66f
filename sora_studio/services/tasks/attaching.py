"""Gives an unclear task its id at the service, entered by the user or received in a report."""

import asyncio

from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core


class Attaching:
    """Attaches ids one at a time, so that no id is given to two tasks."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = asyncio.Lock()

    async def attach(self, task: int, task_id: str) -> bool:
        """Attach the id. The task is followed from then on, and returns to the list if it was removed.

        Return False if the task is not unclear, the id is not valid, or another task has it already.
        """
        task_id = task_id.strip()
        async with self._lock:
            row = await self._core.task_writer.tasks.get(task)
            if row is None or row.state is not TaskState.UNKNOWN or not is_id(task_id) or await self.is_given(task_id):
                return False
            return await self._attach(row, task_id)

    async def is_given(self, task_id: str) -> bool:
        """Return whether a task has the id already."""
        return await self._core.task_writer.tasks.has_task_id(task_id)

    async def _attach(self, row: Task, task_id: str) -> bool:
        now = self._core.clock.now()
        return await self._core.task_writer.transition(
            row.id,
            TaskState.PENDING,
            task_id=task_id,
            accepted_at=row.sent_at or now,
            next_poll_at=now,
            measured_usd=row.measured_usd or None,  # the task exists, so a measured price of 0 was premature
            removed_at=None,
            trashed_at=None,
            trouble=None,
        )


def is_id(text: str) -> bool:
    """Return whether the text could be an id of the service."""
    return bool(text) and text.isprintable() and " " not in text
