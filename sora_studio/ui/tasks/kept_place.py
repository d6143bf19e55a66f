"""Keeps selection and scroll position of the task list while rows come, move and go."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex
from PySide6.QtGui import QCursor

from sora_studio.domain.task import TaskSection
from sora_studio.viewmodels.tasks.task_list import TaskListModel, TaskRole

if TYPE_CHECKING:
    from sora_studio.ui.tasks.view import TaskView


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A visible card before an update, used to restore the scroll position after it."""

    task: int
    section: TaskSection
    top: int


class KeptPlace:
    """Call `remember` before an update and `restore` after it.

    What matters most stays where it is on the screen: the card under the pointer, else the current one while the list has the
    focus, else what is at the top. Only a list that is scrolled to its top, and that is not in use, shows what comes above.
    """

    def __init__(self, view: "TaskView", model: TaskListModel) -> None:
        self._view, self._list = view, model
        self._anchors: list[_Anchor] = []
        self._current: int | None = None
        self._selected: list[int] = []

    def remember(self) -> None:
        """Note what is where."""
        self._current = task_id_of(self._view.currentIndex())
        self._selected = self._view.selected_tasks
        first = self._first()
        at_top = first is None and self._view.verticalScrollBar().value() == 0
        anchors = [] if at_top else list(self._anchors_on_screen())
        self._anchors = sorted(anchors, key=lambda anchor: anchor.task != first)

    def restore(self) -> None:
        """Scroll to the place, and select again what was selected."""
        self._restore_scroll()
        self._restore_selection()

    def _first(self) -> int | None:
        """Return the card that must not move: the one under the pointer, else the current one of a focused list."""
        pointed = self._view.viewport().mapFromGlobal(QCursor.pos())
        if self._view.underMouse() and (task := task_id_of(self._view.indexAt(pointed))) is not None:
            return task
        on_screen = {task_id_of(index) for index in self._view.cards_on_screen()}
        return self._current if self._view.hasFocus() and self._current in on_screen else None

    def _anchors_on_screen(self) -> Iterator[_Anchor]:
        for index in self._view.cards_on_screen():
            task = task_id_of(index)
            if task is not None and (section := self._list.section_of(task)):
                yield _Anchor(task, section, self._view.rowViewportPosition(index.row()))

    def _restore_scroll(self) -> None:
        """Scroll so that the first anchor still in its section is where it was."""
        for anchor in self._anchors:
            index = self._list.index_of(anchor.task)
            if index.isValid() and self._list.section_of(anchor.task) is anchor.section:
                bar = self._view.verticalScrollBar()
                self._view.scroll_to(bar.value() + self._view.rowViewportPosition(index.row()) - anchor.top)
                return

    def _restore_selection(self) -> None:
        """Select again what the update has moved to another section. What has left the list is selected no more."""
        command = QItemSelectionModel.SelectionFlag
        index = QModelIndex() if self._current is None else self._list.index_of(self._current)
        if len(self._selected) < 2:
            if not index.isValid():
                index = self._card_near(self._view.currentIndex().row())
            if index.isValid() and self._selected:
                self._view.setCurrentIndex(index)
            elif index.isValid():
                self._view.selectionModel().setCurrentIndex(index, command.NoUpdate)
            return
        lost = set(self._selected).difference(self._view.selected_tasks)
        self._view.selectionModel().select(self._list.selection_of(lost), command.Select | command.Rows)
        if index.isValid():
            self._view.selectionModel().setCurrentIndex(index, command.NoUpdate)

    def _card_near(self, row: int) -> QModelIndex:
        """Return the first card from this row on, else the last one before it; invalid if the row is, or there is none."""
        rows = (*range(row, self._list.rowCount()), *range(row - 1, -1, -1)) if row >= 0 else ()
        indexes = (self._list.index(near) for near in rows)
        return next((index for index in indexes if task_id_of(index) is not None), QModelIndex())


def task_id_of(index: QModelIndex) -> int | None:
    """Return the id of a card's task; None for a heading."""
    found = index.data(TaskRole.TASK_ID) if index.isValid() else None
    return found if isinstance(found, int) else None
