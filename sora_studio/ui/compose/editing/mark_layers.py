"""Marks in the text in layers: misspelt, hinted, over the limit, found, to be filled in."""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import cast

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QPen, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from sora_studio.ui.kit.overrun import Mark

_WAVE_PX = 2
_BELOW_PX = 2
"""From the baseline of the text to its underline."""


class Layer(IntEnum):
    """The layers, the lowest first."""

    SPELLING = 1
    HINTS = 2
    OVERRUN = 3
    FOUND = 4
    STOPS = 5


_UNDERLINES = (Layer.SPELLING, Layer.HINTS)
_BACKGROUNDS = (Layer.OVERRUN, Layer.FOUND, Layer.STOPS)


class MarkLayers:
    """Shows the marks of all layers. They belong to the document that is shown, and move with its text.

    Backgrounds are Qt's extra selections. Underlines are painted here: Qt would draw all lines of a paragraph again for each of
    its selections, and twenty of them doubled the time of a key in a long paragraph.
    """

    def __init__(self, editor: QTextEdit) -> None:
        self._editor = editor
        self._marks = dict[Layer, Sequence[Mark]]()

    def show(self, layer: Layer, marks: Sequence[Mark]) -> None:
        """Replace a layer's marks."""
        if not marks and not self._marks.get(layer):
            return
        self._marks[layer] = marks
        if layer in _UNDERLINES:
            self._editor.viewport().update()
        else:
            self._editor.setExtraSelections([mark for kind in _BACKGROUNDS for mark in self._marks.get(kind, ())])

    def of(self, layer: Layer) -> Sequence[Mark]:
        """Return the marks of a layer."""
        return self._marks.get(layer, ())

    def clear(self) -> None:
        """Remove all marks, before another document is shown."""
        self._marks.clear()
        self._editor.setExtraSelections([])

    def paint(self, area: QRect) -> None:
        """Paint the underlines in an area of the viewport."""
        marks = [mark for layer in _UNDERLINES for mark in self._marks.get(layer, ())]
        if not marks:
            return
        painter = QPainter(self._editor.viewport())
        painter.setClipRect(area)
        for mark in marks:
            look: QTextCharFormat = mark.format  # type: ignore[assignment]  # the stubs call it a slot
            is_dotted = look.underlineStyle() is QTextCharFormat.UnderlineStyle.DotLine
            for left, right, y in self._lines(mark.cursor, area):  # type: ignore[arg-type]  # as above
                _underline(painter, left, right, y, look.underlineColor(), is_dotted=is_dotted)
        painter.end()

    def _lines(self, cursor: QTextCursor, area: QRect) -> Iterator[tuple[int, int, int]]:
        """Yield left, right and height of the lines under what a mark covers, in the viewport."""
        first = QTextCursor(cursor)
        first.setPosition(cursor.selectionStart())
        rect = self._editor.cursorRect(first)
        block = first.block()
        start, end = first.positionInBlock(), min(cursor.selectionEnd() - block.position(), block.length() - 1)
        if rect.top() > area.bottom() or start >= end:
            return
        line = block.layout().lineForTextPosition(start)
        if rect.bottom() < area.top() and line.textStart() + line.textLength() >= end:
            return  # above what is painted: on a key, that is the paragraph with the caret
        origin = QPointF(rect.left() - _x(line.cursorToX(start)), rect.top() - line.y())
        while line.isValid() and line.textStart() < end:
            last = min(end, line.textStart() + line.textLength())
            edges = (_x(line.cursorToX(max(start, line.textStart()))), _x(line.cursorToX(last)))
            y = origin.y() + line.y() + line.ascent() + _BELOW_PX
            yield round(origin.x() + min(edges)), round(origin.x() + max(edges)), round(y)
            line = block.layout().lineAt(line.lineNumber() + 1)


def _underline(painter: QPainter, left: int, right: int, y: int, colour: QColor, *, is_dotted: bool) -> None:
    painter.setPen(QPen(colour, 1))
    if is_dotted:
        painter.drawPoints([QPointF(x, y + 1) for x in range(left, right, 3)])
    else:
        painter.drawPolyline(
            [QPointF(x, y + _WAVE_PX * (number % 2)) for number, x in enumerate(range(left, right + 1, _WAVE_PX))]
        )


def _x(place: object) -> float:
    """Return the position in a line, which Qt gives together with the place in the text."""
    return cast("tuple[float, int]", place)[0]
