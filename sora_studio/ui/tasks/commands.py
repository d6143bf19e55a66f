"""What the actions on a task do: each one a call to a service in the window's scope, or a hand-over to another panel."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.errors import StudioError, TaskUnknown
from sora_studio.domain.task import Phase, Task
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.tasks.review_dialog import ReviewDialog
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from sora_studio.viewmodels.tasks.task_money import found_sentence
from sora_studio.viewmodels.tasks.task_words import Surroundings

if TYPE_CHECKING:
    from sora_studio.viewmodels.tasks.task_services import TaskServices

_BAD_ID = "That id cannot be attached: it is not an id, another task has it, or this task is settled already."
_FILMS = "Films (*.mp4 *.mov *.m4v *.webm *.mkv *.avi *.ogv *.mpg *.ts *.flv *.wmv *.3gp *.mxf);;All files (*)"


class TaskCommands(QObject):
    """Performs actions. While one is under way for a task, the same one is not started again: a second Enter costs nothing.

    Signals: `play_requested(Task)`; `use_requested(GenerationRequest)` puts a request back into the editor.
    """

    play_requested = Signal(object)
    use_requested = Signal(object)

    def __init__(self, scope: TaskScope, surroundings: Callable[[Task], Surroundings], window: QWidget) -> None:
        super().__init__(window)
        self._scope, self._surroundings, self._window = scope, surroundings, window
        self._services: TaskServices | None = None
        self._under_way: set[tuple[TaskAction, int]] = set()
        self._local: dict[TaskAction, Callable[[Task], None]] = {
            TaskAction.PLAY: self.play_requested.emit,
            TaskAction.EDIT: self._use,
            TaskAction.COPY_PROMPT: lambda task: QGuiApplication.clipboard().setText(task.request.prompt),
            TaskAction.COPY_ID: lambda task: QGuiApplication.clipboard().setText(task.task_id or ""),
            TaskAction.SHOW_FOLDER: self._show_folder,
            TaskAction.REVIEW: self._review,
            TaskAction.ATTACH: self._review,
            TaskAction.LOCATE: self._locate,
        }

    def attach(self, services: "TaskServices") -> None:
        """From now on actions reach these services; before, only what needs none works."""
        self._services = services

    def perform(self, action: TaskAction, task: Task) -> None:
        """Do it. Returns at once; errors go to the scope."""
        if local := self._local.get(action):
            local(task)
        elif self._services is not None and (action, task.id) not in self._under_way:
            self._under_way.add((action, task.id))
            name = f"{action.value.replace('-', ' ').capitalize()} (task {task.id})"
            self._scope.start(self._perform(action, task, self._services), name=name)

    async def _perform(self, action: TaskAction, task: Task, services: "TaskServices") -> None:
        calls: dict[TaskAction, Callable[[], Awaitable[object]]] = {
            TaskAction.CHECK: lambda: services.tracking.check_now(task.id),
            TaskAction.AGAIN: lambda: services.submission.resubmit(task.id),
            TaskAction.DISCARD: lambda: services.submission.discard(task.id),
            TaskAction.PAUSE: lambda: services.retrieval.pause(task.id),
            TaskAction.SAVE_NOW: lambda: services.retrieval.save_now(task.id),
            TaskAction.SAVE_AS_IT_IS: lambda: services.retrieval.save_as_it_is(task.id),
            TaskAction.REMOVE: lambda: _remove(task, services),
        }
        try:
            await calls[action]()
        finally:
            self._under_way.discard((action, task.id))

    def _use(self, task: Task) -> None:
        self.use_requested.emit(task.request)

    def _review(self, task: Task) -> None:
        dialog = ReviewDialog(task, self._surroundings(task), self._window.window())
        dialog.check_wanted.connect(partial(self._check_id, dialog, task))
        dialog.attach_wanted.connect(partial(self._attach_id, dialog, task))
        dialog.resubmit_wanted.connect(partial(self._decide, dialog, TaskAction.AGAIN, task))
        dialog.discard_wanted.connect(partial(self._decide, dialog, TaskAction.DISCARD, task))
        dialog.open()

    def _decide(self, dialog: ReviewDialog, action: TaskAction, task: Task) -> None:
        dialog.accept()
        self.perform(action, task)

    def _check_id(self, dialog: ReviewDialog, task: Task, task_id: str) -> None:
        if self._services is not None:
            now = self._surroundings(task).now
            self._scope.start(_check_id(dialog, task, task_id, self._services, now), name="Check an id")

    def _attach_id(self, dialog: ReviewDialog, task: Task, task_id: str) -> None:
        if self._services is not None:
            self._scope.start(_attach_id(dialog, task, task_id, self._services), name="Attach an id", busy=dialog)

    def _locate(self, task: Task) -> None:
        missing = next((clip for clip in task.clips if clip.state is ClipState.MISSING), None)
        if missing is not None and self._services is not None:
            self._scope.start(self._ask_where(missing), name="Ask where a clip is")

    async def _ask_where(self, missing: Clip) -> None:
        """Begin where the clip was, unless that folder is gone: a dialog in a dead share would freeze the window."""
        start = missing.path.parent if missing.path else Path.home()
        try:
            is_there = await on_disk(start, start.is_dir)
        except OSError:
            is_there = False
        if not is_there:
            start = Path.home()
        dialog = QFileDialog(self._window.window(), "Where is the clip?", str(start), _FILMS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self._on_locate_file_selected, missing))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_folder(self, task: Task) -> None:
        saved = next((clip.path for clip in task.clips if clip.state is ClipState.SAVED and clip.path), None)
        if saved is not None:
            self._scope.start(_open_folder(saved.parent), name="Open a folder")

    def _on_locate_file_selected(self, clip: Clip, path: str) -> None:
        if self._services is not None:
            self._scope.start(self._services.retrieval.locate(clip.id, Path(path)), name="Locate a clip")


async def _remove(task: Task, services: "TaskServices") -> None:
    """A waiting task is taken back first; if its turn has just come, it stays, so that nobody pays for what they don't see."""
    if task.phase is Phase.WAITING and not await services.submission.cancel(task.id):
        return
    await services.library.remove(task.id)


async def _check_id(dialog: ReviewDialog, task: Task, task_id: str, services: "TaskServices", now: datetime) -> None:
    found = refusal = ""
    try:
        found = found_sentence(await services.submission.look_up(task.id, task_id), now)
    except TaskUnknown:
        refusal = "The service does not know this id."
    except StudioError as error:
        refusal = error.sentence
    if not isValid(dialog):  # closed meanwhile
        return
    if found:
        dialog.show_found(task_id, found)
    else:
        dialog.refuse(refusal)


async def _attach_id(dialog: ReviewDialog, task: Task, task_id: str, services: "TaskServices") -> None:
    if await services.submission.attach(task.id, task_id):
        dialog.accept()
    else:
        dialog.refuse(_BAD_ID)


async def _open_folder(folder: Path) -> None:
    """Raises `FolderSilent`."""
    await on_disk(folder, folder.exists)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
