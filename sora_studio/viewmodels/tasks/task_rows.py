"""Maps the rows of the live list to tasks, and applies changes with the fewest row edits. No Qt."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sora_studio.domain.task import TaskSection

NO_RANKS: Mapping[int, float] = {}
MOST_EDITS = 48
"""With more separate edits than this, reset instead: each edit costs a view time proportional to the number of rows."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """Context managers around each edit: insert or remove rows `first` to `last` (inclusive), or reset the model."""

    inserting: Callable[[int, int], AbstractContextManager[None]]
    removing: Callable[[int, int], AbstractContextManager[None]]
    resetting: Callable[[], AbstractContextManager[None]]


class TaskRows:
    """Section headings and task ids in the order of the list. A section without tasks has no heading.

    Waiting tasks are listed in the order in which they start: by rank, which is the id unless they were moved. All others are
    listed newest first.
    """

    def __init__(self) -> None:
        self._ranks: dict[int, float] = {}
        """Ranks of waiting tasks that were moved."""
        self._rows: dict[TaskSection, list[int]] = {section: [] for section in TaskSection}
        self._sections: dict[int, TaskSection] = {}
        self.shown: TaskSection | None = None
        """The section shown by the filter; None for all."""

    def __len__(self) -> int:
        return sum(self._height(section) for section in TaskSection)

    def load(self, index: Iterable[tuple[TaskSection, int]], ranks: Mapping[int, float] = NO_RANKS) -> None:
        """Replace all rows, keeping the given order within each section. `ranks` are those of moved tasks."""
        self._ranks = dict(ranks)
        self._rows = {section: [] for section in TaskSection}
        self._sections = {}
        for section, places in groupby(index, key=itemgetter(0)):
            tasks = [task for _, task in places]
            self._rows[section] += tasks
            self._sections.update((task, section) for task in tasks)

    def key_at(self, row: int) -> TaskSection | int | None:
        """Return the section of a heading row or the task id of a card row; None outside the list."""
        for section in TaskSection:
            height = self._height(section)
            if 0 <= row < height:
                return self._rows[section][row - 1] if row else section
            row -= height
        return None

    def tasks_between(self, first: int, last: int) -> list[int]:
        """Return the tasks of the cards from row `first` to `last`, inclusive, in order."""
        found, begin = list[int](), 0
        for section in TaskSection:
            height = self._height(section)
            if height:
                found += self._rows[section][max(0, first - begin - 1) : max(0, last - begin)]
            begin += height
        return found

    def row_of(self, task: int) -> int | None:
        """Return the row of a task; None if it is not in the list or its section is hidden."""
        section = self._sections.get(task)
        if section is None or not self._is_shown(section):
            return None
        return self._start(section) + 1 + self._place(section, task)

    def rows_of(self, tasks: Iterable[int]) -> list[int]:
        """Return the rows of those tasks that are shown, ascending."""
        starts = {section: self._start(section) + 1 for section in TaskSection if self._is_shown(section)}
        places = ((self._sections.get(task), task) for task in tasks)
        return sorted(starts[section] + self._place(section, task) for section, task in places if section and section in starts)

    def section_of(self, task: int) -> TaskSection | None:
        """Return the section of a task, even a hidden one; None if it is not in the list."""
        return self._sections.get(task)

    def tasks(self, section: TaskSection) -> Sequence[int]:
        """Return the section's task ids in list order."""
        return self._rows[section]

    def position(self, task: int) -> int | None:
        """Return the task's place in its section, from 1."""
        section = self._sections.get(task)
        return None if section is None else self._place(section, task) + 1

    def headings(self) -> Iterator[tuple[int, TaskSection]]:
        """Yield the row and section of each visible heading."""
        for section in TaskSection:
            if self._height(section):
                yield self._start(section), section

    def apply(
        self, changes: Mapping[int, TaskSection | None], announce: Announcements, ranks: Mapping[int, float] = NO_RANKS
    ) -> set[TaskSection]:
        """Move tasks to their new sections (None removes them), and waiting ones to their new places by `ranks`.

        Return the sections that changed.
        """
        reordered = self._reorder(
            [task for task, after in changes.items() if self._is_moved(task, after, ranks)], ranks, announce
        )
        self._ranks |= {task: rank for task, rank in ranks.items() if changes.get(task) is TaskSection.WAITING and rank != task}
        leaving: dict[TaskSection, list[int]] = {}
        coming: dict[TaskSection, list[int]] = {}
        for task, after in changes.items():
            before = self._sections.get(task)
            if before is not after:
                if before is not None:
                    leaving.setdefault(before, []).append(task)
                if after is not None:
                    coming.setdefault(after, []).append(task)
        if self._edits(coming, step=0) + self._edits(leaving, step=1) > MOST_EDITS:
            with announce.resetting():
                self._rebuild(leaving, coming)
                self._remember(changes)
        else:
            for section, tasks in coming.items():
                self._insert(section, self._ordered(section, tasks), announce)
            for section, tasks in leaving.items():
                self._remove(section, tasks, announce)
            self._remember(changes)
        for task, after in changes.items():
            if after is not TaskSection.WAITING:
                self._ranks.pop(task, None)
        return leaving.keys() | coming.keys() | ({TaskSection.WAITING} if reordered else set())

    def _is_moved(self, task: int, after: TaskSection | None, ranks: Mapping[int, float]) -> bool:
        """Return whether the task waits, as before, and has another rank."""
        stays = after is TaskSection.WAITING and self._sections.get(task) is TaskSection.WAITING
        return stays and ranks.get(task, task) != self._ranks.get(task, task)

    def _reorder(self, tasks: list[int], ranks: Mapping[int, float], announce: Announcements) -> bool:
        """Give waiting tasks their new ranks; return whether that has changed the order."""
        if not tasks:
            return False
        moved, rows = set(tasks), self._rows[TaskSection.WAITING]
        before, staying = list(rows), [task for task in rows if task not in moved]
        new_ranks = self._ranks | {task: ranks[task] for task in tasks}
        after = sorted(before, key=lambda task: (new_ranks.get(task, task), task))
        if after == before:
            self._ranks = new_ranks
            return False
        if len(tasks) > MOST_EDITS or not staying:
            with announce.resetting():
                self._ranks, self._rows[TaskSection.WAITING] = new_ranks, after
            return True
        self._remove(TaskSection.WAITING, tasks, announce)
        self._ranks = new_ranks
        for task in sorted(tasks, key=self._order_of):
            self._insert(TaskSection.WAITING, [task], announce)
        return True

    def _order_of(self, task: int) -> tuple[float, int]:
        return self._ranks.get(task, task), task

    def _is_shown(self, section: TaskSection) -> bool:
        return self.shown in (None, section)

    def _height(self, section: TaskSection) -> int:
        """Return the number of visible rows of a section, heading included."""
        count = len(self._rows[section])
        return count + 1 if count and self._is_shown(section) else 0

    def _start(self, section: TaskSection) -> int:
        sections = list(TaskSection)
        return sum(self._height(before) for before in sections[: sections.index(section)])

    def _place(self, section: TaskSection, task: int) -> int:
        rows = self._rows[section]
        if section is TaskSection.WAITING:
            return bisect_left(rows, self._order_of(task), key=self._order_of)
        return bisect_left(rows, -task, key=lambda other: -other)

    def _places(self, section: TaskSection, tasks: Iterable[int]) -> list[int]:
        return sorted(self._place(section, task) for task in tasks)

    def _edits(self, moved: Mapping[TaskSection, list[int]], *, step: int) -> int:
        return sum(len(runs(self._places(section, tasks), step=step)) for section, tasks in moved.items())

    def _insert(self, section: TaskSection, tasks: list[int], announce: Announcements) -> None:
        rows, done = self._rows[section], 0
        for place, count in runs(self._places(section, tasks), step=0):
            first = place + done
            with self._told(announce.inserting, section, first, count, heading=not rows):
                rows[first:first] = tasks[done : done + count]
            done += count

    def _remove(self, section: TaskSection, tasks: list[int], announce: Announcements) -> None:
        rows = self._rows[section]
        for place, count in reversed(runs(self._places(section, tasks), step=1)):
            with self._told(announce.removing, section, place, count, heading=count == len(rows)):
                del rows[place : place + count]

    def _told(
        self,
        edit: Callable[[int, int], AbstractContextManager[None]],
        section: TaskSection,
        place: int,
        count: int,
        *,
        heading: bool,
    ) -> AbstractContextManager[None]:
        if not self._is_shown(section):
            return nullcontext()
        start = self._start(section)
        return edit(start if heading else start + 1 + place, start + place + count)

    def _rebuild(self, leaving: Mapping[TaskSection, list[int]], coming: Mapping[TaskSection, list[int]]) -> None:
        for section in leaving.keys() | coming.keys():
            gone = set(leaving.get(section, ()))
            kept = [task for task in self._rows[section] if task not in gone]
            self._rows[section] = self._ordered(section, [*kept, *coming.get(section, ())])

    def _ordered(self, section: TaskSection, tasks: Iterable[int]) -> list[int]:
        return sorted(tasks, key=self._order_of) if section is TaskSection.WAITING else sorted(tasks, reverse=True)

    def _remember(self, changes: Mapping[int, TaskSection | None]) -> None:
        for task, section in changes.items():
            if section is None:
                self._sections.pop(task, None)
            else:
                self._sections[task] = section


def runs(places: Sequence[int], *, step: int) -> list[tuple[int, int]]:
    """Return the start and length of each run in `places` (ascending) whose values are `step` apart."""
    groups = groupby(enumerate(places), key=lambda numbered: numbered[1] - step * numbered[0])
    return [(run[0][1], len(run)) for run in (list(group) for _, group in groups)]
