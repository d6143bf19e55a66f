"""Brings the task list what it needs from the library: the index once, pages when they are looked at, changes in one query."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.events import TransferProgressed
from sora_studio.domain.ports import TaskFilter
from sora_studio.viewmodels.starter import Starter
from sora_studio.viewmodels.tasks.task_list import TaskListModel

if TYPE_CHECKING:
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.tasks.task_services import TaskServices

PROGRESS_FLUSH_MS = 150
"""A card's transfer is redrawn at most so often, however many reports come."""
MOST_CHANGED = 5_000
"""Above this many changed tasks the index is read anew: that takes as long, and clears the rest as well."""


class TaskFeed(QObject):
    """One query at a time; what changes meanwhile is in the next one, so the list always ends with the newest.

    Signals: `loaded()` when the index is there for the first time; before that an empty list means nothing.
    """

    loaded = Signal()

    def __init__(self, model: TaskListModel, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._start = model, start
        self._services: TaskServices | None = None
        self._changed: set[int] = set()
        self._wanted: set[int] = set()
        self._progress: dict[int, TransferProgressed] = {}
        self._is_stale = True
        self._is_reading = False
        self._flush = QTimer(self, singleShot=True, interval=PROGRESS_FLUSH_MS)
        self._flush.timeout.connect(self._on_flush_timeout)
        model.wanted.connect(self._on_model_wanted)

    def attach(self, services: "TaskServices", relay: "EventBridge") -> None:
        """Begin to follow the tasks."""
        self._services = services
        relay.tasks_changed.connect(self._on_tasks_changed)
        relay.transfer_progressed.connect(self._on_transfer_progressed)
        self._read()

    def _read(self) -> None:
        if self._services is not None and not self._is_reading:
            self._is_reading = True
            self._start(self._read_all(self._services), name="Read the task list")

    async def _read_all(self, services: "TaskServices") -> None:
        try:
            while self._is_stale or self._changed or self._wanted:
                await self._read_next(services)
        except Exception:
            self._is_stale = True  # what was being read is not lost: the next change reads everything
            raise
        finally:
            self._is_reading = False

    async def _read_next(self, services: "TaskServices") -> None:
        if self._is_stale or len(self._changed) > MOST_CHANGED:
            self._is_stale, self._changed = False, set()
            self._model.load(await services.tasks.index(TaskFilter()), services.profiles)
            self.loaded.emit()
        elif self._changed:
            changed, self._changed = self._changed, set()
            self._model.take_changes(changed, await services.tasks.get_many(sorted(changed)))
        else:
            wanted, self._wanted = self._wanted, set()
            self._model.take_page(await services.tasks.get_many(sorted(wanted)))

    def _on_model_wanted(self, tasks: frozenset[int]) -> None:
        self._wanted |= tasks
        self._read()

    def _on_tasks_changed(self, tasks: frozenset[int]) -> None:
        self._changed |= tasks
        self._read()

    def _on_transfer_progressed(self, report: TransferProgressed) -> None:
        self._progress[report.task] = report
        if not self._flush.isActive():
            self._flush.start()

    def _on_flush_timeout(self) -> None:
        reports, self._progress = self._progress, {}
        self._model.take_progress(reports.values())
