"""The model editor: a profile's text with its errors, and beside it the form and the request that it makes."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.models.error_list import ErrorList
from sora_studio.ui.settings.models.inline_question import InlineQuestion
from sora_studio.ui.settings.models.panes import padded, scrolling, split
from sora_studio.ui.settings.models.profile_text import ProfileText
from sora_studio.ui.settings.models.request_view import RequestView
from sora_studio.ui.settings.models.sample_form import SampleForm
from sora_studio.viewmodels.compose.autosave import Autosave
from sora_studio.viewmodels.settings.models.model_editor import ModelEditorModel
from sora_studio.viewmodels.settings.models.model_words import NEXT_START, unreadable_question
from sora_studio.viewmodels.settings.models.models_page import ModelsModel

if TYPE_CHECKING:
    from sora_studio.services.models.model_library import ModelLibrary

_log = logging.getLogger(__name__)
_SIZE = QSize(1180, 780)
_NARROWEST = QSize(900, 520)
_ERRORS_HEIGHT = 112
_READ_AFTER_MS = 120
"""Debounce: the text is read once typing pauses."""
_KEPT = "Unsaved changes from earlier are shown. Save them, or go back to the file with Revert."


class ModelEditor(QWidget):
    """A separate window for one profile at a time. What is typed and not saved is kept, also when it or the program is closed.

    Signals: `models_asked()` for the list of all models.
    """

    models_asked = Signal()

    def __init__(self, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._scope = scope
        self._library: ModelLibrary | None = None
        self._line = 0
        self.model = ModelEditorModel(self)
        self._models = ModelsModel(self)
        self._autosave = Autosave(self)
        self._reading = QTimer(self, singleShot=True, interval=_READ_AFTER_MS)
        self.setWindowTitle("Model editor")
        self.setMinimumSize(_NARROWEST)
        self.resize(_SIZE.boundedTo(parent.screen().availableSize() * 0.92))
        self._title = ElidedLabel(semibold=True)
        self._state = ElidedLabel()
        theme.set_role(self._state, "secondary")
        self.question = InlineQuestion()
        self.text = ProfileText()
        self.errors = ErrorList()
        self.form = SampleForm()
        self.request = RequestView()
        self._build_buttons()
        self._build_layout()
        self._connect()

    def open(self, library: "ModelLibrary", *, name: str = "", proposal: Path | None = None, line: int = 0) -> None:
        """Show the window on a file, at a line of it, or on a proposal."""
        self._library = library
        self._models.attach(library)
        self._line = line
        self.question.dismiss()
        self._start(partial(self.model.open, library, name=name, proposal=proposal), "open a model")
        self.show()
        self.raise_()
        self.activateWindow()

    async def finish(self) -> None:
        """Keep what is not saved; called before the program ends. A failure is logged: it must not keep the program open."""
        self._reading.stop()
        self._autosave.settle()
        try:
            await self.model.keep()
        except StudioError:
            _log.exception("An unsaved profile could not be kept")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is not saved."""
        super().closeEvent(event)
        self._keep()

    # --- building -------------------------------------------------------------------------------------------------

    def _build_buttons(self) -> None:
        self._save = self._button("Save", "Save (Ctrl+S)", self.save)
        self._revert = self._button("Revert", "Go back to the file (Ctrl+Z undoes it)", self._on_revert_clicked)
        self._duplicate = self._button("Duplicate…", "Save a copy as a new model", self._on_duplicate_clicked)
        self._restore = self._button("Restore the shipped one…", "Set your own file aside", self._on_restore_clicked)
        self._folder = self._button("Open the folder", "Open the folder of your own models", self._on_folder_clicked)
        self._all = self._button("All models", "Show the list of models in the settings", self.models_asked.emit)

    def _button(self, words: str, tip: str, act: Callable[[], None]) -> PushButton:
        button = PushButton(words, words.removesuffix("…"))
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.clicked.connect(act)
        return button

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.GRID)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._title)
        names.addWidget(self._state)
        head.addLayout(names, 1)
        for button in (self._save, self._revert, self._duplicate, self._restore, self._folder, self._all):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        top = QVBoxLayout()
        top.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, theme.GRID)
        top.setSpacing(theme.GRID)
        top.addLayout(head)
        top.addWidget(self.question)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(theme.rule())
        column.addWidget(self._build_panes(), 1)

    def _build_panes(self) -> QSplitter:
        high, wide = _SIZE.height(), _SIZE.width()
        left = split(Qt.Orientation.Vertical, self.text, self.errors, sizes=(high, _ERRORS_HEIGHT))
        form, request = scrolling("Form", self.form), padded(self.request)
        right = split(Qt.Orientation.Vertical, form, request, sizes=(high * 11 // 20, high * 9 // 20))
        return split(Qt.Orientation.Horizontal, left, right, sizes=(wide * 11 // 20, wide * 9 // 20))

    def _connect(self) -> None:
        self.text.edited.connect(self._on_text_edited)
        self.errors.line_chosen.connect(self.text.go_to)
        self.form.chosen.connect(self.model.set_sample)
        self.model.opened.connect(self._on_model_opened)
        self.model.diagnosed.connect(self._show_diagnosis)
        self.model.changed.connect(self._show_state)
        self.model.sample_changed.connect(self._show_sample)
        self._reading.timeout.connect(self._on_reading_timeout)
        self._autosave.due.connect(self._keep)
        for keys, act in (("Ctrl+S", self.save), ("Ctrl+W", self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    # --- showing --------------------------------------------------------------------------------------------------

    def _on_model_opened(self) -> None:
        self._reading.stop()
        self._autosave.settle()
        self.text.load(self.model.text)
        self._show_diagnosis()
        self._show_state()
        self.text.go_to(self._line)
        self._line = 0
        if self.model.file is not None and self.model.file.unsaved is not None and self.model.is_dirty:
            self.question.tell(_KEPT)

    def _show_diagnosis(self) -> None:
        errors = self.model.diagnosis.errors
        self.text.show_errors(error.line for error in errors)
        self.errors.show_errors(errors)
        self._show_sample()

    def _show_sample(self) -> None:
        self.form.show_sample(self.model.sample)
        self.request.show_sample(self.model.sample, is_outdated=bool(self.model.diagnosis.errors))

    def _show_state(self) -> None:
        file = self.model.file
        if file is None:
            return
        self._title.setText(f"{file.name} · proposal" if file.proposal else file.name)
        self._state.setText(self.model.state)
        self.setWindowTitle(f"{file.name} · Model editor")
        self._save.setEnabled(self.model.is_unsaved)
        self._revert.setEnabled(self.model.is_dirty)
        self._restore.setVisible(self.model.can_restore)

    # --- acting ---------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Save the text; one with errors only after the user has confirmed it."""
        if self.model.is_unsaved:
            self._start(self._save_text, "save a model")

    async def _save_text(self) -> None:
        await self.model.diagnose()  # the last keys may not have been read yet
        errors, file = self.model.diagnosis.errors, self.model.file
        if errors and file is not None:
            words = unreadable_question(errors[0], is_shipped=file.is_shipped)
            self.question.ask(words, "Save anyway", lambda: self._start(self._write, "save a model"))
        else:
            await self._write()

    async def _write(self) -> None:
        words = await self.model.save()
        self.question.tell(words)

    def _on_text_edited(self, text: str) -> None:
        self.model.set_text(text)
        self._autosave.touch()
        self._reading.start()

    def _on_reading_timeout(self) -> None:
        self._start(self.model.diagnose, "read a profile")

    def _on_revert_clicked(self) -> None:
        if self.model.file is not None:
            self.text.replace(self.model.file.text)
            self.question.tell("The text is that of the file again. Ctrl+Z brings your changes back.")

    def _on_duplicate_clicked(self) -> None:
        self._start(self._ask_slug, "duplicate a model")

    async def _ask_slug(self) -> None:
        await self._models.refresh()
        if (file := self.model.file) is not None:
            words, slug = "Slug of the copy, as the service knows the model:", self._models.free_slug(file.name)
            self.question.ask_slug(words, slug, "Duplicate", self._copy, self._models.why_not)

    def _copy(self, slug: str) -> None:
        self._start(partial(self._copy_to, slug), "duplicate a model")

    async def _copy_to(self, slug: str) -> None:
        await self.model.duplicate(slug)
        self.question.tell(f"The copy is saved as {slug}.toml. {NEXT_START}")

    def _on_restore_clicked(self) -> None:
        words = "Use the shipped profile again? Your own file is kept under another name."
        self.question.ask(words, "Restore", lambda: self._start(self._restore_file, "restore a model"))

    async def _restore_file(self) -> None:
        backup = await self.model.restore()
        words = f"The shipped profile is used from the next start. Your file is kept as {backup}."
        self.question.tell(words, undo=lambda: self._start(partial(self._undo_restore, backup), "undo"))

    async def _undo_restore(self, backup: str) -> None:
        if await self.model.undo_restore(backup):
            self.question.tell("Your own file is in use again.")
        else:
            self.question.tell_problem(f"There is another file in its place. Yours is kept as {backup}.")

    def _on_folder_clicked(self) -> None:
        self._start(self._open_folder, "open the models' folder")

    async def _open_folder(self) -> None:
        if self._library is not None:
            folder = await self._library.make_folder()
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _keep(self) -> None:
        self._autosave.settle()
        self._start(self._keep_text, "keep an unsaved model")

    async def _keep_text(self) -> None:
        try:
            await self.model.keep()
        except StudioError:
            self._autosave.retry()
            raise

    def _start(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        """Start what a button does; an error is shown here."""
        self._scope.start(self._told(work), name=name)

    async def _told(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()  # not made before it runs: a closed scope never runs it
        except StudioError as error:
            self.question.tell_problem(error.sentence)
