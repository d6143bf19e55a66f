"""The UI side of task actions: dialogs, clipboard and desktop. The view model performs them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from sora_studio.domain.task import Task
from sora_studio.ui.kit.file_manager import show_file
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.tasks.review_dialog import ReviewDialog
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from sora_studio.viewmodels.tasks.task_commands import TaskCommandsModel
from sora_studio.viewmodels.tasks.task_list import TaskListModel

_FILMS = "Films (*.mp4 *.mov *.m4v *.webm *.mkv *.avi *.ogv *.mpg *.ts *.flv *.wmv *.3gp *.mxf);;All files (*)"


class TaskCommands(QObject):
    """Opens the dialogs of task actions over `window`. `model` performs the actions and emits their requests."""

    def __init__(self, scope: TaskScope, tasks: TaskListModel, window: QWidget) -> None:
        super().__init__(window)
        self._scope, self._tasks, self._window = scope, tasks, window
        self.model = TaskCommandsModel(scope.start, self)
        self.model.copied.connect(self._on_model_copied)
        self.model.review_requested.connect(self._on_model_review_requested)
        self.model.locate_requested.connect(self._on_model_locate_requested)
        self.model.page_requested.connect(self._on_model_page_requested)
        self.model.folder_requested.connect(self.show_file)

    def _on_model_copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def _on_model_page_requested(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))

    def show_file(self, path: Path) -> None:
        """Show a file in its folder."""
        self._scope.start(show_file(path, partial(self._scope.start, name="Listen to the bus")), name="Show in folder")

    def _on_model_review_requested(self, task: Task) -> None:
        dialog = ReviewDialog(task, self._tasks.surroundings(task), self._window.window())
        dialog.check_wanted.connect(partial(self._on_dialog_check_wanted, dialog, task))
        dialog.attach_wanted.connect(partial(self._on_dialog_attach_wanted, dialog, task))
        dialog.resubmit_wanted.connect(partial(self._on_dialog_decided, dialog, TaskAction.AGAIN, task))
        dialog.discard_wanted.connect(partial(self._on_dialog_decided, dialog, TaskAction.DISCARD, task))
        dialog.open()

    def _on_dialog_decided(self, dialog: ReviewDialog, action: TaskAction, task: Task) -> None:
        dialog.accept()
        self.model.perform(action, task)

    def _on_dialog_check_wanted(self, dialog: ReviewDialog, task: Task, task_id: str) -> None:
        self._scope.start(self._check_id(dialog, task, task_id), name="Check an id")

    def _on_dialog_attach_wanted(self, dialog: ReviewDialog, task: Task, task_id: str) -> None:
        self._scope.start(self._attach_id(dialog, task, task_id), name="Attach an id", busy=dialog)

    async def _check_id(self, dialog: ReviewDialog, task: Task, task_id: str) -> None:
        found, refusal = await self.model.find(task, task_id)
        if not isValid(dialog):  # closed meanwhile
            return
        if found:
            dialog.show_found(task_id, found)
        else:
            dialog.refuse(refusal)

    async def _attach_id(self, dialog: ReviewDialog, task: Task, task_id: str) -> None:
        if refusal := await self.model.attach_id(task, task_id):
            dialog.refuse(refusal)
        else:
            dialog.accept()

    def _on_model_locate_requested(self, clip: int, start: Path) -> None:
        dialog = QFileDialog(self._window.window(), "Where is the clip?", str(start), _FILMS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(partial(self._on_locate_file_selected, clip))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_locate_file_selected(self, clip: int, path: str) -> None:
        self.model.locate(clip, Path(path))
