"""Editing a waiting task in the composer: its request takes the draft's place there until it is saved or cancelled."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.request import RULE, GenerationRequest
from sora_studio.domain.writing.prompt_table import to_edit

if TYPE_CHECKING:
    from sora_studio.domain.task import Task
    from sora_studio.services.tasks.task_editing import TaskEdit
    from sora_studio.viewmodels.compose.compose_services import ComposeServices
    from sora_studio.viewmodels.compose.composer import ComposeModel

ONE_TAKE = "A waiting task makes one clip. Set takes to 1, or cancel and generate several."
NO_LONGER_WAITS = "The task has been sent or removed meanwhile, so it was not changed. Your text stays here as a draft."
CANNOT_EDIT = "The task no longer waits, so it cannot be edited."


class WaitingEdit(QObject):
    """One edit at a time. The draft from before is on disk, and comes back when the edit ends.

    What is typed meanwhile is saved as a draft of its own, so that a crash loses neither.

    Signals: `taken_over()` after another request has come into the composer, at the beginning and at the end.
    """

    taken_over = Signal()

    def __init__(self, compose: "ComposeModel") -> None:
        super().__init__(compose)
        self._compose = compose
        self._edit: TaskEdit | None = None
        self._before: Draft | None = None
        self._began: GenerationRequest | None = None  # what was taken over, as the composer has it

    @property
    def is_under_way(self) -> bool:
        """Whether a task is being edited."""
        return self._edit is not None

    async def begin(self, services: "ComposeServices", task: int) -> None:
        """Hold a task and take over its request, unless it no longer waits. An edit that is under way is cancelled.

        Nothing happens while the draft cannot be saved: the header says why.
        """
        await self.cancel(services)
        edit = await services.task_editing.begin(task)
        if edit is None:
            self._compose.complain(Problem(RULE, CANNOT_EDIT))
            return
        if not await self._compose.settle():
            await services.task_editing.cancel(edit)
            return
        self._edit, self._before = edit, self._compose.draft
        self._compose.open_draft(Draft(id=0, request=to_edit(edit.task.request)))
        self._began = self._compose.request.wish
        self.taken_over.emit()

    async def save(self, services: "ComposeServices", request: GenerationRequest, shown: Mapping[str, str]) -> "list[Task]":
        """Replace the task and go back to the draft. If the task no longer waits, the edited request stays as a draft.

        Raises like `TaskEditing.save`; then the edit goes on.
        """
        if self._edit is None:
            return []
        if self._compose.draft.takes > 1:
            raise InvalidRequest([Problem("takes", ONE_TAKE)])
        task = await services.task_editing.save(self._edit, request, shown=shown)
        self._edit = None
        if task is None:
            self._before = None
            raise InvalidRequest([Problem(RULE, NO_LONGER_WAITS)])
        await self._go_back(services)
        return [task]

    async def cancel(self, services: "ComposeServices") -> None:
        """Release the task as it was, and go back to the draft."""
        edit, self._edit = self._edit, None
        if edit is not None:
            await services.task_editing.cancel(edit)
            await self._go_back(services)

    async def release(self, services: "ComposeServices") -> None:
        """Release the task as it was because the window closes. What was written in the edit stays in its own draft."""
        if self._edit is None:
            return
        if self._compose.request.wish == self._began:
            await self.cancel(services)
            return
        edit, self._edit, self._before = self._edit, None, None
        await services.task_editing.cancel(edit)

    async def _go_back(self, services: "ComposeServices") -> None:
        before, self._before = self._before, None
        if before is None:
            return
        await self._compose.save()
        meanwhile = self._compose.draft.id
        self._compose.open_draft(before)
        self.taken_over.emit()
        if meanwhile and meanwhile != before.id:
            await services.drafts.discard(meanwhile, with_autosaves=True)
        await self._compose.save()
