"""The installed models: a list, and what can be done with the chosen one."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.model_file import ModelFile
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.field import kept_left
from sora_studio.ui.settings.models.inline_question import InlineQuestion
from sora_studio.ui.settings.models.two_line_list import TwoLineList
from sora_studio.viewmodels.settings.models.model_words import NEXT_START, file_facts, file_title
from sora_studio.viewmodels.settings.models.models_page import ModelsModel, can_be_restored

if TYPE_CHECKING:
    from sora_studio.services.models.model_library import ModelLibrary

_HEIGHT = 296


class InstalledSection(QWidget):
    """Files that cannot be read come first. The list is read again each time it is shown.

    Signals: `edit_asked(str, int)` with the name of a file and a line, 0 for its beginning; `shown(QWidget)` for what should be
    scrolled into view.
    """

    edit_asked = Signal(str, int)
    shown = Signal(object)

    def __init__(self, scope: TaskScope, model: ModelsModel) -> None:
        super().__init__()
        self._scope, self._model = scope, model
        self._chosen_name = ""
        self.list = TwoLineList("Installed models", _HEIGHT)
        self._edit = self._button("Edit", "Edit the model", self._on_edit_clicked)
        self._duplicate = self._button("Duplicate…", "Duplicate the model", self._on_duplicate_clicked)
        self._restore = self._button("Restore the shipped one…", "Restore the shipped model", self._on_restore_clicked)
        self._folder = self._button("Open the folder", "Open the folder of your own models", self._on_folder_clicked)
        self.question = InlineQuestion()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        for widget in (self.list, kept_left(self._edit, self._duplicate, self._restore, self._folder), self.question):
            column.addWidget(widget)
        self.list.currentRowChanged.connect(self._show_buttons)
        self.list.itemActivated.connect(self._on_edit_clicked)
        model.changed.connect(self._show)
        theme.notifier.changed.connect(self._show)
        self._show_buttons()

    def attach(self, library: "ModelLibrary | None") -> None:
        """Attach the service; None while the studio has not started."""
        self._folder.setEnabled(library is not None)
        self.question.dismiss()
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self._start(self._model.refresh, "list the models")

    def showEvent(self, event: QShowEvent) -> None:
        """Read the list again: files may have changed."""
        super().showEvent(event)
        self.refresh()

    @property
    def chosen(self) -> ModelFile | None:
        """The file that is chosen in the list."""
        row = self.list.currentRow()
        return self._model.files[row] if 0 <= row < len(self._model.files) else None

    def _button(self, words: str, name: str, act: Callable[[], None]) -> PushButton:
        button = PushButton(words, name)
        button.clicked.connect(act)
        return button

    def _show(self) -> None:
        """Show the files; the chosen one stays chosen."""
        name = self._chosen_name
        self.list.blockSignals(True)
        self.list.clear()
        for file in self._model.files:
            icon = theme.icon("warning", theme.tokens().review) if file.error is not None else None
            self.list.add(file_title(file), file_facts(file), icon)
        names = [file.name for file in self._model.files]
        self.list.setCurrentRow(names.index(name) if name in names else 0 if names else -1)
        self.list.blockSignals(False)
        self._show_buttons()

    def _show_buttons(self) -> None:
        file = self.chosen
        self._chosen_name = file.name if file is not None else ""
        self._edit.setEnabled(file is not None)
        self._duplicate.setEnabled(file is not None)
        self._restore.setVisible(file is not None and can_be_restored(file))

    def _on_edit_clicked(self) -> None:
        if (file := self.chosen) is not None:
            self.edit_asked.emit(file.name, file.error.line if file.error else 0)

    def _on_duplicate_clicked(self) -> None:
        if (file := self.chosen) is not None:
            words, slug = "Slug of the copy, as the service knows the model:", self._model.free_slug(file.name)
            self._ask(lambda: self.question.ask_slug(words, slug, "Duplicate", self._copy, self._model.why_not))

    def _copy(self, slug: str) -> None:
        if (file := self.chosen) is not None:
            self._start(partial(self._copy_file, file, slug), "duplicate a model")

    async def _copy_file(self, file: ModelFile, slug: str) -> None:
        name = await self._model.copy(file.name, slug)
        names = [file.name for file in self._model.files]
        self.list.setCurrentRow(names.index(name))
        self.question.tell(f"The copy is saved as {name}. {NEXT_START}")

    def _on_restore_clicked(self) -> None:
        if (file := self.chosen) is not None:
            words = f"Use the shipped profile of {file_title(file)} again? Your own file is kept under another name."
            self._ask(lambda: self.question.ask(words, "Restore", lambda: self._begin_restore(file)))

    def _begin_restore(self, file: ModelFile) -> None:
        self._start(partial(self._restore_file, file), "restore a model")

    async def _restore_file(self, file: ModelFile) -> None:
        backup = await self._model.restore(file)
        words = f"The shipped profile is used from the next start. Your file is kept as {backup}."
        self.question.tell(words, undo=lambda: self._start(partial(self._undo, file, backup), "undo"))

    async def _undo(self, file: ModelFile, backup: str) -> None:
        if await self._model.undo_restore(file, backup):
            self.question.tell("Your own file is in use again.")
        else:
            self.question.tell_problem(f"There is another file in its place. Yours is kept as {backup}.")

    def _on_folder_clicked(self) -> None:
        self._start(self._open_folder, "open the models' folder")

    async def _open_folder(self) -> None:
        if self._model.library is not None:
            folder = await self._model.library.make_folder()
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _ask(self, ask: Callable[[], None]) -> None:
        ask()
        self.shown.emit(self.question)

    def _start(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._scope.start(self._told(work), name=name)

    async def _told(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()  # not made before it runs: a closed scope never runs it
        except StudioError as error:
            self.question.tell_problem(error.sentence)
            self.shown.emit(self.question)
