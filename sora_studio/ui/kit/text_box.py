"""A small plain-text editor that keeps and marks what is over its limit."""

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from sora_studio.domain.prompt import without_controls
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import overrun_marks, without_surrogates

_LONG_LINES = 3
_MARGIN = 8
"""Above and below the text, in px: the frame and padding in the style sheet."""
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TextBox(QPlainTextEdit):
    """One line, or a few that scroll. Lengths are Python characters. Signals: `edited(str)` with the text as typed."""

    edited = Signal(str)

    def __init__(self, title: str, *, is_long: bool, limit: int | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_long, self._limit = is_long, limit
        self._is_showing = False
        self.setAccessibleName(title)
        self.setFont(theme.font())
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        theme.set_role(self, "text")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if not is_long:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._on_text_changed)
        theme.notifier.changed.connect(self._mark_overrun)

    def text(self) -> str:
        """Return the text with LF line ends and its no-break spaces."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def show_text(self, text: str) -> None:
        """Replace the text unless it is what stands there; the caret goes to its end."""
        if text == self.text():
            return
        self._is_showing = True
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._is_showing = False

    def sizeHint(self) -> QSize:
        """Return the height of its lines."""
        lines = _LONG_LINES if self._is_long else 1
        return QSize(240, max(theme.CONTROL_HEIGHT, lines * self.fontMetrics().lineSpacing() + 2 * _MARGIN))

    def minimumSizeHint(self) -> QSize:
        """Return the same height at any width."""
        return QSize(80, self.sizeHint().height())

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Leave Enter to the parent in a single line, and Ctrl+Enter always."""
        if e.key() in _ENTER_KEYS and (not self._is_long or e.modifiers() & Qt.KeyboardModifier.ControlModifier):
            e.ignore()
            return
        super().keyPressEvent(e)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert text without control characters and lone surrogates, which cannot be sent."""
        self.textCursor().insertText(without_controls(without_surrogates(source.text()))[0])
        self.ensureCursorVisible()

    def mark_invalid(self, invalid: bool) -> None:
        """Show the frame in the failed colour."""
        theme.set_role(self, "invalid" if invalid else "text")

    def _on_text_changed(self) -> None:
        self._mark_overrun()
        if not self._is_showing:
            self.edited.emit(self.text())

    def _mark_overrun(self) -> None:
        marks = overrun_marks(self.document(), self.text(), self._limit)
        if marks or self.extraSelections():
            self.setExtraSelections(marks)
