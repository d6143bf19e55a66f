"""Check for new models: what the service publishes against the installed ones, and installing a proposal."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sora_studio.domain.errors import StudioError
from sora_studio.domain.settings import DEFAULT_MODELS_URL, Settings, check_models_url
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.field import kept_left, plain_label
from sora_studio.ui.settings.models.inline_question import InlineQuestion
from sora_studio.ui.settings.models.two_line_list import TwoLineList
from sora_studio.ui.settings.text_setting import TextSetting
from sora_studio.viewmodels.settings.models.model_words import installed_words
from sora_studio.viewmodels.settings.models.models_page import ChangeRow, ModelsModel

if TYPE_CHECKING:
    from sora_studio.services.models.model_library import ModelLibrary

ADDRESS_HELP = (
    "Read only when you press the button, without your key. A gateway on this computer is asked for its own list "
    "unless another address is set."
)
CHECKING = "Reading the service's list and schemas…"
CANCELLED = "Cancelled. Nothing was changed."
OPEN_ENDS = "Open in the proposal:"
_ROWS_HEIGHT = 184
_MOST_LINES = 30
_MOST_CHARS = 240


class CheckSection(QWidget):
    """The address, the button, and the result: a list, and below it what would change in the chosen model.

    Signals: `wanted(Settings)`, `look_asked(Path)` for a proposal that is to be opened in the editor, `shown(QWidget)` for what
    should be scrolled into view.
    """

    wanted = Signal(object)
    look_asked = Signal(object)
    shown = Signal(object)

    def __init__(self, scope: TaskScope, model: ModelsModel) -> None:
        super().__init__()
        self.settings = Settings()
        self._scope, self._model = scope, model
        self._checking: asyncio.Task[None] | None = None
        self._chosen: ChangeRow | None = None
        self.field = TextSetting(
            "Address of the list of models",
            held=lambda: self.settings,
            read=lambda settings: settings.models_url,
            write=lambda settings, text: replace(settings, models_url=check_models_url(text or DEFAULT_MODELS_URL)),
            placeholder=DEFAULT_MODELS_URL,
            help_text=ADDRESS_HELP,
        )
        self.field.wanted.connect(self.wanted)
        self._build_controls()
        self._build_layout()
        model.checked.connect(self._on_model_checked)

    def attach(self, library: "ModelLibrary | None") -> None:
        """Attach the service; None while the studio has not started."""
        self._check.setEnabled(library is not None)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        self.settings = settings
        self.field.show_settings(settings)

    def cancel(self) -> None:
        """Cancel a running check."""
        if self._checking is not None and not self._checking.done():
            self._checking.cancel()
            self._cancel.hide()
            self._say("info", "secondary", CANCELLED)

    def _build_controls(self) -> None:
        self._check = PushButton("Check for new models", "Check for new models")
        self._check.clicked.connect(self._on_check_clicked)
        self._cancel = PushButton("Cancel", "Cancel the check")
        self._cancel.clicked.connect(self.cancel)
        self._cancel.hide()
        self.state = IconLine()
        self.state.hide()
        self.list = TwoLineList("Models that are new, changed or gone", _ROWS_HEIGHT)
        self.list.currentRowChanged.connect(self._on_list_current_row_changed)
        self._title = plain_label("", semibold=True)
        self._lines = _wrapped()
        self._open_ends = _wrapped()
        theme.set_role(self._open_ends, "secondary")
        self._look = PushButton("Look at the proposal", "Look at the proposal")
        self._look.clicked.connect(self._on_look_clicked)
        self._install = PushButton("Install…", "Install the proposal")
        self._install.clicked.connect(self._on_install_clicked)
        self.question = InlineQuestion()

    def _build_layout(self) -> None:
        self._buttons = kept_left(self._look, self._install)
        self._detail = QWidget()
        detail = QVBoxLayout(self._detail)
        detail.setContentsMargins(0, 0, 0, 0)
        detail.setSpacing(theme.GRID)
        for widget in (self._title, self._lines, self._open_ends, self._buttons, self.question):
            detail.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        for widget in (self.field, kept_left(self._check, self._cancel), self.state, self.list, self._detail):
            column.addWidget(widget)
        self.list.hide()
        self._detail.hide()

    # --- checking -------------------------------------------------------------------------------------------------

    def _on_check_clicked(self) -> None:
        self.list.hide()
        self._detail.hide()
        self._say("clock", "secondary", CHECKING)
        self._cancel.show()
        self._checking = self._scope.start(self._run(), name="check for new models", busy=self._check)

    async def _run(self) -> None:
        try:
            await self._model.check()
        except StudioError as error:
            self._say("error", "failed", error.sentence)
        self._cancel.hide()

    def _on_model_checked(self) -> None:
        self._say("success", "ready", self._model.summary)
        self.list.blockSignals(True)
        self.list.clear()
        for row in self._model.rows:
            self.list.add(f"{row.title} · {row.state.lower()}", _first(row.lines))
        self.list.setVisible(bool(self._model.rows))
        self.list.blockSignals(False)
        if self._model.rows:
            self.list.setCurrentRow(0)
            self.shown.emit(self.list)

    def _say(self, icon: str, role: str, words: str) -> None:
        self.state.say(icon, role, words)
        self.state.show()

    # --- one model ------------------------------------------------------------------------------------------------

    def _on_list_current_row_changed(self, number: int) -> None:
        if not 0 <= number < len(self._model.rows):
            return
        row = self._chosen = self._model.rows[number]
        self.question.dismiss()
        self._title.setText(f"{row.title} · {row.state.lower()}")
        self._lines.setText(_listed(row.lines))
        self._open_ends.hide()
        self._buttons.setVisible(row.proposal is not None)
        self._detail.show()
        if row.proposal is not None:
            self._scope.start(self._show_open_ends(row, row.proposal), name="read a proposal")

    async def _show_open_ends(self, row: ChangeRow, proposal: Path) -> None:
        try:
            words = await self._model.look_at(proposal)
        except StudioError as error:
            self.question.tell_problem(error.sentence)
            return
        if row is self._chosen and words.open_ends:
            self._open_ends.setText(f"{OPEN_ENDS}\n{_listed(words.open_ends)}")
            self._open_ends.show()

    def _on_look_clicked(self) -> None:
        if self._chosen is not None and self._chosen.proposal is not None:
            self.look_asked.emit(self._chosen.proposal)

    def _on_install_clicked(self) -> None:
        if self._chosen is not None and self._chosen.proposal is not None:
            work = self._ask(self._chosen, self._chosen.proposal)
            self._scope.start(work, name="read a proposal", busy=self._install)

    async def _ask(self, row: ChangeRow, proposal: Path) -> None:
        try:
            words = await self._model.look_at(proposal)
        except StudioError as error:
            self.question.tell_problem(error.sentence)
            return
        if row is self._chosen:
            self.question.ask(words.question, "Install", partial(self._begin_install, row))
            self.shown.emit(self.question)

    def _begin_install(self, row: ChangeRow) -> None:
        self._scope.start(self._install_row(row), name="install a model")

    async def _install_row(self, row: ChangeRow) -> None:
        try:
            backup = await self._model.install(row)
        except StudioError as error:
            self.question.tell_problem(error.sentence)
            return
        self.question.tell(installed_words(row.title, backup))
        self.shown.emit(self.question)


def _first(lines: tuple[str, ...]) -> str:
    more = f" · {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{_cut(lines[0])}{more}" if lines else ""


def _listed(lines: tuple[str, ...]) -> str:
    shown = [f"• {_cut(line)}" for line in lines[:_MOST_LINES]]
    more = [f"• and {len(lines) - _MOST_LINES:,} more"] if len(lines) > _MOST_LINES else []
    return "\n".join(shown + more)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"


def _wrapped() -> QLabel:
    label = plain_label("")
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label
