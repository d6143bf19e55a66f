"""Keeps the library's view in step with its model: the place on the screen, what to paint again, what is new, what is empty."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QPushButton

from sora_studio.ui.kit import theme
from sora_studio.ui.library.empty_library import EmptyLibrary

if TYPE_CHECKING:
    from sora_studio.ui.library.library_view import LibraryView

_REACH = 8
"""How far the ring and the background of an item reach beyond its cell, in pixels."""


class LibraryUpdates(QObject):
    """Listens to the model and the posters.

    `new_items` shows what is held back while the pointer is in the view; `empty` stands in the place of items.
    """

    def __init__(self, view: "LibraryView") -> None:
        super().__init__(view)
        self._view, self._model = view, view.model
        self._query: str | None = None
        self.empty = EmptyLibrary(view.viewport())
        self.new_items = QPushButton(view.viewport())
        self.new_items.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.new_items.clicked.connect(view.model.show_held)
        self.new_items.hide()
        view.model.updating.connect(self._on_model_updating)
        view.model.updated.connect(self._on_model_updated)
        view.model.searched.connect(self._on_model_searched)
        view.model.tiles_changed.connect(self._on_tiles_changed)
        view.model.held.connect(self._on_model_held)
        view.posters.arrived.connect(self._on_poster_arrived)

    def place_children(self) -> None:
        """Place the widgets over the view, after its size has changed."""
        port = self._view.viewport()
        self.empty.setGeometry(port.rect())
        self.new_items.adjustSize()
        self.new_items.move((port.width() - self.new_items.width()) // 2, theme.GRID)

    def _on_model_updating(self) -> None:
        if self._query == self._model.query:
            self._view.keep_place()

    def _on_model_updated(self) -> None:
        """Lay out anew. Another query's result begins at the top."""
        is_new, self._query = self._query != self._model.query, self._model.query
        if is_new:
            self._view.verticalScrollBar().setValue(0)
        self._view.hover.place = None
        self._view.rebuild()
        self._view.hover.update()

    def _on_model_searched(self) -> None:
        is_empty = not len(self._model.order)
        if is_empty:
            self.empty.show_state(self._model.query)
        self.empty.setVisible(is_empty)

    def _on_model_held(self, count: int) -> None:
        self.new_items.setText("1 new clip" if count == 1 else f"{count:,} new clips")
        self.new_items.setVisible(count > 0)
        self.place_children()

    def _on_tiles_changed(self, places: range) -> None:
        shown = self._view.visible()
        for place in range(max(places.start, shown.start), min(places.stop, shown.stop)):
            area = self._view.places.rect(place).adjusted(-_REACH, -_REACH, _REACH, _REACH)
            self._view.viewport().update(area.translated(0, -self._view.top))

    def _on_poster_arrived(self, path: Path) -> None:
        for place in self._view.visible():
            tile = self._model.tile(place)
            if tile is not None and tile.poster == path:
                self._view.repaint_frame(place)
