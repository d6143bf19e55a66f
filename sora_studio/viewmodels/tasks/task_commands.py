"""Performs actions on tasks: calls the services, and emits requests for what only the window can do."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.disk_calls import on_disk
from sora_studio.domain.beside import carried
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import StudioError, TaskUnknown
from sora_studio.domain.judgement import ClipRef
from sora_studio.domain.service_pages import service_pages
from sora_studio.domain.task import Task
from sora_studio.viewmodels.starter import Starter
from sora_studio.viewmodels.tasks.successor_steps import SuccessorStep, steps_of, successor_steps
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from sora_studio.viewmodels.tasks.task_money import found_sentence

if TYPE_CHECKING:
    from sora_studio.viewmodels.tasks.task_services import TaskServices

_BAD_ID = "This id cannot be attached: it is not valid, another task has it, or this task is already settled."
_SETTINGS = frozenset({TaskAction.ENTER_KEY, TaskAction.CHOOSE_FOLDER, TaskAction.SET_UP_PICTURES, TaskAction.CHANGE_SERVICE})


class TaskCommandsModel(QObject):
    """Performs task actions. Ignores an action that is already running for the same task, so a second Enter costs nothing.

    Signals: `play_requested(Task)`; `edit_requested(GenerationRequest)` to put a request into the editor;
    `change_requested(int)` with a waiting task to edit there; `copied(str)` with text for the clipboard;
    `review_requested(Task)`; `locate_requested(int, Path)` with a missing clip's id and a folder to start in;
    `page_requested(str)` to open; `folder_requested(Path)` with a file to show in its folder; `settings_requested(TaskAction)`;
    `submitted(list[Task])`.
    """

    play_requested = Signal(object)
    edit_requested = Signal(object)
    change_requested = Signal(int)
    copied = Signal(str)
    review_requested = Signal(object)
    locate_requested = Signal(int, object)
    page_requested = Signal(str)
    folder_requested = Signal(object)
    settings_requested = Signal(object)
    submitted = Signal(object)

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._services: TaskServices | None = None
        self._under_way: set[tuple[TaskAction, int]] = set()
        self._at_once: dict[TaskAction, Callable[[Task], None]] = {
            TaskAction.PLAY: self.play_requested.emit,
            TaskAction.EDIT: lambda task: self.edit_requested.emit(task.request),
            TaskAction.CHANGE: lambda task: self.change_requested.emit(task.id),
            TaskAction.COPY_PROMPT: lambda task: self.copied.emit(task.request.prompt),
            TaskAction.COPY_ID: lambda task: self.copied.emit(task.task_id or ""),
            TaskAction.REVIEW: self.review_requested.emit,
            TaskAction.ATTACH: self.review_requested.emit,
            TaskAction.ADD_CREDIT: self._open_account,
        }

    def attach(self, services: "TaskServices") -> None:
        """Connect the services. Before that, only actions that need none work."""
        self._services = services

    def successors_for(self, task: Task) -> tuple[SuccessorStep, ...]:
        """Return the steps that open the draft of a task that needs another model; none for any other task."""
        if self._services is None:
            return ()
        return steps_of(task, self._services.profiles, refused=self._services.model_blocks.refused)

    async def offers(self, task: int) -> tuple[SuccessorStep, ...]:
        """Return the steps for a task of a model that nothing is sent to, whether the task says so already or not."""
        services = self._services
        if services is None or (row := await services.tasks.get(task)) is None:
            return ()
        return successor_steps(row.request, services.profiles, refused=services.model_blocks.refused)

    async def open_task_with(self, model: str, task: int) -> None:
        """Put a task's request into the editor, as the other model takes it."""
        if self._services is not None and (row := await self._services.tasks.get(task)) is not None:
            self.open_with(model, row)

    def open_with(self, model: str, task: Task) -> None:
        """Put the task's request into the editor, as the other model takes it."""
        if self._services is None:
            return
        source, target = map(self._services.profiles.get, (task.request.model, model))
        if source is not None and target is not None:
            self.edit_requested.emit(carried(task.request, source, target)[0])

    def retry_model(self, model: str) -> None:
        """Send the waiting tasks of a model that the service refused."""
        if self._services is not None:
            self._services.model_blocks.retry(model)

    def perform(self, action: TaskAction, task: Task) -> None:
        """Start the action and return at once; errors are reported by the scope that the work runs in."""
        if action in _SETTINGS:
            self.settings_requested.emit(action)
        elif at_once := self._at_once.get(action):
            at_once(task)
        elif self._services is not None and (action, task.id) not in self._under_way:
            self._under_way.add((action, task.id))
            name = f"{action.value.replace('-', ' ').capitalize()} (task {task.id})"
            self._start(self._perform(action, task, self._services), name=name)

    async def find(self, task: Task, task_id: str) -> tuple[str, str]:
        """Look up an id with the service; return a sentence about it, or else the reason why there is none."""
        if self._services is None:
            return "", ""
        try:
            return found_sentence(await self._services.submission.look_up(task.id, task_id), datetime.now(UTC)), ""
        except TaskUnknown:
            return "", "The service does not know this id."
        except StudioError as error:
            return "", error.sentence

    async def attach_id(self, task: Task, task_id: str) -> str:
        """Attach an id to a task that needs review; return the reason for a failure, or an empty string."""
        is_attached = self._services is not None and await self._services.submission.attach(task.id, task_id)
        return "" if is_attached else _BAD_ID

    def move_waiting(self, tasks: Sequence[int], before: int | None) -> None:
        """Move waiting tasks before another one; None is the last place."""
        if self._services is not None:
            self._start(self._services.waiting_tasks.move(tasks, before=before), name="Move waiting tasks")

    def locate(self, clip: int, path: Path) -> None:
        """Set where a missing clip's file is now."""
        if self._services is not None:
            self._start(_locate(self._services, clip, path), name="Locate a clip")

    async def _perform(self, action: TaskAction, task: Task, services: "TaskServices") -> None:
        calls: dict[TaskAction, Callable[[], Awaitable[object]]] = {
            TaskAction.CHECK: lambda: services.tracking.check_now(task.id),
            TaskAction.AGAIN: lambda: self._submit_again(task, services),
            TaskAction.HOLD: lambda: services.waiting_tasks.hold([task.id]),
            TaskAction.RELEASE: lambda: services.waiting_tasks.release([task.id]),
            TaskAction.SEND_NEXT: lambda: services.waiting_tasks.send_next([task.id]),
            TaskAction.DISCARD: lambda: services.submission.discard(task.id),
            TaskAction.PAUSE: lambda: services.retrieval.pause(task.id),
            TaskAction.SAVE_NOW: lambda: services.retrieval.save_now(task.id),
            TaskAction.SAVE_AS_IT_IS: lambda: services.retrieval.save_as_it_is(task.id),
            TaskAction.REMOVE: lambda: _remove(task, services),
            TaskAction.LOCATE: lambda: self._ask_where(task),
            TaskAction.SHOW_FOLDER: lambda: self._find_folder(task),
        }
        try:
            await calls[action]()
        finally:
            self._under_way.discard((action, task.id))

    async def _submit_again(self, task: Task, services: "TaskServices") -> None:
        if added := await services.submission.resubmit(task.id):
            self.submitted.emit(added)

    async def _ask_where(self, task: Task) -> None:
        """Request a file dialog in the clip's folder, or in the home folder: a dialog in a dead network share would freeze."""
        missing = next((clip for clip in task.clips if clip.state is ClipState.MISSING), None)
        if missing is None:
            return
        start = missing.path.parent if missing.path else Path.home()
        try:
            is_there = await on_disk(start, start.is_dir)
        except OSError:
            is_there = False
        self.locate_requested.emit(missing.id, start if is_there else Path.home())

    async def _find_folder(self, task: Task) -> None:
        """Request to show the clip's file in its folder.

        Raises `FolderSilent`.
        """
        saved = next((clip.path for clip in task.clips if clip.state is ClipState.SAVED and clip.path), None)
        if saved is not None:
            await on_disk(saved.parent, saved.parent.exists)
            self.folder_requested.emit(saved)

    def _open_account(self, task: Task) -> None:
        if pages := service_pages(task.gateway):
            self.page_requested.emit(pages.account)


async def _locate(services: "TaskServices", clip: int, path: Path) -> None:
    await services.retrieval.locate(clip, path)


async def _remove(task: Task, services: "TaskServices") -> None:
    """Put the task into the trash, where a waiting one is not sent; hide one that the service works on."""
    await services.judging.trash([ClipRef(task.id)])
