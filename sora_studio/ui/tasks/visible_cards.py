"""Which cards of the task list are on the screen; the clocks on them tick only then."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal

from sora_studio.domain.task import Phase
from sora_studio.ui.tasks.kept_place import task_id_of
from sora_studio.viewmodels.tasks.task_list import TaskListModel
from sora_studio.viewmodels.tasks.task_words import is_elsewhere

if TYPE_CHECKING:
    from sora_studio.ui.tasks.view import TaskView

_TICKING = frozenset({Phase.PENDING, Phase.PROCESSING, Phase.LOST})
TICK_MS = 1_000


class VisibleCards(QObject):
    """Signals: `changed(frozenset[int])` with the tasks on the screen."""

    changed = Signal(object)

    def __init__(self, view: "TaskView", model: TaskListModel) -> None:
        super().__init__(view)
        self._view, self._list = view, model
        self._seen: frozenset[int] = frozenset()
        self.ticking = QTimer(self, interval=TICK_MS)
        self.ticking.timeout.connect(self._on_ticking_timeout)

    def look(self) -> None:
        """Tell which tasks are on the screen, if they are others than before, and let their clocks tick."""
        cards = self._view.cards_on_screen()
        self._tell(frozenset(task for index in cards if (task := task_id_of(index)) is not None))
        if any(self._ticks(index) for index in cards):
            if not self.ticking.isActive():
                self.ticking.start()
        else:
            self.ticking.stop()

    def hide(self) -> None:
        """Stop the clocks: nothing is on the screen."""
        self.ticking.stop()
        self._tell(frozenset())

    def _tell(self, seen: frozenset[int]) -> None:
        if seen != self._seen:
            self._seen = seen
            self.changed.emit(seen)

    def _ticks(self, index: QModelIndex) -> bool:
        task = self._list.task_at(index)
        return task is not None and task.phase in _TICKING and not is_elsewhere(task, self._list.surroundings(task))

    def _on_ticking_timeout(self) -> None:
        for index in self._view.cards_on_screen():
            if self._ticks(index):
                self._view.viewport().update(self._view.visualRect(index))
