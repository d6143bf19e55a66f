"""Tells screen readers which item is current."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sora_studio.ui.kit.announcing import announce
from sora_studio.viewmodels.library.library_model import LibraryModel
from sora_studio.viewmodels.library.tile_words import spoken


class CurrentSpeaker(QObject):
    """Sets the view's accessible description to the current item's words, and announces them while the view has the focus.

    An item that is not loaded yet is announced once it is.
    """

    def __init__(self, model: LibraryModel, view: QWidget, today: Callable[[], date]) -> None:
        super().__init__(view)
        self._model, self._view, self._today = model, view, today
        self._is_untold = False
        model.selection.current_changed.connect(self._tell)
        model.tiles_changed.connect(self._on_tiles_changed)

    def _tell(self) -> None:
        current = self._model.selection.current
        tile = None if current is None else self._model.tile_of(current)
        place = self._model.order.place(current)
        self._is_untold = place is not None and tile is None
        if tile is None or place is None:
            self._view.setAccessibleDescription("")
            return
        words = spoken(tile, position=place + 1, total=len(self._model.order), today=self._today())
        self._view.setAccessibleDescription(words)
        if self._view.hasFocus():
            announce(self._view, words)

    def _on_tiles_changed(self) -> None:
        if self._is_untold:
            self._tell()
