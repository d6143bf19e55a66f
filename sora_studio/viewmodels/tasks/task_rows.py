"""Which task stands in which row of the live list, and the smallest edits when tasks come, go or change their section. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import groupby

from sora_studio.domain.task import TaskSection

MOST_EDITS = 48
"""Above this many separate edits one reset is cheaper for a view: each edit costs it time in proportion to all rows."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """What surrounds every edit: rows `first` to `last` (inclusive) come or go, or nothing can be told from before."""

    inserting: Callable[[int, int], AbstractContextManager[None]]
    removing: Callable[[int, int], AbstractContextManager[None]]
    resetting: Callable[[], AbstractContextManager[None]]


class TaskRows:
    """Section headings and task ids in the order of the list. A section without tasks has no heading.

    Waiting tasks stand oldest first, because that is the order in which they start; all others newest first.
    """

    def __init__(self) -> None:
        self._rows: dict[TaskSection, list[int]] = {section: [] for section in TaskSection}
        self._sections: dict[int, TaskSection] = {}
        self.shown: TaskSection | None = None
        """The only section that is shown; None shows all."""

    def __len__(self) -> int:
        return sum(self._height(section) for section in TaskSection)

    def load(self, index: Iterable[tuple[TaskSection, int]]) -> None:
        """Take over a whole index, in the order that it has within each section."""
        self._rows = {section: [] for section in TaskSection}
        self._sections = {}
        for section, task in index:
            self._rows[section].append(task)
            self._sections[task] = section

    def key_at(self, row: int) -> TaskSection | int | None:
        """The section whose heading stands there, or the id of the task; None outside the rows."""
        for section in TaskSection:
            height = self._height(section)
            if 0 <= row < height:
                return self._rows[section][row - 1] if row else section
            row -= height
        return None

    def row_of(self, task: int) -> int | None:
        """Where a task stands; None when it is not in the list, or hidden with its section."""
        section = self._sections.get(task)
        if section is None or not self._is_shown(section):
            return None
        return self._start(section) + 1 + self._place(section, task)

    def rows_of(self, tasks: Iterable[int]) -> list[int]:
        """The rows of those that are shown, ascending."""
        starts = {section: self._start(section) + 1 for section in TaskSection if self._is_shown(section)}
        places = ((self._sections.get(task), task) for task in tasks)
        return sorted(starts[section] + self._place(section, task) for section, task in places if section and section in starts)

    def section_of(self, task: int) -> TaskSection | None:
        """Also of a task whose section is not shown."""
        return self._sections.get(task)

    def tasks(self, section: TaskSection) -> Sequence[int]:
        """The section's ids in their order."""
        return self._rows[section]

    def position(self, task: int) -> int | None:
        """From 1 within the task's section."""
        section = self._sections.get(task)
        return None if section is None else self._place(section, task) + 1

    def headings(self) -> Iterator[tuple[int, TaskSection]]:
        """The rows of the headings that are shown."""
        for section in TaskSection:
            if self._height(section):
                yield self._start(section), section

    def apply(self, changes: Mapping[int, TaskSection | None], announce: Announcements) -> set[TaskSection]:
        """Move tasks to the section that they belong to now (None: out of the list); returns the sections that changed."""
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
                self._insert(section, _ordered(section, tasks), announce)
            for section, tasks in leaving.items():
                self._remove(section, tasks, announce)
            self._remember(changes)
        return leaving.keys() | coming.keys()

    def _is_shown(self, section: TaskSection) -> bool:
        return self.shown in (None, section)

    def _height(self, section: TaskSection) -> int:
        """Heading included."""
        count = len(self._rows[section])
        return count + 1 if count and self._is_shown(section) else 0

    def _start(self, section: TaskSection) -> int:
        sections = list(TaskSection)
        return sum(self._height(before) for before in sections[: sections.index(section)])

    def _place(self, section: TaskSection, task: int) -> int:
        rows = self._rows[section]
        if section is TaskSection.WAITING:
            return bisect_left(rows, task)
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
            self._rows[section] = _ordered(section, [*kept, *coming.get(section, ())])

    def _remember(self, changes: Mapping[int, TaskSection | None]) -> None:
        for task, section in changes.items():
            if section is None:
                self._sections.pop(task, None)
            else:
                self._sections[task] = section


def _ordered(section: TaskSection, tasks: Iterable[int]) -> list[int]:
    return sorted(tasks, reverse=section is not TaskSection.WAITING)


def runs(places: Sequence[int], *, step: int) -> list[tuple[int, int]]:
    """The first place and the length of every run of ascending places that lie `step` apart."""
    groups = groupby(enumerate(places), key=lambda numbered: numbered[1] - step * numbered[0])
    return [(run[0][1], len(run)) for run in (list(group) for _, group in groups)]
