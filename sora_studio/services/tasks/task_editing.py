"""Editing a task that waits: it is held meanwhile, and then replaced by one with the new request.

A task's request never changes: a sender that has read it may be about to send it, in this process or another one. So an edit
cancels the task and puts a new one in its place, in one transaction. A claim of the old one fails from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.runtime.core import Core
from sora_studio.services.tasks.model_blocks import ModelBlocks
from sora_studio.services.tasks.submission import Submission


@dataclass(frozen=True, slots=True)
class TaskEdit:
    """A task that is being edited. `held_at` is when the user held it before, and it stays held afterwards."""

    task: Task
    held_at: datetime | None


class TaskEditing:
    """Makes one task of an edited one, whenever it is due to be sent: the old or the new one, never both.

    A task whose edit is neither saved nor cancelled, after a crash, stays held until the user releases it.
    """

    def __init__(self, core: Core, submission: Submission, model_blocks: ModelBlocks) -> None:
        self._clock = core.clock
        self._task_writer = core.task_writer
        self._gateway = core.gateway_name
        self._submission = submission
        self._model_blocks = model_blocks

    async def begin(self, task: int) -> TaskEdit | None:
        """Hold a waiting task back and return it; None if it no longer waits, or belongs to another service."""
        before = await self._task_writer.tasks.get(task)
        if before is None or before.gateway != self._gateway or not _waits(before):
            return None
        await self._task_writer.hold([task], before.held_at or self._clock.now())
        now = await self._task_writer.tasks.get(task)
        return TaskEdit(now, before.held_at) if now is not None and _waits(now) and now.held_at is not None else None

    async def save(self, edit: TaskEdit, request: GenerationRequest, *, shown: Mapping[str, str]) -> Task | None:
        """Replace the task and return the new one, which has its place; None if it no longer waits: then nothing is changed.

        Raises like `Submission.submit`; then the task stays held, as it was.
        """
        prepared = await self._submission.prepare_one(request, shown=shown)
        new = await self._task_writer.replace_waiting(edit.task.id, prepared, held_at=edit.held_at)
        if new is not None:
            self._model_blocks.retry(new.request.model)
        return new

    async def cancel(self, edit: TaskEdit) -> None:
        """Release the task as it was, unless the user held it before."""
        if edit.held_at is None:
            await self._task_writer.hold([edit.task.id], None)


def _waits(task: Task) -> bool:
    return task.state is TaskState.WAITING and not task.is_put_aside
