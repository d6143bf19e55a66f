"""The live task list as a Qt model: rows of headings and task ids, with an LRU cache of the tasks themselves.

The model loads nothing itself: it signals which tasks it needs, and `task_feed` loads them.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QItemSelection, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from sora_studio.domain.events import CopyProgressed, TransferProgressed
from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import SECTIONS, Phase, Task, TaskSection
from sora_studio.viewmodels.tasks.bulk_actions import Selected
from sora_studio.viewmodels.tasks.task_actions import FOLLOWED, can_remove
from sora_studio.viewmodels.tasks.task_rows import MOST_EDITS, NO_RANKS, Announcements, TaskRows, runs
from sora_studio.viewmodels.tasks.task_words import (
    SECTION_TITLES,
    Surroundings,
    section_heading,
    spoken,
    title_of,
)

PAGE_ROWS = 64
"""A screen shows about ten cards, so a page covers a few screens of scrolling."""
KEPT_TASKS = 2_000
_TIMED = frozenset({Phase.PENDING, Phase.PROCESSING})

AnyIndex = QModelIndex | QPersistentModelIndex
UsualTime = Callable[[GenerationRequest, ModelProfile], TimeEstimate | None]


class TaskRole(IntEnum):
    """Data roles of a card; TASK is None until the task is loaded. A heading has neither."""

    TASK = Qt.ItemDataRole.UserRole
    TASK_ID = Qt.ItemDataRole.UserRole + 1


class TaskListModel(QAbstractListModel):
    """Rows of the live list. Card texts come from `task_words`; reading a card whose task is not loaded requests it.

    Signals: `wanted(frozenset[int])` with ids that were read but are not loaded, at most once per event-loop turn;
    `updating()` before and `updated()` after rows are inserted or removed, so that a view can keep its scroll position.
    """

    wanted = Signal(object)
    updating = Signal()
    updated = Signal()

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._profiles: Mapping[str, ModelProfile] = {}
        self._usual_time: UsualTime = GenerationRequest.stated_time
        self._gateway: str | None = None
        self._is_paused = False
        self._rows = TaskRows()
        self._height = 0
        self._tasks: OrderedDict[int, Task] = OrderedDict()
        self._transfers: dict[int, TransferProgressed] = {}
        self._copies: dict[int, CopyProgressed] = {}
        self._wanted: set[int] = set()
        self._out_of_line: set[int] = set()
        self._stale: set[int] = set()
        self._usual: tuple[float, float] | None = None
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._on_asking_timeout)
        self._announcements = Announcements(self._inserting, self._removing, self._resetting)

    # --- loading and updates --------------------------------------------------------------------------------------

    def load(
        self,
        index: Iterable[tuple[TaskSection, int]],
        profiles: Mapping[str, ModelProfile],
        gateway: str | None = None,
        *,
        usual_time: UsualTime = GenerationRequest.stated_time,
        ranks: Mapping[int, float] = NO_RANKS,
    ) -> None:
        """Replace the whole list; `ranks` are those of waiting tasks that were moved.

        `gateway` names the service in use; tasks of another one are marked as such.
        """
        with self._updating(), self._resetting():
            self._profiles, self._gateway, self._usual_time = profiles, gateway, usual_time
            self._rows.load(index, ranks)
            self._tasks.clear()

    def take_page(self, tasks: Iterable[Task]) -> None:
        """Add tasks that were requested with `wanted`."""
        arrived = list(tasks)
        self._wanted -= {task.id for task in arrived}
        self._keep(arrived)
        self._estimate()
        self._tell_changed(task.id for task in arrived)

    def take_changes(self, changed: Iterable[int], tasks: Iterable[Task]) -> None:
        """Update the changed ids to these tasks. Ids without a task, and removed tasks, leave the list."""
        now = {task.id: task for task in tasks if not task.is_put_aside}
        places = {task: SECTIONS[now[task].phase] if task in now else None for task in changed}
        for task in places:
            if task not in now or now[task].phase is not Phase.DOWNLOADING:
                self._transfers.pop(task, None)
            if task not in now or now[task].phase is not Phase.WAITING:
                self._copies.pop(task, None)
            self._tasks.pop(task, None)
        out_of_line = set(self._out_of_line)
        self._out_of_line.difference_update(changed)
        self._keep(now.values())
        with self._updating():
            ranks = {task: row.rank for task, row in now.items() if row.phase is Phase.WAITING}
            touched = self._rows.apply(places, self._announcements, ranks)
        self._estimate()
        self._tell_changed(now)
        if touched:
            self._tell_headings_changed()
        line_changed = out_of_line != self._out_of_line
        if TaskSection.WAITING in touched or line_changed:  # the positions of later tasks have changed
            self._tell_changed(self._rows.tasks(TaskSection.WAITING))

    def take_stale(self, tasks: Sequence[int], stale: Collection[int]) -> None:
        """Note which of these tasks were sent with a text that has moved on since."""
        before = self._stale.intersection(tasks)
        self._stale = self._stale.difference(tasks).union(stale)
        self._tell_changed(before.symmetric_difference(stale))

    @property
    def loaded(self) -> list[int]:
        """The tasks whose texts are known."""
        return list(self._tasks)

    def take_progress(self, reports: Iterable[TransferProgressed]) -> None:
        """Update the progress of transfers."""
        latest = {report.task: report for report in reports}
        self._transfers |= latest
        self._tell_changed(latest)

    def take_copy_progress(self, report: CopyProgressed) -> None:
        """Update the progress of a copy that a waiting task sends."""
        if report.fraction < 1:
            self._copies[report.task] = report
        else:
            self._copies.pop(report.task, None)
        self._tell_changed((report.task,))

    def set_paused(self, is_paused: bool) -> None:
        """Set whether sending is paused, which waiting tasks say."""
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            self._tell_changed(self._rows.tasks(TaskSection.WAITING))

    def show_only(self, section: TaskSection | None) -> None:
        """Filter by section; None shows all."""
        if section is not self._rows.shown:
            with self._updating(), self._resetting():
                self._rows.shown = section

    # --- queries --------------------------------------------------------------------------------------------------

    @property
    def shown(self) -> TaskSection | None:
        """The section shown by the filter; None for all."""
        return self._rows.shown

    def headings(self) -> Iterator[int]:
        """Return the rows that are headings."""
        return (row for row, _ in self._rows.headings())

    def task_at(self, index: AnyIndex) -> Task | None:
        """Return the task of a card, if it is loaded."""
        key = self._rows.key_at(index.row())
        return None if isinstance(key, TaskSection) or key is None else self._tasks.get(key)

    def index_of(self, task: int) -> QModelIndex:
        """Return the index of a task; invalid if it is not shown."""
        row = self._rows.row_of(task)
        return QModelIndex() if row is None else self.index(row)

    def tasks_between(self, first: int, last: int) -> list[int]:
        """Return the tasks of the cards from row `first` to `last`, inclusive, loaded or not."""
        return self._rows.tasks_between(first, last)

    def selection_of(self, tasks: Iterable[int]) -> QItemSelection:
        """Return the rows of these tasks that are shown, as few ranges."""
        selection = QItemSelection()
        for first, count in runs(self._rows.rows_of(tasks), step=1):
            selection.select(self.index(first), self.index(first + count - 1))
        return selection

    def tasks_in(self, section: TaskSection) -> Sequence[int]:
        """Return the tasks of a section in order, shown or not."""
        return self._rows.tasks(section)

    def waiting_place(self, tasks: Collection[int], *, down: bool) -> tuple[bool, int | None]:
        """Return whether waiting tasks can go one place up or down, and which task they then stand before (None: last)."""
        line = self._rows.tasks(TaskSection.WAITING)
        places = [place for place, task in enumerate(line) if task in tasks]
        if not places:
            return False, None
        if not down:
            first = places[0]
            return (True, line[first - 1]) if first else (len(places) <= places[-1], line[0])
        last = places[-1]
        if last + 1 < len(line):
            return True, line[last + 2] if last + 2 < len(line) else None
        return places[0] + len(places) - 1 < last, None

    def place_of(self, tasks: Collection[int], before: int | None) -> tuple[int, int, int]:
        """Return how many of the tasks wait, and the first one's place from 1 of how many, once they are before another one."""
        line = self._rows.tasks(TaskSection.WAITING)
        staying = [task for task in line if task not in tasks]
        place = staying.index(before) if before in staying else len(staying)
        return len(line) - len(staying), place + 1, len(line)

    def selected(self, tasks: Sequence[int]) -> Selected:
        """Return what can be done with these tasks; those that are not loaded count as usual ones of their sections."""
        sections = Counter(section for section in map(self._rows.section_of, tasks) if section)
        loaded = [row for task in tasks if (row := self._tasks.get(task)) is not None]
        held = sum(row.phase is Phase.WAITING and row.held_at is not None for row in loaded)
        known = {row.id for row in loaded}
        hidden = sum(row.phase in FOLLOWED for row in loaded)
        trashed = sum(can_remove(row) for row in loaded) - hidden
        for section in (self._rows.section_of(task) for task in tasks if task not in known):
            hidden += section is TaskSection.RUNNING
            trashed += section not in (None, TaskSection.RUNNING, TaskSection.REVIEW)
        return Selected(sections, held, trashed, hidden)

    def count(self, section: TaskSection) -> int:
        """Return the number of tasks in a section, shown or not."""
        return len(self._rows.tasks(section))

    def first(self, section: TaskSection) -> int | None:
        """Return the id of the first task of a section, if any."""
        return next(iter(self._rows.tasks(section)), None)

    def section_of(self, task: int) -> TaskSection | None:
        """Return the section of a task, if it is in the list."""
        return self._rows.section_of(task)

    def surroundings(self, task: Task) -> Surroundings:
        """Return the current context for the texts about a task."""
        return Surroundings(
            now=self._now(),
            profile=self._profiles.get(task.request.model),
            usual_time=self._usual_time_of(task) if task.phase in _TIMED else None,
            position=self._position(task) if task.phase is Phase.WAITING else None,
            transfer=self._transfers.get(task.id),
            copy=self._copies.get(task.id),
            gateway=self._gateway,
            is_paused=self._is_paused,
            is_stale=task.id in self._stale,
        )

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        """Return the number of headings and cards."""
        return 0 if parent is not None and parent.isValid() else self._height

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Return the flags of a row; only cards can be selected, and only waiting ones dragged to another place in line."""
        key = self._rows.key_at(index.row())
        if not isinstance(key, int):
            return Qt.ItemFlag.NoItemFlags if key is None else Qt.ItemFlag.ItemNeverHasChildren
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        waits = self._rows.section_of(key) is TaskSection.WAITING
        return flags | Qt.ItemFlag.ItemIsDragEnabled if waits else flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return data by `TaskRole`; for display, the prompt or section title; for screen readers, the whole row as text."""
        key = self._rows.key_at(index.row())
        if isinstance(key, TaskSection):
            return self._heading_data(key, role)
        return None if key is None else self._task_data(key, index.row(), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return no headers: rows have no numbers, for screen readers either."""
        del section, orientation, role

    def _heading_data(self, section: TaskSection, role: int) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return SECTION_TITLES[section]
        if role != Qt.ItemDataRole.AccessibleTextRole:
            return None
        usual_s = self._usual if section is TaskSection.RUNNING else None
        return section_heading(section, len(self._rows.tasks(section)), usual_s)

    def _task_data(self, task_id: int, row: int, role: int) -> object:
        if role == TaskRole.TASK_ID:
            return task_id
        if role not in (TaskRole.TASK, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        task = self._tasks.get(task_id)
        if task is None:
            self._want(row)
            return None if role == TaskRole.TASK else "Loading"
        self._tasks.move_to_end(task_id)
        if role == TaskRole.TASK:
            return task
        return title_of(task) if role == Qt.ItemDataRole.DisplayRole else spoken(task, self.surroundings(task))

    def _position(self, task: Task) -> int | None:
        """Return the place from 1 among tasks that wait for the same service, as far as the others are loaded.

        Held tasks have none, and do not count.
        """
        place = self._rows.position(task.id)
        if place is None or task.held_at is not None:
            return None
        return place - sum((self._rows.position(other) or place) < place for other in self._out_of_line)

    # --- internals ------------------------------------------------------------------------------------------------

    def _keep(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._tasks[task.id] = task
            self._tasks.move_to_end(task.id)
            is_elsewhere = self._gateway not in (None, task.gateway)
            if task.phase is Phase.WAITING and (is_elsewhere or task.held_at is not None):
                self._out_of_line.add(task.id)
            else:
                self._out_of_line.discard(task.id)
        while len(self._tasks) > KEPT_TASKS:
            self._tasks.popitem(last=False)

    def _estimate(self) -> None:
        """Update the range of usual times of the running tasks that are loaded."""
        running = (self._tasks.get(task) for task in self._rows.tasks(TaskSection.RUNNING))
        timed = (task for task in running if task and task.phase in _TIMED)
        times = [time.usual_s for task in timed if (time := self._usual_time_of(task))]
        usual = (min(times), max(times)) if times else None
        if usual != self._usual:
            self._usual = usual
            self._tell_headings_changed()

    def _usual_time_of(self, task: Task) -> TimeEstimate | None:
        profile = self._profiles.get(task.request.model)
        return self._usual_time(task.request, profile) if profile else None

    def _want(self, row: int) -> None:
        first = row - row % PAGE_ROWS
        keys = (self._rows.key_at(near) for near in range(first, min(first + PAGE_ROWS, self._height)))
        self._wanted |= {key for key in keys if isinstance(key, int) and key not in self._tasks}
        self._asking.start()

    def _on_asking_timeout(self) -> None:
        wanted, self._wanted = frozenset(self._wanted), set()
        if wanted:
            self.wanted.emit(wanted)

    def _tell_changed(self, tasks: Iterable[int]) -> None:
        rows = self._rows.rows_of(tasks)
        ranges = runs(rows, step=1)
        if len(ranges) > MOST_EDITS:  # a view handles one wide range faster than many narrow ones
            ranges = [(rows[0], rows[-1] - rows[0] + 1)]
        for first, count in ranges:
            self.dataChanged.emit(self.index(first), self.index(first + count - 1))

    def _tell_headings_changed(self) -> None:
        for row in self.headings():
            self.dataChanged.emit(self.index(row), self.index(row))

    @contextmanager
    def _updating(self) -> Generator[None]:
        self.updating.emit()
        yield
        self.updated.emit()

    @contextmanager
    def _inserting(self, first: int, last: int) -> Generator[None]:
        self.beginInsertRows(QModelIndex(), first, last)
        yield
        self._height += last - first + 1
        self.endInsertRows()

    @contextmanager
    def _removing(self, first: int, last: int) -> Generator[None]:
        self.beginRemoveRows(QModelIndex(), first, last)
        yield
        self._height -= last - first + 1
        self.endRemoveRows()

    @contextmanager
    def _resetting(self) -> Generator[None]:
        self.beginResetModel()
        yield
        self._height = len(self._rows)
        self.endResetModel()
