"""The library's view: a hundred thousand clips as a grid or a list under the headings of their days."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.current_speaker import CurrentSpeaker
from sora_studio.ui.library.date_bubble import DateBubble
from sora_studio.ui.library.grid_layout import (
    LEAST_TILE_WIDTH,
    MARGIN,
    MOST_TILE_WIDTH,
    GridLayout,
    LibraryMode,
    metrics_for,
)
from sora_studio.ui.library.hover import Hover
from sora_studio.ui.library.kept_place import Anchor, anchors, restored
from sora_studio.ui.library.keyboard import LibraryKeys
from sora_studio.ui.library.library_drag import LibraryDrag
from sora_studio.ui.library.library_updates import LibraryUpdates
from sora_studio.ui.library.page_painter import PagePainter
from sora_studio.ui.library.pointer import Pointer
from sora_studio.ui.library.poster_store import PosterStore
from sora_studio.ui.library.tile_painter import TilePainter, grid_frame, list_frame
from sora_studio.viewmodels.library.library_model import LibraryModel
from sora_studio.viewmodels.library.tile_words import day_text

DEFAULT_TILE_WIDTH = 180
_TILE_STEP = 20
_ROWS_AHEAD = 3
_WHEEL_NOTCH = 120


class LibraryView(QAbstractScrollArea):
    """Paints only what is visible; `places` says where items are. An update leaves what is on the screen where it is.

    Keys are those of `LibraryKeys`; others are left to the window. Content coordinates count from the top of the whole library.

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
        *,
        today: Callable[[], date] = date.today,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model, self._today = model, today
        self._mode, self._tile_width = LibraryMode.GRID, DEFAULT_TILE_WIDTH
        self.places = GridLayout((0,), metrics_for(self._mode, 1, self._tile_width, has_headings=False))
        self.posters = PosterStore(scope, self)
        self.painter = TilePainter(self.posters)
        self._page = PagePainter(self, self.painter, today)
        self._keys = LibraryKeys(self)
        self._speaker = CurrentSpeaker(model, self, today)
        self.pointer = Pointer(self, LibraryDrag(model, scope, self))
        self.hover = Hover(self)
        self.updates = LibraryUpdates(self)
        self.bubble = DateBubble(self)
        self._kept = list[Anchor]()
        self._wheel = 0
        self._build_look()
        self._connect()

    def _build_look(self) -> None:
        self.setAccessibleName("Library")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # else the columns would change with it
        self.verticalScrollBar().setStyleSheet("QScrollBar::handle:disabled { background: transparent; }")
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def _connect(self) -> None:
        self.model.selection.changed.connect(self.viewport().update)
        self.model.selection.current_changed.connect(self.viewport().update)
        bar = self.verticalScrollBar()
        bar.sliderPressed.connect(self._show_date)
        bar.sliderReleased.connect(self.bubble.hide)
        theme.notifier.changed.connect(self.viewport().update)

    # --- mode and size --------------------------------------------------------------------------------------------

    @property
    def mode(self) -> LibraryMode:
        """Grid or list."""
        return self._mode

    def set_mode(self, mode: LibraryMode) -> None:
        """Show a grid or a list; the item at the top stays there."""
        if mode is not self._mode:
            self.keep_place()
            self._mode = mode
            self.posters.skip_waiting()
            self.rebuild()

    @property
    def tile_width(self) -> int:
        """The least width of a grid's tiles, in logical pixels."""
        return self._tile_width

    def set_tile_width(self, width: int) -> None:
        """Change the size of the tiles; the item at the top stays there."""
        width = max(LEAST_TILE_WIDTH, min(width, MOST_TILE_WIDTH))
        if width != self._tile_width:
            self.keep_place()
            self._tile_width = width
            self.rebuild()
            self.tile_width_changed.emit(width)

    def resize_tiles(self, steps: int) -> None:
        """Make the tiles so many steps larger, or smaller."""
        if self._mode is LibraryMode.GRID:
            self.set_tile_width(self._tile_width + steps * _TILE_STEP)

    def rebuild(self) -> None:
        """Compute the layout anew and return to the kept place."""
        order, port = self.model.order, self.viewport()
        has_headings = bool(order.groups)
        metrics = metrics_for(self._mode, port.width(), self._tile_width, has_headings=has_headings)
        self.painter.shows_days = not has_headings
        self.places = GridLayout(order.counts or (0,), metrics)
        bar = self.verticalScrollBar()
        bar.setPageStep(port.height())
        bar.setSingleStep(max(20, metrics.pitch // 3))
        bar.setRange(0, max(0, self.places.height - port.height()))
        bar.setEnabled(bar.maximum() > 0)
        if (top := restored(self._kept, order, self.places)) is not None:
            bar.setValue(top)
        self._kept = []
        self._on_scrolled()

    # --- places ---------------------------------------------------------------------------------------------------

    @property
    def top(self) -> int:
        """The scroll position: the content's height above the view."""
        return self.verticalScrollBar().value()

    def content_point(self, point: QPoint) -> QPoint:
        """Return a point of the viewport in content coordinates."""
        return point + QPoint(0, self.top)

    def place_at(self, point: QPoint) -> int | None:
        """Return the position of the item at a point of the viewport."""
        return self.places.index_at(point.x(), point.y() + self.top)

    def place_of(self, task: int | None) -> int | None:
        """Return the position of a task."""
        return self.model.order.place(task, near=self.visible().start)

    def frame_at(self, place: int) -> QRect:
        """Return the frame of an item's picture in content coordinates."""
        cell = self.places.rect(place)
        return grid_frame(cell) if self._mode is LibraryMode.GRID else list_frame(cell, is_take=self.is_take(place))

    def is_take(self, place: int) -> bool:
        """Return whether the item is shown as part of an open stack."""
        return self.model.order.ids[place] in self.model.order.head_of

    def visible(self) -> range:
        """Return the positions on the screen."""
        return self.places.visible(self.top, self.top + self.viewport().height())

    def scroll_to(self, place: int) -> None:
        """Scroll as little as makes the item visible below the sticky heading."""
        cell, bar = self.places.rect(place), self.verticalScrollBar()
        heading = self.places.metrics.heading_height or MARGIN
        if cell.top() - heading < bar.value():
            bar.setValue(0 if place == 0 else cell.top() - heading)
        elif cell.bottom() + MARGIN > bar.value() + self.viewport().height():
            bar.setValue(cell.bottom() + MARGIN - self.viewport().height())

    def select_range_to(self, place: int, *, adds: bool) -> None:
        """Select everything from where the range begins up to this position."""
        selection, ids = self.model.selection, self.model.order.ids
        origin = self.model.order.place(selection.origin, near=place)
        first, last = sorted((place if origin is None else origin, place))
        (selection.add if adds else selection.select_only)(ids[first : last + 1])
        selection.make_current(ids[place], is_origin=origin is None)

    def keep_place(self) -> None:
        """Remember what is on the screen; `rebuild` brings it back to where it is now.

        What the person looks at matters most: the item under the pointer, else the current one while the keyboard is here.
        """
        first = self.hover.place
        if first is None and self.hasFocus():
            first = self.place_of(self.model.selection.current)
        self._kept = anchors(self.model.order, self.places, self.visible(), top=self.top, first=first)

    def repaint_frame(self, place: int) -> None:
        """Paint an item's picture again."""
        if place < len(self.places):
            self.viewport().update(self.frame_at(place).translated(0, -self.top))

    # --- scrolling ------------------------------------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Repaint at the new place; what was scrolled away is no longer decoded."""
        del dx, dy
        self.posters.skip_waiting()
        if self.verticalScrollBar().isSliderDown():
            self._show_date()
        self.hover.update()
        self._on_scrolled()

    def _on_scrolled(self) -> None:
        """Ask for what is visible now, and a few rows around it."""
        if self.isVisible():
            pitch, top = self.places.metrics.pitch, self.top
            ahead = self.places.visible(max(0, top - pitch), top + self.viewport().height() + _ROWS_AHEAD * pitch)
            self.model.show(self.visible(), ahead)
        self.viewport().update()

    def _show_date(self) -> None:
        group, groups = self.places.group_at(self.top), self.model.order.groups
        self.bubble.say("" if group is None or not groups else day_text(groups[group].day, self._today()))

    # --- painting, keyboard and mouse -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is visible."""
        self._page.paint(event.rect())

    def event(self, event: QEvent) -> bool:
        """Claim the keys that are used here before the window's shortcuts see them."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and self._keys.claims(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the library's keys; leave the others to the window."""
        if not self._keys.press(event):
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select, or begin a rubber band."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, drag, or stretch the rubber band."""
        self.hover.move(event.position().toPoint())
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End what the press began."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.pointer.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the item."""
        place = self.place_at(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and place is not None and not self.pointer.is_on_badge(event):
            self.opened.emit(self.model.order.ids[place])

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or with Ctrl change the size of the tiles."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        self._wheel += event.angleDelta().y()
        notches = int(self._wheel / _WHEEL_NOTCH)  # towards 0: a touchpad turns by small parts
        self._wheel -= notches * _WHEEL_NOTCH
        self.resize_tiles(notches)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request a menu for the item under the pointer, or by key for the current one; it becomes selected if it is not."""
        selection = self.model.selection
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        place = self.place_at(event.pos()) if by_mouse else self.place_of(selection.current)
        if place is None:
            return
        task = self.model.order.ids[place]
        if task not in selection:
            selection.select_only((task,))
        selection.make_current(task)
        middle = self.frame_at(place).center() - QPoint(0, self.top)
        self.menu_requested.emit(task, event.globalPos() if by_mouse else self.viewport().mapToGlobal(middle))

    def viewportEvent(self, event: QEvent) -> bool:
        """Show tooltips; hold new items back while the pointer is here."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self.hover.show_tip(event)
            return True
        if event.type() is QEvent.Type.Enter:
            self.model.holds = True
        elif event.type() is QEvent.Type.Leave:
            self.hover.leave()
            self._stop_holding()
        return super().viewportEvent(event)

    def _stop_holding(self) -> None:
        self.model.holds = False
        self.model.show_held()

    # --- focus and life -------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the first visible item current if none is."""
        super().focusInEvent(event)
        shown = self.visible()
        if shown and self.model.selection.current is None and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.model.selection.make_current(self.model.order.ids[shown.start])
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Paint the ring quietly."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; the item at the top stays there."""
        super().resizeEvent(event)
        self.keep_place()
        self.rebuild()
        self.updates.place_children()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what is visible."""
        super().showEvent(event)
        self._on_scrolled()

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing and hold nothing back."""
        super().hideEvent(event)
        self.model.show(range(0), range(0))
        self.bubble.hide()
        self._stop_holding()
