"""Loads data into the task list model: the index once, pages on demand, and changes in one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.clip import ClipCounts
from sora_studio.domain.events import PauseChanged, TransferProgressed
from sora_studio.domain.task import Task, TaskSection
from sora_studio.viewmodels.starter import Starter
from sora_studio.viewmodels.tasks.task_list import TaskListModel

if TYPE_CHECKING:
    from sora_studio.viewmodels.event_bridge import EventBridge
    from sora_studio.viewmodels.tasks.task_services import TaskServices

MOST_CHANGED = 5_000
"""With more changed tasks than this, reload the whole list: it takes no longer, and leaves nothing stale."""


@dataclass(frozen=True, slots=True)
class TaskUpdate:
    """A change of the list: the changed tasks by id, and the totals from the same snapshot."""

    tasks: Mapping[int, Task]
    review: int
    running: int
    waiting: int
    clips: ClipCounts


class TaskFeed(QObject):
    """Runs one query at a time; changes that arrive meanwhile go into the next one, so the list ends up current.

    Each query reads rows and totals from one snapshot, and `updated` is emitted in the same event-loop turn as the list's
    change, so that other widgets that show these facts are painted together with the list.

    Signals: `loaded()` after each load of the whole list; before the first one, an empty list means nothing.
    `updated(TaskUpdate)` after every change of the list.
    """

    loaded = Signal()
    updated = Signal(object)

    def __init__(self, model: TaskListModel, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._start = model, start
        self._services: TaskServices | None = None
        self._wanted: set[int] = set()
        self._revision = 0
        self._has_changes = False
        self._is_stale = True
        self._is_reading = False
        self._texts_changed = False
        self.watched: int | None = None
        """The id of a task that is also shown elsewhere; `updated` includes it even after a reload of the whole list."""
        model.wanted.connect(self._on_model_wanted)

    def attach(self, services: "TaskServices", relay: "EventBridge") -> None:
        """Connect the services, load the list and follow its changes."""
        self._services = services
        relay.tasks_changed.connect(self._on_tasks_changed)
        relay.transfer_progressed.connect(self._on_transfer_progressed)
        relay.copy_progressed.connect(self._model.take_copy_progress)
        relay.pause_changed.connect(self._on_pause_changed)
        self._model.set_paused(services.send_pause.is_paused)
        self._read()

    def look_at_texts(self) -> None:
        """Read again which of the loaded tasks are stale: a draft has been written on."""
        self._texts_changed = True
        self._read()

    def _read(self) -> None:
        if self._services is not None and not self._is_reading:
            self._is_reading = True
            self._start(self._read_all(self._services), name="Read the task list")

    async def _read_all(self, services: "TaskServices") -> None:
        try:
            while self._is_stale or self._has_changes or self._wanted or self._texts_changed:
                await self._read_next(services)
        except Exception:
            self._is_stale = True  # the failed read must not lose changes: reload everything at the next one
            raise
        finally:
            self._is_reading = False

    async def _read_next(self, services: "TaskServices") -> None:
        if self._is_stale:
            await self._read_whole_list(services)
        elif self._has_changes:
            await self._read_changes(services)
        elif self._wanted:
            wanted, self._wanted = self._wanted, set()
            self._model.take_page(await services.tasks.get_many(sorted(wanted)))
            await self._read_stale(sorted(wanted), services)
        else:
            self._texts_changed = False
            await self._read_stale(self._model.loaded, services)

    async def _read_whole_list(self, services: "TaskServices") -> None:
        self._is_stale = self._has_changes = False
        survey = await services.tasks.survey()
        self._revision = survey.revision
        watched = await services.tasks.get_many([self.watched]) if self.watched is not None else []
        self._model.load(
            survey.index, services.profiles, services.gateway_name, usual_time=services.estimates.usual_time, ranks=survey.ranks
        )
        self._tell({task.id: task for task in watched}, survey.clips)
        self.loaded.emit()

    async def _read_changes(self, services: "TaskServices") -> None:
        self._has_changes = False
        changes = await services.tasks.changes(self._revision, most=MOST_CHANGED)
        self._revision = changes.revision
        if len(changes.ids) > MOST_CHANGED:
            self._is_stale = True
            return
        self._model.take_changes(changes.ids, changes.tasks)
        self._tell({task.id: task for task in changes.tasks}, changes.clips)
        await self._read_stale(changes.ids, services)

    async def _read_stale(self, tasks: Sequence[int], services: "TaskServices") -> None:
        self._model.take_stale(tasks, await services.library_queries.stale(tasks))

    def _tell(self, tasks: Mapping[int, Task], clips: ClipCounts) -> None:
        count = self._model.count
        review, running, waiting = count(TaskSection.REVIEW), count(TaskSection.RUNNING), count(TaskSection.WAITING)
        self.updated.emit(TaskUpdate(tasks, review, running, waiting, clips))

    def _on_model_wanted(self, tasks: frozenset[int]) -> None:
        self._wanted |= tasks
        self._read()

    def _on_tasks_changed(self) -> None:
        self._has_changes = True
        self._read()

    def _on_pause_changed(self, event: PauseChanged) -> None:
        self._model.set_paused(event.paused)

    def _on_transfer_progressed(self, report: TransferProgressed) -> None:
        self._model.take_progress((report,))
