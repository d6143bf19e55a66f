"""Rows of the live list against a plain model, over any history of changes."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.task import TaskSection
from sora_studio.viewmodels.tasks.task_rows import MOST_EDITS, Announcements, TaskRows, runs

Key = TaskSection | int | None
CHANGES = st.lists(st.dictionaries(st.integers(1, 30), st.sampled_from([*TaskSection, None]), max_size=12), max_size=12)


class Mirror:
    """Keeps a list of keys in step by nothing but the announced edits, as a view does."""

    def __init__(self, rows: TaskRows) -> None:
        self.rows = rows
        self.keys: list[Key] = self.read()
        self.edits: list[tuple[str, int, int]] = []
        self.announcements = Announcements(self.inserting, self.removing, self.resetting)

    def read(self) -> list[Key]:
        return [self.rows.key_at(row) for row in range(len(self.rows))]

    @contextmanager
    def inserting(self, first: int, last: int) -> Iterator[None]:
        yield
        assert 0 <= first <= last
        self.keys[first:first] = self.read()[first : last + 1]
        assert self.keys == self.read()
        self.edits.append(("insert", first, last))

    @contextmanager
    def removing(self, first: int, last: int) -> Iterator[None]:
        yield
        assert 0 <= first <= last < len(self.keys)
        del self.keys[first : last + 1]
        assert self.keys == self.read()
        self.edits.append(("remove", first, last))

    @contextmanager
    def resetting(self) -> Iterator[None]:
        yield
        self.keys = self.read()
        self.edits.append(("reset", 0, 0))


def expected(places: dict[int, TaskSection], shown: TaskSection | None) -> list[Key]:
    keys = list[Key]()
    for section in TaskSection:
        tasks = sorted((task for task, place in places.items() if place is section), reverse=section is not TaskSection.WAITING)
        if tasks and shown in (None, section):
            keys += [section, *tasks]
    return keys


@given(CHANGES, st.sampled_from([None, *TaskSection]))
def test_any_history_ends_in_the_right_rows(history: list[dict[int, TaskSection | None]], shown: TaskSection | None) -> None:
    rows, places = TaskRows(), dict[int, TaskSection]()
    rows.shown = shown
    mirror = Mirror(rows)
    for changes in history:
        rows.apply(changes, mirror.announcements)
        for task, section in changes.items():
            if section is None:
                places.pop(task, None)
            else:
                places[task] = section
        assert mirror.keys == mirror.read() == expected(places, shown)
        assert all(rows.key_at(row) == task for task in places if (row := rows.row_of(task)) is not None)
        assert {task for task in places if rows.row_of(task) is not None} == {key for key in mirror.keys if type(key) is int}


def loaded(**sections: list[int]) -> tuple[TaskRows, Mirror]:
    rows = TaskRows()
    rows.load((TaskSection(name), task) for name, tasks in sections.items() for task in tasks)
    return rows, Mirror(rows)


def test_a_task_that_finishes_is_one_row_in_and_one_out() -> None:
    rows, mirror = loaded(running=[5, 4, 3], ready=[2, 1])
    rows.apply({4: TaskSection.READY}, mirror.announcements)
    assert mirror.edits == [("insert", 5, 5), ("remove", 2, 2)]


def test_neighbours_come_and_go_together() -> None:
    rows, mirror = loaded(running=[5, 4, 3, 2], ready=[1])
    rows.apply(
        dict.fromkeys((4, 3, 2), TaskSection.READY) | {9: TaskSection.RUNNING, 8: TaskSection.RUNNING}, mirror.announcements
    )
    assert mirror.edits == [("insert", 6, 8), ("insert", 1, 2), ("remove", 4, 6)]


def test_the_last_of_a_section_takes_its_heading_along() -> None:
    rows, mirror = loaded(running=[2], ready=[1])
    rows.apply({2: None}, mirror.announcements)
    assert mirror.edits == [("remove", 0, 1)]


def test_many_scattered_changes_are_one_reset() -> None:
    rows, mirror = loaded(running=list(range(4 * MOST_EDITS, 0, -1)))
    rows.apply(dict.fromkeys(range(1, 4 * MOST_EDITS, 2), TaskSection.READY), mirror.announcements)
    assert mirror.edits == [("reset", 0, 0)]


def test_a_change_within_the_section_moves_nothing() -> None:
    rows, mirror = loaded(running=[3, 2, 1])
    assert rows.apply({2: TaskSection.RUNNING}, mirror.announcements) == set()
    assert mirror.edits == []


def test_the_place_in_line_counts_from_one() -> None:
    rows, _ = loaded(waiting=[4, 7, 9])
    assert [rows.position(task) for task in (4, 7, 9)] == [1, 2, 3]
    assert rows.position(5) is None


@pytest.mark.parametrize(
    ("places", "step", "found"),
    [([], 1, []), ([1, 2, 3, 7], 1, [(1, 3), (7, 1)]), ([4, 4, 5], 0, [(4, 2), (5, 1)])],
)
def test_runs(places: list[int], step: int, found: list[tuple[int, int]]) -> None:
    assert runs(places, step=step) == found
