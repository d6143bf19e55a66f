"""What the mouse does in the library: choosing, ranges, the rubber band with its scrolling, and the start of a drag."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication

from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.ui.library.library_drag import LibraryDrag

if TYPE_CHECKING:
    from sora_studio.ui.library.library_view import LibraryView

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_DRAGGED_WIDTH = 120
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

    def __init__(self, view: "LibraryView", drag: LibraryDrag) -> None:
        super().__init__(view)
        self._view, self.drag = view, drag
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

    def press(self, event: QMouseEvent) -> None:
        """Select what was pressed, or turn a stack by its badge."""
        view = self._view
        self._last = event.position().toPoint()
        if self.is_on_badge(event):
            self._turn_stack()
            return
        place, at = view.place_at(self._last), view.content_point(self._last)
        if place is None:
            if not event.modifiers() & (_CONTROL | _SHIFT):
                view.model.selection.clear()
            self._press = _Press(at, None, can_drag=False, narrows=False, before=view.model.selection.snapshot())
            return
        was_selected = view.model.order.ids[place] in view.model.selection
        narrows = self._choose(place, event.modifiers(), was_selected=was_selected)
        can_drag = was_selected or view.frame_at(place).contains(at)
        self._press = _Press(at, place, can_drag=can_drag, narrows=narrows, before=view.model.selection.snapshot())

    def is_on_badge(self, event: QMouseEvent) -> bool:
        """Return whether the pointer is on the number of takes, which opens and closes a stack."""
        place = self._view.place_at(event.position().toPoint()) if self._view.mode is LibraryMode.GRID else None
        tile = None if place is None else self._view.model.tile(place)
        if place is None or tile is None or tile.takes < 2 or self._view.is_take(place):
            return False
        at = self._view.content_point(event.position().toPoint())
        return self._view.painter.badge(self._view.frame_at(place), tile).contains(at)

    def _choose(self, place: int, modifiers: Qt.KeyboardModifier, *, was_selected: bool) -> bool:
        """Select by a press on an item; return whether its release is to select this item alone."""
        selection, task = self._view.model.selection, self._view.model.order.ids[place]
        if modifiers & _SHIFT:
            self._view.select_range_to(place, adds=bool(modifiers & _CONTROL))
            return False
        if modifiers & _CONTROL:
            selection.toggle(task)
        elif not was_selected:
            selection.select_only((task,))
        selection.make_current(task)
        return was_selected and not modifiers & _CONTROL

    def _turn_stack(self) -> None:
        place = self._view.place_at(self._last)
        if place is None:
            return
        task = self._view.model.order.ids[place]
        if self._view.model.is_open(task):
            self._view.model.close_stack(task)
        else:
            self._view.model.open_stack(task)

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
                self._start_drag()
                return
            press.is_band, press.narrows = True, False
            if press.place is not None:  # a band from a tile's words begins anew, without the tile that the press chose
                press.before = (frozenset(), False)
        self._stretch()
        if not self._overshoot():
            self._scrolling.stop()
        elif not self._scrolling.isActive():
            self._scrolling.start()

    def release(self) -> None:
        """End it; a click on one of several selected items selects it alone."""
        press, self._press = self._press, None
        self._scrolling.stop()
        self.drag.cancel()
        if press is not None and press.narrows and press.place is not None and press.place < len(self._view.model.order):
            self._view.model.selection.select_only((self._view.model.order.ids[press.place],))
        self._view.viewport().update()

    def _start_drag(self) -> None:
        """Drag the selected items under the picture of the current one."""
        view = self._view
        place = view.place_of(view.model.selection.current)
        tile = None if place is None else view.model.tile(place)
        picture = None if tile is None or tile.poster is None else view.posters.known(tile.poster)
        size = round(_DRAGGED_WIDTH * view.devicePixelRatioF())
        self.drag.begin(view.model.selection.ids(), QPixmap() if picture is None else picture.scaledToWidth(size))

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
