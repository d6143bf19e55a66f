"""What the mouse does in the library: choosing, ranges, the rubber band with its scrolling, and the start of a drag."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from sora_studio.ui.library.library_view import LibraryView

_SCROLL_MS = 16
_MOST_STEP = 60
"""Pixels that the rubber band scrolls at once, far outside the view."""


@dataclass(slots=True)
class _Press:
    """A pressed left button. `at` is in the content's coordinates; `place` the item under it."""

    at: QPoint
    place: int | None
    can_drag: bool
    narrows: bool
    """Whether releasing selects this item alone; not at once, because several may be about to be dragged."""
    before: tuple[frozenset[int], bool]
    is_band: bool = False
    is_drag: bool = False


class Pointer(QObject):
    """Turns presses, moves and releases into changes of the selection."""

    def __init__(self, view: "LibraryView") -> None:
        super().__init__(view)
        self._view = view
        self._press: _Press | None = None
        self._last = QPoint()
        self._scrolling = QTimer(self, interval=_SCROLL_MS)
        self._scrolling.timeout.connect(self._on_scrolling_timeout)

    @property
    def band(self) -> QRect | None:
        """The rubber band in the content's coordinates."""
        if self._press is None or not self._press.is_band:
            return None
        return QRect(self._press.at, self._view.content_point(self._last)).normalized()

    @property
    def is_pressed(self) -> bool:
        """Whether the left button is held in the view."""
        return self._press is not None

    def press(self, event: QMouseEvent) -> None:
        """Select what was pressed."""
        view, selection = self._view, self._view.model.selection
        self._last = event.position().toPoint()
        at = view.content_point(self._last)
        place = view.places.index_at(at.x(), at.y())
        adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if place is None:
            if not adds and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                selection.clear()
            self._press = _Press(at, None, can_drag=False, narrows=False, before=selection.snapshot())
            return
        task = view.model.order.ids[place]
        was_selected = task in selection
        narrows = False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            view.select_range_to(place, adds=adds)
        elif adds:
            selection.toggle(task)
            selection.make_current(task)
        else:
            narrows = was_selected
            if not was_selected:
                selection.select_only((task,))
            selection.make_current(task)
        can_drag = was_selected or view.frame_at(place).contains(at)
        self._press = _Press(at, place, can_drag=can_drag, narrows=narrows, before=selection.snapshot())

    def move(self, event: QMouseEvent) -> None:
        """Begin or continue a drag or a rubber band."""
        self._last = event.position().toPoint()
        press = self._press
        if press is None or press.is_drag:
            return
        if not press.is_band:
            way = (self._view.content_point(self._last) - press.at).manhattanLength()
            if way < QApplication.startDragDistance():
                return
            if press.can_drag:
                press.is_drag, press.narrows = True, False
                self._view.start_drag()
                return
            press.is_band, press.narrows = True, False
            if press.place is not None:  # a band from a tile's words begins anew, without the tile that the press chose
                press.before = (frozenset(), False)
        self._stretch()
        self._scrolling.start() if self._overshoot() else self._scrolling.stop()

    def release(self) -> None:
        """End it; a click on one of several selected items selects it alone."""
        press, self._press = self._press, None
        self._scrolling.stop()
        if press is not None and press.narrows and press.place is not None and press.place < len(self._view.model.order):
            self._view.model.selection.select_only((self._view.model.order.ids[press.place],))
        self._view.viewport().update()

    def _stretch(self) -> None:
        press, band = self._press, self.band
        if press is None or band is None:
            return
        self._view.model.selection.restore(press.before, self._touched(band))
        self._view.viewport().update()

    def _touched(self, band: QRect) -> Iterable[int]:
        ids = self._view.model.order.ids
        for places in self._view.places.within(band):
            yield from ids[places.start : places.stop]

    def _overshoot(self) -> int:
        """Return how far the pointer is above (negative) or below the view, in pixels."""
        y, height = self._last.y(), self._view.viewport().height()
        return y if y < 0 else max(0, y - height + 1)

    def _on_scrolling_timeout(self) -> None:
        step = max(-_MOST_STEP, min(self._overshoot(), _MOST_STEP))
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + step)
        self._stretch()
