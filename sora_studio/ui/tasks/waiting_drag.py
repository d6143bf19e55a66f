"""Dragging waiting tasks to another place in line, within the list. No drag of the system's: nothing leaves the window."""

from collections.abc import Collection
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter

from sora_studio.domain.task import TaskSection
from sora_studio.ui.kit import theme
from sora_studio.ui.tasks.card_layout import EDGE
from sora_studio.ui.tasks.kept_place import task_id_of
from sora_studio.viewmodels.tasks.task_list import TaskListModel

if TYPE_CHECKING:
    from sora_studio.ui.tasks.view import TaskView

_SCROLL_MS = 16
_EDGE_PX = 28
"""The list scrolls while the pointer is this near to its upper or lower edge, or outside."""
_MOST_STEP = 24
_LINE = 2


class WaitingDrag(QObject):
    """Follows the pointer from the beginning of a drag to its end, and shows a line where the tasks would go.

    Signals: `dropped(list[int], object)` with the tasks and the one that they go before; None is the last place.
    """

    dropped = Signal(object, object)

    def __init__(self, view: "TaskView", model: TaskListModel) -> None:
        super().__init__(view)
        self._view, self._list = view, model
        self._tasks = frozenset[int]()
        self._pointer = QPoint()
        self._target: tuple[int | None, int] | None = None
        """The task to go before, and where the line is; None where nothing can be dropped."""
        self._scrolling = QTimer(self, interval=_SCROLL_MS)
        self._scrolling.timeout.connect(self._on_scrolling_timeout)

    @property
    def is_under_way(self) -> bool:
        """Whether tasks are being dragged."""
        return bool(self._tasks)

    def begin(self, tasks: Collection[int], at: QPoint) -> None:
        """Start dragging those of the tasks that wait."""
        self._tasks = frozenset(task for task in tasks if self._list.section_of(task) is TaskSection.WAITING)
        self.move(at)

    def move(self, at: QPoint) -> None:
        """Show where the tasks would go from here."""
        self._pointer = at
        self.refresh()
        if not self.is_under_way or not self._overshoot():
            self._scrolling.stop()
        elif not self._scrolling.isActive():
            self._scrolling.start()

    def refresh(self) -> None:
        """Find the place again after the list has changed or scrolled."""
        if not self.is_under_way:
            return
        self._target = self._target_at(self._pointer.y())
        shape = Qt.CursorShape.ForbiddenCursor if self._target is None else Qt.CursorShape.ClosedHandCursor
        self._view.viewport().setCursor(shape)
        self._view.viewport().update()

    def drop(self) -> None:
        """Move the tasks to where the line is, if it is shown."""
        tasks, target = self._tasks, self._target
        self.cancel()
        if target is not None:
            self.dropped.emit([task for task in self._list.tasks_in(TaskSection.WAITING) if task in tasks], target[0])

    def cancel(self) -> None:
        """Leave everything as it is."""
        self._tasks, self._target = frozenset[int](), None
        self._scrolling.stop()
        self._view.viewport().unsetCursor()
        self._view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Paint the line, and what is dragged as if it had left its place."""
        if not self.is_under_way:
            return
        veil = QColor(theme.tokens().panel)
        veil.setAlphaF(0.55)
        for index in self._view.cards_on_screen():
            if task_id_of(index) in self._tasks:
                painter.fillRect(self._view.visualRect(index), veil)
        if self._target is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.tokens().accent))
            line = QRect(EDGE, self._target[1] - _LINE // 2, self._view.width() - 2 * EDGE, _LINE)
            painter.drawRect(line)
            knob = 3 * _LINE
            painter.drawEllipse(QRectF(line.left() - _LINE, line.center().y() - knob / 2 + 0.5, knob, knob))

    def _target_at(self, y: int) -> tuple[int | None, int] | None:
        line = self._list.tasks_in(TaskSection.WAITING)
        if not line or not self._is_within(y, line[0], line[-1]):
            return None
        first = self._list.index_of(line[0]).row()
        row = self._view.rowAt(y)
        place = min(max(row - first, 0), len(line)) if row >= 0 else len(line)
        if place < len(line) and y > self._card(line[place]).center().y():
            place += 1
        before = next((task for task in islice(line, place, None) if task not in self._tasks), None)
        return before, self._card(line[place]).top() if place < len(line) else self._card(line[-1]).bottom() + 1

    def _is_within(self, y: int, first: int, last: int) -> bool:
        """Return whether a place is in the section, or so near to it that no other task's card is meant."""
        margin = self._card(first).height() // 2
        return self._card(first).top() - margin <= y <= self._card(last).bottom() + margin

    def _card(self, task: int) -> QRect:
        return self._view.visualRect(self._list.index_of(task))

    def _overshoot(self) -> int:
        """Return how far the pointer is beyond the upper (negative) or lower edge's margin."""
        y, height = self._pointer.y(), self._view.viewport().height()
        return min(0, y - _EDGE_PX) or max(0, y - height + _EDGE_PX)

    def _on_scrolling_timeout(self) -> None:
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + max(-_MOST_STEP, min(self._overshoot() // 2, _MOST_STEP)))
        self.refresh()
