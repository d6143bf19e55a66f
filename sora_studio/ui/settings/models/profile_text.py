"""The text of a profile: a plain text editor with line numbers, and the lines of errors underlined."""

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from sora_studio.ui.kit import theme

_MARK = "!"
"""Stands before the number of a line with an error, so that its colour is not the only sign."""


class ProfileText(QPlainTextEdit):
    """Signals: `edited(str)` with the whole text after every change by the user."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._errors = frozenset[int]()
        self._is_loading = False
        self._gutter = _Gutter(self)
        self.setAccessibleName("Text of the profile")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.fixed_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._on_text_changed)
        self.blockCountChanged.connect(self._on_block_count_changed)
        self.updateRequest.connect(self._on_update_request)
        theme.notifier.changed.connect(self._mark)
        self._on_block_count_changed()

    def text(self) -> str:
        """Return the text as typed, with LF line ends; no-break spaces are kept, unlike in `toPlainText`."""
        text = self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def load(self, text: str) -> None:
        """Show another file's text, without a way back to the former by undo."""
        self._is_loading = True
        self.setPlainText(text)
        self._is_loading = False
        self.show_errors(())

    def replace(self, text: str) -> None:
        """Replace the text as an edit that can be undone."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def show_errors(self, lines: Iterable[int]) -> None:
        """Underline these lines, counted from 1; 0 is the file as a whole and is not underlined."""
        self._errors = frozenset(lines)
        self._mark()

    def go_to(self, line: int) -> None:
        """Put the caret at the beginning of a line and scroll it into view; 0 is the first line."""
        block = self.document().findBlockByNumber(max(0, min(line, self.blockCount()) - 1))
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the line numbers."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), self.gutter_width(), inside.height()))

    def gutter_width(self) -> int:
        """Return the width of the line numbers in px."""
        digits = max(3, len(str(self.blockCount())))
        return QFontMetrics(self.font()).horizontalAdvance(_MARK + "9" * digits) + 2 * theme.GRID

    def paint_gutter(self, area: QRect) -> None:
        """Paint the numbers of the lines in view."""
        colours = theme.tokens()
        painter = QPainter(self._gutter)
        painter.fillRect(area, QColor(colours.panel))
        painter.setFont(self.font())
        width, height = self._gutter.width() - theme.GRID, QFontMetrics(self.font()).height()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            number = block.blockNumber() + 1
            has_error = number in self._errors
            painter.setPen(QColor(colours.failed if has_error else colours.secondary))
            text = f"{_MARK} {number}" if has_error else str(number)
            painter.drawText(QRect(0, round(top), width, height), Qt.AlignmentFlag.AlignRight, text)
            top += self.blockBoundingRect(block).height()
            block = block.next()

    def _mark(self) -> None:
        self.setExtraSelections([self._underline(line) for line in sorted(self._errors) if line])
        self._gutter.update()

    def _underline(self, line: int) -> QTextEdit.ExtraSelection:
        cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        style = QTextCharFormat()
        style.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        style.setUnderlineColor(QColor(theme.tokens().failed))
        if not cursor.hasSelection():  # an empty line has nothing to underline
            style.setBackground(QColor(theme.tokens().selection))
            style.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection = QTextEdit.ExtraSelection()
        selection.cursor, selection.format = cursor, style  # type: ignore[attr-defined] - the stubs lack the fields
        return selection

    def _on_text_changed(self) -> None:
        if not self._is_loading:
            self.edited.emit(self.text())

    def _on_block_count_changed(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)

    def _on_update_request(self, area: QRect, scrolled: int) -> None:
        if scrolled:
            self._gutter.scroll(0, scrolled)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())


class _Gutter(QWidget):
    """The line numbers left of the text."""

    def __init__(self, text: ProfileText) -> None:
        super().__init__(text)
        self._text = text

    def sizeHint(self) -> QSize:
        """Return the width of the largest number."""
        return QSize(self._text.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the numbers of the lines in view."""
        self._text.paint_gutter(event.rect())
