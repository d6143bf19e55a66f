"""Performs actions on several selected tasks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.errors import BatchBlocked, BatchQuestion, InvalidRequest
from sora_studio.domain.judgement import ClipRef
from sora_studio.domain.task import Phase
from sora_studio.viewmodels.starter import Starter
from sora_studio.viewmodels.tasks.bulk_actions import BulkAction
from sora_studio.viewmodels.tasks.task_actions import can_remove

if TYPE_CHECKING:
    from sora_studio.viewmodels.tasks.task_services import TaskServices


class BulkCommandsModel(QObject):
    """One action at a time: another one is ignored until the first has ended.

    Signals: `copied(str)`; `submitted(list[Task])`; `asked(BatchQuestion, list[int])` before several paid tasks are created, to
    be answered with `confirm`; `refused(str)` with a sentence about why nothing was created.
    """

    copied = Signal(str)
    submitted = Signal(object)
    asked = Signal(object, object)
    refused = Signal(str)

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._services: TaskServices | None = None
        self._is_busy = False

    def attach(self, services: "TaskServices") -> None:
        """Connect the services. Nothing is performed before that."""
        self._services = services

    def perform(self, action: BulkAction, tasks: Sequence[int]) -> None:
        """Start the action on these tasks and return at once."""
        self._begin(action, tasks, ask=True)

    def confirm(self, tasks: Sequence[int]) -> None:
        """Send again what failed among these tasks, after the question was answered with yes."""
        self._begin(BulkAction.RETRY, tasks, ask=False)

    def _begin(self, action: BulkAction, tasks: Sequence[int], *, ask: bool) -> None:
        if self._services is not None and tasks and not self._is_busy:
            self._is_busy = True
            self._start(self._perform(action, list(tasks), self._services, ask=ask), name=f"{action} {len(tasks)} tasks")

    async def _perform(self, action: BulkAction, tasks: list[int], services: "TaskServices", *, ask: bool) -> None:
        try:
            match action:
                case BulkAction.HOLD | BulkAction.RELEASE | BulkAction.SEND_NEXT:
                    await self._arrange(action, tasks, services)
                case BulkAction.CANCEL:
                    await self._cancel(tasks, services)
                case BulkAction.RETRY:
                    await self._retry(tasks, services, ask=ask)
                case BulkAction.COPY_IDS:
                    rows = await services.tasks.get_many(tasks)
                    if ids := [row.task_id for row in rows if row.task_id]:
                        self.copied.emit("\n".join(ids))
                case BulkAction.REMOVE:
                    await self._remove(tasks, services)
        finally:
            self._is_busy = False

    async def _arrange(self, action: BulkAction, tasks: list[int], services: "TaskServices") -> None:
        """Hold, release or move to the front those that wait, each as one transaction."""
        waiting = [row for row in await services.tasks.get_many(tasks) if row.phase is Phase.WAITING]
        match action:
            case BulkAction.HOLD:
                await services.waiting_tasks.hold([row.id for row in waiting if row.held_at is None])
            case BulkAction.RELEASE:
                await services.waiting_tasks.release([row.id for row in waiting if row.held_at is not None])
            case _:
                await services.waiting_tasks.send_next([row.id for row in waiting])

    async def _cancel(self, tasks: list[int], services: "TaskServices") -> None:
        for row in await services.tasks.get_many(tasks):
            if row.phase is Phase.WAITING:
                await services.submission.cancel(row.id)

    async def _remove(self, tasks: list[int], services: "TaskServices") -> None:
        """Put them into the trash, as one decision to undo; what the service works on is hidden, what needs review stays."""
        if removed := [ClipRef(row.id) for row in await services.tasks.get_many(tasks) if can_remove(row)]:
            await services.judging.trash(removed)

    async def _retry(self, tasks: list[int], services: "TaskServices", *, ask: bool) -> None:
        try:
            added = await services.submission.resubmit_failed(tasks, ask=ask)
        except BatchQuestion as question:
            self.asked.emit(question, tasks)
        except BatchBlocked as blocked:
            self.refused.emit(blocked.sentence)
        except InvalidRequest as invalid:
            self.refused.emit(" ".join(dict.fromkeys(problem.message for problem in invalid.problems)))
        else:
            if added:
                self.submitted.emit(added)
