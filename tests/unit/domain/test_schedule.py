"""When questions are due: patient at first, steady while a task takes what it usually takes, and ever thinner after that."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.models.profile import PollPlan
from sora_studio.domain.schedule import (
    LOST_AFTER_S,
    error_wait_s,
    hint_due_at,
    is_lost,
    miss_wait_s,
    plan_for,
    planned_polls,
    poll_wait_s,
    safety_wait_s,
)
from tests.doubles.models import model

PLAN, USUAL_S = PollPlan(180, 10), (180.0, 300.0)
speeds = st.sampled_from([1.0, 30.0, 400.0])


@pytest.mark.parametrize(
    ("age_s", "wait_s"), [(0, 10), (301, 10), (599.9, 10), (600, 60), (3599.9, 60), (3600, 600), (86_400 * 30, 600)]
)
def test_polls_thin_out_as_a_task_takes_longer_than_usual(age_s: float, wait_s: float) -> None:
    assert poll_wait_s(age_s, PLAN, USUAL_S, 1.0) == wait_s


def test_on_a_faster_service_they_thin_out_as_much_sooner() -> None:
    plan, usual_s = PollPlan(180 / 30, 10 / 30), (180 / 30, 300 / 30)
    waits = [poll_wait_s(age_s / 30, plan, usual_s, 30.0) * 30 for age_s in (0, 599, 601, 3599, 3601)]
    assert waits == pytest.approx([10, 10, 60, 60, 600])


def test_without_a_usual_time_only_the_hour_counts() -> None:
    assert [poll_wait_s(age_s, PLAN, None, 1.0) for age_s in (3599, 3600)] == [10, 600]


def test_what_usually_takes_hours_is_not_asked_for_seldom_before_that() -> None:
    assert [poll_wait_s(age_s, PLAN, (3600, 7200), 1.0) for age_s in (3600, 14_399, 14_400)] == [10, 10, 600]


@given(every_s=st.floats(1, 2000), age_s=st.floats(0, 1e7), speed=speeds)
def test_no_wait_is_ever_shorter_than_the_plan(every_s: float, age_s: float, speed: float) -> None:
    plan = PollPlan(180, every_s)
    assert poll_wait_s(age_s, plan, USUAL_S, speed) >= every_s
    assert miss_wait_s(1 + int(age_s) % 50, plan, speed) >= every_s
    assert error_wait_s(int(age_s) % 50, plan, random.Random(1)) >= every_s


@given(speed=speeds)
def test_a_task_is_lost_after_an_hour_of_life_and_not_before(speed: float) -> None:
    plan = PollPlan(180 / speed, 10 / speed)
    misses = next(misses for misses in range(1, 1000) if is_lost(misses, plan, speed))
    spans_s = [sum(miss_wait_s(miss, plan, speed) for miss in range(1, until)) for until in (misses - 1, misses)]
    assert spans_s[0] < LOST_AFTER_S / speed <= spans_s[1]


@pytest.mark.parametrize(("age_s", "wait_s"), [(0, 60), (181, 60), (599.9, 60), (600, 60), (3600, 600)])
def test_a_task_that_is_reported_is_asked_for_once_a_minute(age_s: float, wait_s: float) -> None:
    assert safety_wait_s(age_s, PLAN, USUAL_S, 1.0) == wait_s


@given(age_s=st.floats(0, 1e6), every_s=st.floats(1, 2000), speed=speeds)
def test_the_safety_net_is_never_tighter_than_the_plan(age_s: float, every_s: float, speed: float) -> None:
    plan = PollPlan(180, every_s)
    assert safety_wait_s(age_s, plan, USUAL_S, speed) >= max(60 / speed, poll_wait_s(age_s, plan, USUAL_S, speed))


@pytest.mark.parametrize(
    ("began_s", "ended_s", "polls"),
    [
        (0, 0, 1),  # the plan would have looked at 180 s
        (0, 180, 1),
        (0, 181, 2),  # 180, 190
        (0, 240, 7),
        (235, 240, 2),  # followed since a restart: 235, 245
        (240, 240, 1),
        (0, 600, 43),
        (0, 601, 44),  # from then on once a minute
    ],
)
def test_what_the_plan_alone_would_have_asked(began_s: float, ended_s: float, polls: int) -> None:
    assert planned_polls(began_s, ended_s, PLAN, USUAL_S, speed=1.0) == polls


@given(ended_s=st.floats(0, 5e4), longer_s=st.floats(0, 5e4), began_s=st.floats(0, 5e4), speed=speeds)
def test_a_longer_task_needs_no_fewer_polls_and_one_followed_later_no_more(
    ended_s: float, longer_s: float, began_s: float, speed: float
) -> None:
    plan = PollPlan(180 / speed, 10 / speed)

    def polls(began_s: float, ended_s: float) -> int:
        return planned_polls(began_s / speed, ended_s / speed, plan, (180 / speed, 300 / speed), speed=speed)

    assert 1 <= polls(0, ended_s) <= polls(0, ended_s + longer_s)
    assert polls(began_s, ended_s) <= polls(0, ended_s) + 1  # it begins with a look of its own


@given(times=st.lists(st.floats(0, 300), min_size=1, max_size=40).map(sorted), every_s=st.floats(1, 60))
def test_however_many_reports_come_none_is_dropped_and_questions_keep_apart(times: list[float], every_s: float) -> None:
    plan, asked = PollPlan(180, every_s), [float("-inf")]
    for time in times:
        if asked[-1] < time:  # else the question that is already due answers this report too
            asked.append(hint_due_at(time, asked[-1], plan))
    assert all(later - earlier >= every_s * (1 - 1e-9) for earlier, later in itertools.pairwise(asked[1:]))
    assert all(any(time <= question <= time + every_s for question in asked) for time in times)


@given(least_s=st.floats(0.01, 1e5), speed=speeds, states_poll=st.booleans(), measured=st.sampled_from([0, 5, 200]))
def test_a_learned_first_poll_is_never_too_early_or_too_late(
    least_s: float, speed: float, states_poll: bool, measured: int
) -> None:
    profile = replace(model("text").faster(speed), states_poll=states_poll)
    time = TimeEstimate(usual_s=2 * least_s, least_s=least_s, most_s=3 * least_s, measured=measured)
    plan = plan_for(profile, time, speed=speed)
    assert plan.every_s == profile.poll.every_s == pytest.approx(10 / speed)
    if states_poll or not measured:
        assert plan == profile.poll == plan_for(profile, None, speed=speed)
        return
    assert plan.every_s <= plan.first_after_s <= 180 / speed
    assert plan.first_after_s < least_s or plan.first_after_s == plan.every_s
