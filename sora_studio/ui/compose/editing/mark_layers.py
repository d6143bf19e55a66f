"""Marks in the text in layers, of which Qt knows only one list: misspelt, hinted, over the limit, found."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtWidgets import QTextEdit

from sora_studio.ui.kit.overrun import Mark


class Layer(IntEnum):
    """The layers, the lowest first."""

    SPELLING = 1
    HINTS = 2
    OVERRUN = 3
    FOUND = 4


class MarkLayers:
    """Shows the marks of all layers. They belong to the document that is shown, and move with its text."""

    def __init__(self, editor: QTextEdit) -> None:
        self._editor = editor
        self._marks = dict[Layer, Sequence[Mark]]()

    def show(self, layer: Layer, marks: Sequence[Mark]) -> None:
        """Replace a layer's marks."""
        if marks or self._marks.get(layer):
            self._marks[layer] = marks
            self._editor.setExtraSelections([mark for kind in Layer for mark in self._marks.get(kind, ())])

    def clear(self) -> None:
        """Remove all marks, before another document is shown."""
        self._marks.clear()
        self._editor.setExtraSelections([])
