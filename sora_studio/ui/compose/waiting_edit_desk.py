"""Editing a waiting task: the line that says so, and the editor's text at the beginning and at the end."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sora_studio.ui.compose.media_desk import MediaDesk
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.composer import ComposeModel

_WORDS = "Editing a waiting task. It is not sent until you save or cancel."
_ICON = QSize(14, 14)


class WaitingEditLine(QWidget):
    """Shown while a waiting task is edited.

    Signals: `cancelled()`.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_WORDS)
        self._icon = QLabel(self)
        words = QLabel(_WORDS, self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.button = QPushButton("Cancel edit", self)
        self.button.setAutoDefault(False)
        self.button.setToolTip("Leave the task as it was, and go back to your draft. Undo brings this text back.")
        self.button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon)
        row.addWidget(words, 1)
        row.addWidget(self.button)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_edit(self, *, is_under_way: bool) -> None:
        """Show the line, and announce it, or hide it."""
        if is_under_way is not self.isHidden():
            return
        self.setVisible(is_under_way)
        if is_under_way:
            announce(self, _WORDS)

    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("pause", theme.tokens().text).pixmap(_ICON, self.devicePixelRatioF()))


class WaitingEditDesk(QObject):
    """Begins and ends edits. Each replaces the editor's text, which one undo brings back."""

    def __init__(
        self, model: ComposeModel, editor: PromptEditor, pictures: MediaDesk, scope: TaskScope, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._model, self._editor, self._pictures, self._scope = model, editor, pictures, scope
        self.line = WaitingEditLine(parent)
        self.line.cancelled.connect(self.leave)
        model.waiting_edit.taken_over.connect(self._on_edit_taken_over)

    def begin(self, task: int) -> None:
        """Edit this task."""
        self._scope.start(self._model.edit_waiting(task), name="edit a waiting task")

    def leave(self, *, then: Callable[[], object] = lambda: None) -> None:
        """Cancel the edit, if there is one; `then` is called afterwards, or else at once."""
        if self._model.waiting_edit.is_under_way:
            self._scope.start(self._cancel(then), name="cancel an edit")
        else:
            then()

    def show(self) -> None:
        """Show whether a task is being edited."""
        self.line.show_edit(is_under_way=self._model.waiting_edit.is_under_way)

    async def _cancel(self, then: Callable[[], object]) -> None:
        await self._model.cancel_edit()
        then()

    def _on_edit_taken_over(self) -> None:
        draft = self._model.draft
        self._editor.replace(draft.request.prompt, caret=draft.caret or None)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._pictures.check()
