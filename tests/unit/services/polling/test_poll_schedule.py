"""Due times: nobody is early, nobody is forgotten, whatever the clock does."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sora_studio.services.agenda import Agenda

BEGIN = 1000.0
offsets_s = st.integers(min_value=-500, max_value=500)
plans = st.dictionaries(st.integers(min_value=1, max_value=30), offsets_s, max_size=30)


def planned(waits_s: dict[int, int]) -> Agenda:
    agenda = Agenda()
    for task, wait_s in waits_s.items():
        agenda.put(task, BEGIN + 86_400)  # planned twice: only the last one counts
        agenda.put(task, BEGIN + wait_s)
    return agenda


def picked(agenda: Agenda, at_s: float) -> list[int]:
    tasks = list[int]()
    while (task := agenda.pick(BEGIN + at_s)) is not None:
        tasks.append(task)
    return tasks


@given(plans, offsets_s)
def test_exactly_what_is_due_is_picked_in_its_order(waits_s: dict[int, int], at_s: int) -> None:
    due = sorted((wait_s, task) for task, wait_s in waits_s.items() if wait_s <= at_s)

    assert picked(planned(waits_s), at_s) == [task for _, task in due]


@given(plans, st.floats(min_value=0.1, max_value=60))
def test_spreading_touches_the_overdue_only_and_loses_none(waits_s: dict[int, int], window_s: float) -> None:
    agenda = planned(waits_s)
    agenda.spread(BEGIN, window_s, random.Random(1))

    for task, wait_s in waits_s.items():
        due = agenda.due_at(task)
        assert due is not None
        after_s = due - BEGIN
        assert after_s == wait_s if wait_s > 0 else 0 <= after_s <= window_s
    assert set(picked(agenda, 1000)) == set(waits_s)


def test_those_on_the_screen_go_first_and_what_was_dropped_never_comes() -> None:
    agenda = planned({1: -3, 2: -2, 3: -1})
    agenda.drop(2)

    assert agenda.pick(BEGIN, first=[2, 3]) == 3
    assert agenda.pick(BEGIN, first=[2, 3]) == 1
    assert agenda.pick(BEGIN) is None
