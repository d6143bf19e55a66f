"""Due times: nobody is early, nobody is forgotten, whatever the clock does."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sora_studio.services.polling.poll_schedule import PollSchedule

BEGIN = 1000.0
offsets_s = st.integers(min_value=-500, max_value=500)
plans = st.dictionaries(st.integers(min_value=1, max_value=30), offsets_s, max_size=30)


def planned(waits_s: dict[int, int]) -> PollSchedule:
    schedule = PollSchedule()
    for task, wait_s in waits_s.items():
        schedule.put(task, BEGIN + 86_400)  # planned twice: only the last one counts
        schedule.put(task, BEGIN + wait_s)
    return schedule


def picked(schedule: PollSchedule, at_s: float) -> list[int]:
    tasks = list[int]()
    while (task := schedule.pick(BEGIN + at_s)) is not None:
        tasks.append(task)
    return tasks


@given(plans, offsets_s)
def test_exactly_what_is_due_is_picked_in_its_order(waits_s: dict[int, int], at_s: int) -> None:
    due = sorted((wait_s, task) for task, wait_s in waits_s.items() if wait_s <= at_s)

    assert picked(planned(waits_s), at_s) == [task for _, task in due]


@given(plans, st.floats(min_value=0.1, max_value=60))
def test_spreading_touches_the_overdue_only_and_loses_none(waits_s: dict[int, int], window_s: float) -> None:
    schedule = planned(waits_s)
    schedule.spread(BEGIN, window_s, random.Random(1))

    for task, wait_s in waits_s.items():
        due = schedule.due_at(task)
        assert due is not None
        after_s = due - BEGIN
        assert after_s == wait_s if wait_s > 0 else 0 <= after_s <= window_s
    assert set(picked(schedule, 1000)) == set(waits_s)


def test_those_on_the_screen_go_first_and_what_was_dropped_never_comes() -> None:
    schedule = planned({1: -3, 2: -2, 3: -1})
    schedule.drop(2)

    assert schedule.pick(BEGIN, first=[2, 3]) == 3
    assert schedule.pick(BEGIN, first=[2, 3]) == 1
    assert schedule.pick(BEGIN) is None
