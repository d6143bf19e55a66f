"""The library's view: a hundred thousand clips as a grid or a list under the headings of their days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QPushButton, QToolTip, QWidget

from sora_studio.disk_calls import DiskThreads
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.date_bubble import DateBubble
from sora_studio.ui.library.empty_library import EmptyLibrary
from sora_studio.ui.library.grid_layout import (
    LEAST_TILE_WIDTH,
    MARGIN,
    MOST_TILE_WIDTH,
    GridLayout,
    grid_metrics,
    list_metrics,
)
from sora_studio.ui.library.key_moves import MOVES, moved
from sora_studio.ui.library.library_drag import LibraryDrag
from sora_studio.ui.library.pointer import Pointer
from sora_studio.ui.library.poster_store import PosterStore
from sora_studio.ui.library.tile_painter import TileLook, TilePainter, grid_frame, list_frame
from sora_studio.viewmodels.library.library_model import LibraryModel
from sora_studio.viewmodels.library.tile_words import day_text, heading_text, notes_text, spoken

DEFAULT_TILE_WIDTH = 180
_TILE_STEP = 20
_ROWS_AHEAD = 3
_WHEEL_NOTCH = 120
_CONTROL, _SHIFT, _ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class LibraryMode(StrEnum):
    """Tiles in rows, or one line for each item."""

    GRID = "grid"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class _Anchor:
    """An item on the screen and where its top is in the view, to keep it there. `height` is that of its cell."""

    task: int
    place: int
    top: int
    height: int

    def top_at(self, height: int) -> int:
        """Return where the top is to be with a cell of this height: as much of the cell is hidden as before, in proportion."""
        return self.top if self.top >= 0 else round(self.top * height / self.height)


class LibraryView(QAbstractScrollArea):
    """Paints only what is visible; places come from `GridLayout`. An update leaves what is on the screen where it is.

    Keys: arrows, Home, End, Page Up and Down move, with Shift select ranges, with Ctrl only move; Space toggles; Ctrl+A; Esc
    clears; Enter opens; Alt+Down and Alt+Up open and close a stack; Ctrl++ and Ctrl+- change the size of the tiles.

    Signals: `opened(int)` with a task id by Enter or double click; `menu_requested(int, QPoint)` with a global position;
    `tile_width_changed(int)` in logical pixels, to be remembered.
    """

    opened = Signal(int)
    menu_requested = Signal(int, QPoint)
    tile_width_changed = Signal(int)

    def __init__(
        self,
        model: LibraryModel,
        scope: TaskScope,
        disks: DiskThreads,
        *,
        today: Callable[[], date] = date.today,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model, self._today = model, today
        self._mode, self._tile_width = LibraryMode.GRID, DEFAULT_TILE_WIDTH
        self._posters = PosterStore(scope, disks, self)
        self.painter = TilePainter(self._posters)
        self.places = GridLayout((0,), grid_metrics(1, DEFAULT_TILE_WIDTH))
        self.pointer = Pointer(self)
        self.drag = LibraryDrag(model, scope, self)
        self.empty = EmptyLibrary(self.viewport())
        self.bubble = DateBubble(self)
        self.new_items = QPushButton(self.viewport())
        self._heading_font = theme.font(size_px=12, semibold=True)
        self._anchors = list[_Anchor]()
        self._shown_query: str | None = None
        self._hovered: int | None = None
        self._hover_at = QPoint()
        self._wheel = 0
        self._is_untold = False
        self._build_look()
        self._connect()

    def _build_look(self) -> None:
        self.setAccessibleName("Library")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # else the columns would change with it
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.new_items.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.new_items.hide()

    def _connect(self) -> None:
        self.model.updating.connect(self._on_model_updating)
        self.model.updated.connect(self._on_model_updated)
        self.model.searched.connect(self._on_model_searched)
        self.model.tiles_changed.connect(self._on_tiles_changed)
        self.model.held.connect(self._on_model_held)
        self.model.selection.changed.connect(self.viewport().update)
        self.model.selection.current_changed.connect(self._on_current_changed)
        self.new_items.clicked.connect(self.model.show_held)
        self._posters.arrived.connect(self._on_poster_arrived)
        bar = self.verticalScrollBar()
        bar.sliderPressed.connect(self._on_slider_moved)
        bar.sliderReleased.connect(lambda: self.bubble.say(""))
        theme.notifier.changed.connect(self.viewport().update)

    # --- mode and size -------------------------------------------------------------------------------------------

    @property
    def mode(self) -> LibraryMode:
        """Grid or list."""
        return self._mode

    def set_mode(self, mode: LibraryMode) -> None:
        """Show a grid or a list; the item at the top stays there."""
        if mode is not self._mode:
            self._keep_place()
            self._mode = mode
            self._posters.skip_waiting()
            self._rebuild()

    @property
    def tile_width(self) -> int:
        """The least width of a grid's tiles, in logical pixels."""
        return self._tile_width

    def set_tile_width(self, width: int) -> None:
        """Change the size of the tiles; the item at the top stays there."""
        width = max(LEAST_TILE_WIDTH, min(width, MOST_TILE_WIDTH))
        if width != self._tile_width:
            self._keep_place()
            self._tile_width = width
            self._rebuild()
            self.tile_width_changed.emit(width)

    def _rebuild(self) -> None:
        """Compute the layout anew and return to the kept place."""
        order, width = self.model.order, self.viewport().width()
        is_grouped = bool(order.groups)
        if self._mode is LibraryMode.GRID:
            metrics = grid_metrics(width, self._tile_width, has_headings=is_grouped)
        else:
            metrics = list_metrics(width, has_headings=is_grouped)
        self.painter.shows_days = not is_grouped
        self.places = GridLayout(order.counts or (0,), metrics)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(20, metrics.pitch // 3))
        bar.setRange(0, max(0, self.places.height - self.viewport().height()))
        self._return_to_place()
        self._on_scrolled()

    # --- the place on the screen ----------------------------------------------------------------------------------

    def content_point(self, point: QPoint) -> QPoint:
        """Return a point of the viewport in the content's coordinates."""
        return point + QPoint(0, self.verticalScrollBar().value())

    def frame_at(self, place: int) -> QRect:
        """Return the frame of an item's picture in the content's coordinates."""
        cell = self.places.rect(place)
        return grid_frame(cell) if self._mode is LibraryMode.GRID else list_frame(cell, is_take=self._is_take(place))

    def visible(self) -> range:
        """Return the positions on the screen."""
        top = self.verticalScrollBar().value()
        return self.places.visible(top, top + self.viewport().height())

    def scroll_to(self, place: int) -> None:
        """Scroll as little as makes the item visible below the sticky heading."""
        cell, bar = self.places.rect(place), self.verticalScrollBar()
        heading = self.places.metrics.heading_height or MARGIN
        if cell.top() - heading < bar.value():
            bar.setValue(0 if place == 0 else cell.top() - heading)
        elif cell.bottom() + MARGIN > bar.value() + self.viewport().height():
            bar.setValue(cell.bottom() + MARGIN - self.viewport().height())

    def _keep_place(self) -> None:
        """Remember the item under the pointer, then those on the screen from the top. At the very top, the top stays."""
        top, ids = self.verticalScrollBar().value(), self.model.order.ids
        places = list(self.visible())[:400]
        if self._hovered is not None and self._hovered in places:
            places.insert(0, self._hovered)
        elif top == 0:
            places = []
        height = self.places.metrics.cell_height
        self._anchors = [_Anchor(ids[place], place, self.places.rect(place).top() - top, height) for place in places]

    def _return_to_place(self) -> None:
        anchors, self._anchors = self._anchors, []
        for anchor in anchors:
            place = self.model.order.place(anchor.task, near=anchor.place)
            if place is not None:
                cell = self.places.rect(place)
                self.verticalScrollBar().setValue(cell.top() - anchor.top_at(cell.height()))
                return

    def _on_model_updating(self) -> None:
        if self._shown_query == self.model.query:
            self._keep_place()

    def _on_model_updated(self) -> None:
        is_new, self._shown_query = self._shown_query != self.model.query, self.model.query
        if is_new:
            self.verticalScrollBar().setValue(0)
        self._hovered = None
        self._rebuild()
        self._hover(self._hover_at if self.underMouse() else None)

    def _on_model_searched(self) -> None:
        is_empty = self.model.is_known and not len(self.model.order)
        if is_empty and (self.empty.isHidden() or self._shown_query != self.model.query):
            self.empty.show_state(self.model.query)
        self.empty.setVisible(is_empty)
        self._shown_query = self.model.query

    def _on_model_held(self, count: int) -> None:
        self.new_items.setText("1 new clip" if count == 1 else f"{count:,} new clips")
        self.new_items.setVisible(count > 0)
        self._place_children()

    def _place_children(self) -> None:
        self.empty.setGeometry(self.viewport().rect())
        self.new_items.adjustSize()
        self.new_items.move((self.viewport().width() - self.new_items.width()) // 2, theme.GRID)

    def _on_scrolled(self) -> None:
        """Ask for what is visible now."""
        visible = self.visible()
        metrics, top = self.places.metrics, self.verticalScrollBar().value()
        bottom = top + self.viewport().height() + _ROWS_AHEAD * metrics.pitch
        if self.isVisible():
            self.model.show(visible, self.places.visible(max(0, top - metrics.pitch), bottom))
        self.viewport().update()

    def _on_tiles_changed(self, places: range) -> None:
        top = self.verticalScrollBar().value()
        shown = self.visible()
        for place in range(max(places.start, shown.start), min(places.stop, shown.stop)):
            self.viewport().update(self.places.rect(place).adjusted(-8, -8, 8, 8).translated(0, -top))
        if self._is_untold:
            self._on_current_changed()

    def _on_poster_arrived(self, path: Path) -> None:
        top = self.verticalScrollBar().value()
        for place in self.visible():
            tile = self.model.tile(place)
            if tile is not None and tile.poster == path:
                self.viewport().update(self.frame_at(place).translated(0, -top))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Repaint at the new place; what was scrolled away is no longer decoded."""
        del dx, dy
        self._posters.skip_waiting()
        if self.verticalScrollBar().isSliderDown():
            self._on_slider_moved()
        if self.underMouse() and not self.pointer.is_pressed:
            self._hover(self._hover_at)
        self._on_scrolled()

    def _on_slider_moved(self) -> None:
        group = self.places.group_at(self.verticalScrollBar().value())
        groups = self.model.order.groups
        self.bubble.say("" if group is None or not groups else day_text(groups[group].day, self._today()))

    # --- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the visible items, the headings, and the heading that sticks to the top."""
        area, top = event.rect(), self.verticalScrollBar().value()
        painter = QPainter(self.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(area, QColor(theme.tokens().window))
        paint = self.painter.tile if self._mode is LibraryMode.GRID else self.painter.line
        is_single = len(self.model.selection) == 1
        for place in self.places.visible(top + area.top() - 8, top + area.bottom() + 9):
            cell = self.places.rect(place).translated(0, -top)
            paint(painter, cell, self.model.tile(place), self._look(place, is_single=is_single))
        if self.model.order.groups:
            self._paint_headings(painter, area, top)
        if (band := self.pointer.band) is not None:
            self._paint_band(painter, band.translated(0, -top))
        painter.end()

    def _look(self, place: int, *, is_single: bool) -> TileLook:
        task, selection = self.model.order.ids[place], self.model.selection
        is_current = task == selection.current
        is_hovered = place == self._hovered
        return TileLook(
            is_marked=task in selection and not (is_single and is_current),
            is_current=is_current,
            has_focus=self.hasFocus(),
            is_hovered=is_hovered,
            is_take=self._is_take(place),
            scrub=self._scrub(place) if is_hovered else None,
        )

    def _is_take(self, place: int) -> bool:
        return self.model.order.ids[place] in self.model.order.head_of

    def _scrub(self, place: int) -> float | None:
        frame, at = self.frame_at(place), self.content_point(self._hover_at)
        return (at.x() - frame.left()) / max(1, frame.width() - 1) if frame.contains(at) else None

    def _paint_headings(self, painter: QPainter, area: QRect, top: int) -> None:
        sticky = self.places.group_at(top)
        height = self.places.metrics.heading_height
        for group in self.places.headings(top + area.top() - height, top + area.bottom() + 1):
            place = self.places.heading(group).translated(0, -top)
            if group == sticky and place.top() < 0:
                place.moveTop(min(0, self.places.bottom(group) - top - height))
                back = QRect(0, place.top(), self.viewport().width(), height)
                painter.fillRect(back, QColor(theme.tokens().window))
                painter.fillRect(QRect(0, back.bottom(), back.width(), 1), QColor(theme.tokens().line))
            painter.setFont(self._heading_font)
            painter.setPen(QColor(theme.tokens().secondary))
            words = heading_text(self.model.order.groups[group], self._today())
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_band(self, painter: QPainter, band: QRect) -> None:
        colour = QColor(theme.tokens().accent)
        painter.setPen(colour)
        colour.setAlphaF(0.15)
        painter.setBrush(colour)
        painter.drawRect(band)

    # --- keyboard -------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim the keys that are used here before the window's shortcuts see them."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        if event.modifiers() & _CONTROL:
            return event.key() in MOVES or event.key() in {Qt.Key.Key_A, Qt.Key.Key_Space}
        return event.key() in MOVES or event.key() == Qt.Key.Key_Space or event.key() in _ENTER

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys that the class describes; leave the others to the window."""
        if not (len(self.model.order) and self._handle(event)):
            event.ignore()

    def _handle(self, event: QKeyEvent) -> bool:
        key, modifiers, selection = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier, self.model.selection
        current = selection.current
        if modifiers & _ALT:
            return current is not None and self._handle_stack(key, current)
        if key in MOVES:
            self._move(key, modifiers)
        elif key == Qt.Key.Key_A and modifiers == _CONTROL:
            selection.select_all()
        elif key == Qt.Key.Key_Space and current is not None:
            selection.toggle(current)
            selection.make_current(current)
        elif key in _ENTER and not modifiers and current is not None:
            self.opened.emit(current)
        elif key == Qt.Key.Key_Escape and len(selection):
            selection.clear()
        elif modifiers & _CONTROL and key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus}:
            self.set_tile_width(self._tile_width + (-_TILE_STEP if key == Qt.Key.Key_Minus else _TILE_STEP))
        else:
            return False
        return True

    def _handle_stack(self, key: int, current: int) -> bool:
        if key == Qt.Key.Key_Down:
            self.model.open_stack(current)
        elif key == Qt.Key.Key_Up:
            self.model.close_stack(current)
        else:
            return False
        return True

    def _move(self, key: int, modifiers: Qt.KeyboardModifier) -> None:
        selection, ids = self.model.selection, self.model.order.ids
        shown = self.visible()
        place = self.model.order.place(selection.current, near=shown.start)
        target = shown.start if place is None else moved(self.places, place, key, self.viewport().height())
        self.scroll_to(target)
        if modifiers & _SHIFT:
            self.select_range_to(target, adds=bool(modifiers & _CONTROL))
        elif modifiers & _CONTROL:
            selection.make_current(ids[target])
        else:
            selection.select_only((ids[target],))
            selection.make_current(ids[target])

    def select_range_to(self, place: int, *, adds: bool) -> None:
        """Select everything from where the range begins up to this position."""
        selection, ids = self.model.selection, self.model.order.ids
        origin = self.model.order.place(selection.origin, near=place)
        first, last = sorted((place if origin is None else origin, place))
        (selection.add if adds else selection.select_only)(ids[first : last + 1])
        selection.make_current(ids[place], is_origin=origin is None)

    # --- words for screen readers ---------------------------------------------------------------------------------

    def _on_current_changed(self) -> None:
        """Say the current item, at once or as soon as it is loaded."""
        self.viewport().update()
        current = self.model.selection.current
        tile = None if current is None else self.model.tile_of(current)
        self._is_untold = current is not None and tile is None
        place = self.model.order.place(current, near=self.visible().start)
        if tile is None or place is None:
            return
        words = spoken(tile, position=place + 1, total=len(self.model.order), today=self._today())
        self.setAccessibleDescription(words)
        if self.hasFocus():
            event = QAccessibleAnnouncementEvent(self, words)
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
            QAccessible.updateAccessibility(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the first visible item current if none is."""
        super().focusInEvent(event)
        if self.model.selection.current is None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            shown = self.visible()
            self.model.selection.make_current(self.model.order.ids[shown.start] if shown else None)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the ring quietly."""
        super().focusOutEvent(event)
        self.viewport().update()

    # --- mouse ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select, or open a stack by its badge."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, stretch the rubber band, or scrub."""
        self._hover(event.position().toPoint())
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.drag.cancel()
            self.pointer.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the item."""
        at = self.content_point(event.position().toPoint())
        place = self.places.index_at(at.x(), at.y())
        if event.button() is Qt.MouseButton.LeftButton and place is not None:
            self.opened.emit(self.model.order.ids[place])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or with Ctrl change the size of the tiles."""
        if not event.modifiers() & _CONTROL:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / _WHEEL_NOTCH)
        self._wheel -= notches * _WHEEL_NOTCH
        self.set_tile_width(self._tile_width + notches * _TILE_STEP)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request a menu for the selection that includes the item under the pointer, or for the current item by key."""
        order, selection = self.model.order, self.model.selection
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            at = self.content_point(event.pos())
            place, spot = self.places.index_at(at.x(), at.y()), event.globalPos()
        else:
            place = order.place(selection.current, near=self.visible().start)
            center = QPoint() if place is None else self.frame_at(place).center()
            spot = self.viewport().mapToGlobal(center - QPoint(0, self.verticalScrollBar().value()))
        if place is None:
            return
        task = order.ids[place]
        if task not in selection:
            selection.select_only((task,))
        selection.make_current(task)
        self.menu_requested.emit(task, spot)

    def start_drag(self) -> None:
        """Drag the selected items out."""
        current = self.model.selection.current
        place = self.model.order.place(current, near=self.visible().start)
        tile = None if place is None else self.model.tile(place)
        size = QSize(96, 54)
        found = self._posters.frame(tile.poster, size, self.devicePixelRatioF()) if tile and tile.poster else None
        picture = QPixmap() if found is None else found.scaledToWidth(round(size.width() * self.devicePixelRatioF()))
        self.drag.begin(self.model.selection.ids(), picture)

    def _hover(self, at: QPoint | None) -> None:
        """Note which item is under the pointer and repaint the frames that change."""
        place = None
        if at is not None:
            self._hover_at = at
            point = self.content_point(at)
            place = self.places.index_at(point.x(), point.y())
        for changed in {self._hovered, place} - {None}:
            if changed is not None and changed < len(self.places):
                top = self.verticalScrollBar().value()
                self.viewport().update(self.frame_at(changed).translated(0, -top))
        self._hovered = place

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the whole title as a tooltip; hold new items back while the pointer is here."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event)
            return True
        if event.type() is QEvent.Type.Enter:
            self.model.holds = True
        elif event.type() is QEvent.Type.Leave:
            self.model.holds = False
            self._hover(None)
            self.model.show_held()
        return super().viewportEvent(event)

    def _show_tip(self, event: QHelpEvent) -> None:
        at = self.content_point(event.pos())
        place = self.places.index_at(at.x(), at.y())
        tile = None if place is None else self.model.tile(place)
        if tile is None:
            QToolTip.hideText()
            return
        lines = filter(None, (tile.title, notes_text(tile)))
        QToolTip.showText(event.globalPos(), f"<qt>{'<br>'.join(map(escape, lines))}</qt>", self)

    # --- life -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; the item at the top stays there."""
        super().resizeEvent(event)
        if event.size() != event.oldSize():
            self._keep_place()
            self._rebuild()
            self._place_children()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what is visible."""
        super().showEvent(event)
        self._on_scrolled()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hold nothing back."""
        super().hideEvent(event)
        self.model.holds = False
        self.bubble.say("")
        self.model.show_held()
