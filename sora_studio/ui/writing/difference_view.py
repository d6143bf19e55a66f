"""Shows a difference in one text, or side by side. What is gone is struck through, what came is underlined, in two colours."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextEdit, QWidget

from sora_studio.domain.writing.difference import Difference, Run, RunKind
from sora_studio.ui.kit import theme

_LINE_END = "¶"
"""Stands for a line end that is gone or new, which could not be seen otherwise."""


class DifferenceView(QWidget):
    """One reader, or two beside one another that scroll together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._difference: Difference | None = None
        self._is_split = False
        self._before, self._after = _Reader("What changed", self), _Reader("Text after", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._before, 1)
        row.addWidget(self._after, 1)
        self._after.hide()
        for moved, other in ((self._before, self._after), (self._after, self._before)):
            moved.verticalScrollBar().valueChanged.connect(partial(_follow, moved, other))
        theme.notifier.changed.connect(self._write)

    def show_difference(self, difference: Difference | None, *, spoken: str) -> None:
        """Show another difference, or nothing; `spoken` is what a screen reader says about it."""
        self._before.setAccessibleDescription(spoken)
        if difference != self._difference:
            self._difference = difference
            self._write()

    def split(self, is_split: bool) -> None:
        """Show both texts beside one another, or one with all changes."""
        self._is_split = is_split
        self._before.setAccessibleName("Text before" if is_split else "What changed")
        self._after.setVisible(is_split)
        self._write()

    def _write(self) -> None:
        runs = self._difference.runs if self._difference else ()
        if self._is_split:
            self._before.write(run for run in runs if run.kind is not RunKind.ADDED)
            self._after.write(run for run in runs if run.kind is not RunKind.REMOVED)
        else:
            self._before.write(runs)


class _Reader(QTextEdit):
    """Text that can be read, selected and copied."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.font(size_px=13))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        theme.set_role(self, "reader")

    def write(self, runs: Iterable[Run]) -> None:
        place = self.verticalScrollBar().value()
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for run in runs:
            text = run.text.replace("\n", f"{_LINE_END}\n" if run.kind is RunKind.ADDED else _LINE_END)
            cursor.insertText(run.text if run.kind is RunKind.SAME else text, _format(run.kind))
        cursor.endEditBlock()
        self.verticalScrollBar().setValue(place)


def _format(kind: RunKind) -> QTextCharFormat:
    made, colours = QTextCharFormat(), theme.tokens()
    if kind is RunKind.SAME:
        made.setForeground(QColor(colours.text))
        return made
    colour = QColor(colours.failed if kind is RunKind.REMOVED else colours.ready)
    made.setForeground(colour)
    made.setFontStrikeOut(kind is RunKind.REMOVED)
    made.setFontUnderline(kind is RunKind.ADDED)
    ground = QColor(colour)
    ground.setAlphaF(0.14)
    made.setBackground(ground)
    return made


def _follow(moved: QTextEdit, other: QTextEdit, _: int) -> None:
    """Scroll the other reader to the same part of its text."""
    bar, following = moved.verticalScrollBar(), other.verticalScrollBar()
    if bar.maximum() and other.isVisible():
        wanted = round(bar.value() * following.maximum() / bar.maximum())
        if abs(wanted - following.value()) > 1:
            following.setValue(wanted)
