"""The list view. A one-column table: the only Qt view that stays fast with a hundred thousand rows of two heights."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.poster_cache import PosterCache
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.tasks.card_delegate import CardDelegate, poster_action
from sora_studio.ui.tasks.card_layout import EDGE, HEADING_HEIGHT, POSTER, CardLayout
from sora_studio.ui.tasks.kept_place import KeptPlace, task_id_of
from sora_studio.ui.tasks.list_look import dress
from sora_studio.ui.tasks.visible_cards import VisibleCards
from sora_studio.ui.tasks.waiting_drag import WaitingDrag
from sora_studio.viewmodels.tasks.task_list import TaskListModel

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures


class TaskView(QTableView):
    """Cards under headings. Keeps selection and scroll position across updates; card clocks tick only while visible.

    Several cards are selected with Shift, Ctrl and Ctrl+A; Esc goes back to one.

    Signals: `chosen(Task)` when another card is selected alone; `several_changed()` when a selection of several, or the end of
    one, has changed; `main_requested(Task)` by Enter, double click or the poster; `remove_requested()` by Del, and
    `move_requested(bool)` by Alt+Up and Alt+Down (True), for `selected_tasks`; `menu_requested(Task, QPoint)` with a global
    position; `seen_changed(frozenset[int])` with the tasks on the screen.
    """

    chosen = Signal(object)
    main_requested = Signal(object)
    remove_requested = Signal()
    move_requested = Signal(bool)
    several_changed = Signal()
    menu_requested = Signal(object, QPoint)
    seen_changed = Signal(object)

    def __init__(self, model: TaskListModel, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = model
        self._place = KeptPlace(self, model)
        self._room_below = 0
        self.drag = WaitingDrag(self, model)
        self._had_several = False
        self._is_updating = False
        self._pressed: int | None = None
        self._pointer = QPoint()
        self._posters = PosterCache(scope, POSTER, self)
        self._posters.arrived.connect(self.viewport().update)
        self._visible = VisibleCards(self, model)
        self._visible.changed.connect(self.seen_changed)
        dress(self)
        self.setModel(model)
        self.setItemDelegate(CardDelegate(model, self._posters, self))
        model.updating.connect(self._on_model_updating)
        model.updated.connect(self._on_model_updated)
        model.dataChanged.connect(self._on_screen_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_screen_changed)
        theme.notifier.changed.connect(self.viewport().update)

    def attach(self, pictures: "Pictures") -> None:
        """Set the source of the start pictures' thumbnails."""
        self._posters.pictures = pictures

    def task_under(self, index: QModelIndex) -> Task | None:
        """Return the task of a row, if it is loaded."""
        return self._list.task_at(index) if index.isValid() else None

    @property
    def current_task(self) -> int | None:
        """The id of the selected card."""
        return task_id_of(self.currentIndex())

    @property
    def has_several(self) -> bool:
        """Whether more than one card is selected."""
        return len(self.selected_tasks) > 1

    @property
    def selected_tasks(self) -> list[int]:
        """The ids of the selected cards, loaded or not, in list order."""
        selection = self.selectionModel().selection()
        found = [selection.at(place) for place in range(selection.count())]
        ranges = sorted((one.top(), one.bottom()) for one in found)
        return [task for first, last in ranges for task in self._list.tasks_between(first, last)]

    def select(self, task: int | None) -> bool:
        """Select this task without scrolling; if it is not shown, clear the selection and return False."""
        index = QModelIndex() if task is None else self._list.index_of(task)
        self.setAutoScroll(False)
        self.setCurrentIndex(index)
        self.setAutoScroll(True)
        if not index.isValid():
            self.clearSelection()
        return index.isValid()

    # --- scroll position ------------------------------------------------------------------------------------------

    def _on_model_updating(self) -> None:
        self._is_updating = True
        self.setAutoScroll(False)
        self._place.remember()

    def _on_model_updated(self) -> None:
        for row in self._list.headings():
            self.verticalHeader().resizeSection(row, HEADING_HEIGHT)
        self.updateGeometries()
        self._place.restore()
        self.setAutoScroll(True)
        self._is_updating = False
        self.drag.refresh()
        self._on_screen_changed()
        self._tell_several()

    def scroll_to(self, value: int) -> None:
        """Scroll to this place. Past the end, leave room below for as long as the list is in use."""
        self._room_below = max(0, value - self._last_scroll())
        self.updateGeometries()
        self.verticalScrollBar().setValue(value)

    def updateGeometries(self) -> None:
        """Keep the room below that `scroll_to` needs, and the place, which Qt would take back meanwhile."""
        bar = self.verticalScrollBar()
        value = bar.value()
        super().updateGeometries()
        if self._room_below:
            bar.setMaximum(self._last_scroll() + self._room_below)
            bar.setValue(value)

    def _last_scroll(self) -> int:
        return max(0, self.verticalHeader().length() - self.viewport().height())

    def _release_room(self) -> None:
        """Give up the room below, once the list is no longer in use."""
        is_pointed_at = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        if self._room_below and not is_pointed_at and not self.hasFocus():
            self._room_below = 0
            self.updateGeometries()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Emit `chosen` or `several_changed`, but not for changes that an update causes."""
        super().selectionChanged(selected, deselected)
        if self._is_updating:
            return
        self._tell_several()
        tasks = self.selected_tasks
        if len(tasks) == 1 and (task := self._list.task_at(self._list.index_of(tasks[0]))):
            self.chosen.emit(task)

    def _tell_several(self) -> None:
        """Emit `several_changed` if several cards are or were selected."""
        had, self._had_several = self._had_several, self.has_several
        if had or self._had_several:
            self.several_changed.emit()

    # --- visible cards --------------------------------------------------------------------------------------------

    def cards_on_screen(self) -> list[QModelIndex]:
        """Return the cards that are at least partly visible."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        if first < 0:
            return []
        rows = range(first, (last if last >= 0 else self._list.rowCount() - 1) + 1)
        indexes = (self._list.index(row) for row in rows)
        return [index for index in indexes if task_id_of(index) is not None]

    def _on_screen_changed(self) -> None:
        if not self._is_updating and self.isVisible():
            self._visible.look()

    def showEvent(self, event: QShowEvent) -> None:
        """Restart the clocks."""
        super().showEvent(event)
        self._on_screen_changed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the clocks, and stop prioritising the visible tasks."""
        super().hideEvent(event)
        self._visible.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update what is visible."""
        super().resizeEvent(event)
        self._on_screen_changed()

    # --- keyboard and mouse ---------------------------------------------------------------------------------------

    def moveCursor(
        self,
        cursorAction: QAbstractItemView.CursorAction,  # noqa: N803
        modifiers: Qt.KeyboardModifier,
    ) -> QModelIndex:
        """Without a current card, go to the first visible one. Qt would get stuck at the heading above it."""
        if not self.currentIndex().isValid() and (cards := self.cards_on_screen()):
            return cards[0]
        return super().moveCursor(cursorAction, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Enter for a single card, Del for the selected ones, and Esc; leave printable keys to the player."""
        task = self.task_under(self.currentIndex())
        if task and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & _COMMAND_KEYS:
            if not self.has_several:
                self.main_requested.emit(task)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_requested.emit(event.key() == Qt.Key.Key_Down)
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_requested.emit()
        elif event.key() == Qt.Key.Key_Escape and self.drag.is_under_way:
            self.drag.cancel()
        elif event.key() == Qt.Key.Key_Escape and self.has_several:
            self.select(self.current_task)
        elif event.text() and event.text().isprintable() and not event.modifiers() & _COMMAND_KEYS:
            event.ignore()  # letters and the space bar belong to the player, outside text fields
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window does while several cards are selected."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        """Return whether a key is the view's own although the window has a shortcut for it."""
        return event.key() == Qt.Key.Key_Escape and (self.has_several or self.drag.is_under_way)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request a menu at the pointer or, for the menu key, on the current card."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if task := self.task_under(index):
            card = self.visualRect(index).center()
            self.menu_requested.emit(task, event.globalPos() if by_mouse else self.viewport().mapToGlobal(card))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the pressed poster, to detect a click on release."""
        super().mousePressEvent(event)
        is_click = event.button() is Qt.MouseButton.LeftButton and event.modifiers() == Qt.KeyboardModifier.NoModifier
        self._pressed = self._poster_under(event) if is_click else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop what is dragged; or request the main action after a click on a poster, if that is free of charge."""
        if self.drag.is_under_way:
            self.drag.drop()
            return
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._poster_under(event):
            self.main_requested.emit(self.task_under(self._list.index_of(pressed)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Request the main action; not on a poster, where the first click already did."""
        super().mouseDoubleClickEvent(event)
        task = self.task_under(self.indexAt(event.position().toPoint()))
        if task and event.button() is Qt.MouseButton.LeftButton and self._poster_under(event) is None:
            self.main_requested.emit(task)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag on; or show a pointing-hand cursor over clickable posters."""
        if self.drag.is_under_way:
            self.drag.move(event.position().toPoint())
            return
        self._pointer = event.position().toPoint()
        super().mouseMoveEvent(event)
        if self.drag.is_under_way:  # it has just begun
            return
        hand = self._poster_under(event) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803
        """Drag the selected tasks that wait within the list; only they can be dragged, as the model says."""
        del supportedActions
        self._pressed = None
        self.drag.begin(self.selected_tasks, self._pointer)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows, and where what is dragged would go."""
        super().paintEvent(event)
        if self.drag.is_under_way:
            painter = QPainter(self.viewport())
            self.drag.paint(painter)
            painter.end()

    def leaveEvent(self, event: QEvent) -> None:
        """Cancel a poster click when the pointer leaves."""
        super().leaveEvent(event)
        self._pressed = None
        self._release_room()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close up, unless the pointer is still here."""
        super().focusOutEvent(event)
        self._release_room()

    def _poster_under(self, event: QMouseEvent) -> int | None:
        index = self.indexAt(event.position().toPoint())
        task = self.task_under(index)
        if task is None or poster_action(task) is None:
            return None
        card = CardLayout.within(self.visualRect(index), right=self.width() - EDGE)
        return task.id if card.poster.contains(event.position().toPoint()) else None


_COMMAND_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
