"""Typewriter scrolling: the line of the caret stays at one height, and the text moves."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTextEdit

_HEIGHT = 0.45
"""Where the line stays, as a part of the height."""


class Typewriter(QObject):
    """Scrolls after each move of the caret. Room below the last line comes from a longer scroll range: no text is added."""

    def __init__(self, editor: QTextEdit) -> None:
        super().__init__(editor)
        self._editor = editor
        self._bar = editor.verticalScrollBar()
        self.is_on = False
        editor.cursorPositionChanged.connect(self._follow)
        self._bar.rangeChanged.connect(self._on_bar_range_changed)

    def turn(self, *, on: bool) -> None:
        """Turn it on or off."""
        if on != self.is_on:
            self.is_on = on
            room = self._room()
            self._set_maximum(self._bar.maximum() + (room if on else -room))
            if on:
                self._follow()
            else:
                self._editor.ensureCursorVisible()

    def _room(self) -> int:
        return round(self._editor.viewport().height() * (1 - _HEIGHT))

    def _on_bar_range_changed(self, _: int, maximum: int) -> None:
        """Add the room below again: Qt sets the range to that of the text."""
        if self.is_on:
            self._set_maximum(maximum + self._room())
            self._follow()

    def _set_maximum(self, maximum: int) -> None:
        self._bar.blockSignals(True)
        self._bar.setMaximum(max(maximum, 0))
        self._bar.blockSignals(False)

    def _follow(self) -> None:
        if self.is_on:
            caret = self._editor.cursorRect()
            wanted = round(self._editor.viewport().height() * _HEIGHT)
            self._bar.setValue(self._bar.value() + caret.center().y() - wanted)
