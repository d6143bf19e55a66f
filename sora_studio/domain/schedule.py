"""When to poll a task's status, and how long to back off after errors. Pure: times in, times out."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.models.profile import ModelProfile, PollPlan

BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 60.0
LEARNED_FIRST_POLL_CAP_S = 180.0
"""No model asks for a longer first wait, and a task that fails ends long before a clip is usually done."""
_EARLIER = 0.8
"""Without a time of completion from the service, no time is measured as shorter than the wait before the first poll. Only a
shorter wait notices that a model has become quicker.
"""


def plan_for(profile: ModelProfile, time: TimeEstimate | None, *, speed: float) -> PollPlan:
    """Return when to poll a task with this expected time: as the profile states, else as measured times suggest.

    The first poll then comes a fifth before the time that 95 % of the tasks take at least: no sooner than polls follow one
    another, and no later than the cap.
    """
    plan = profile.poll
    if profile.states_poll or time is None or not time.measured:
        return plan
    first_after_s = min(time.least_s * _EARLIER, LEARNED_FIRST_POLL_CAP_S / speed)
    return replace(plan, first_after_s=max(first_after_s, plan.every_s))


def first_poll_at(accepted_at: datetime, plan: PollPlan) -> datetime:
    """Return the time of the first poll: the service asks clients to wait before it."""
    return accepted_at + timedelta(seconds=plan.first_after_s)


SLOW_EVERY_S, VERY_SLOW_EVERY_S = 60.0, 600.0
VERY_SLOW_AFTER_S = 3600.0


def poll_wait_s(age_s: float, plan: PollPlan, usual_s: tuple[float, float] | None, speed: float) -> float:
    """Return the wait until the next poll, counted from the last answer, so that a slow answer never bunches polls.

    `age_s` since the service accepted the task, `usual_s` its shortest and longest usual time. A task that takes more than
    twice as long is polled every minute, and after an hour every ten; polling never stops.
    """
    slow_after_s = 2 * usual_s[1] if usual_s else VERY_SLOW_AFTER_S / speed
    if age_s >= max(slow_after_s, VERY_SLOW_AFTER_S / speed):
        return max(plan.every_s, VERY_SLOW_EVERY_S / speed)
    if age_s >= slow_after_s:
        return max(plan.every_s, SLOW_EVERY_S / speed)
    return plan.every_s


def safety_wait_s(age_s: float, plan: PollPlan, usual_s: tuple[float, float] | None, speed: float) -> float:
    """Return the wait for a task with a callback: once a minute in case the callback is lost."""
    return max(SLOW_EVERY_S / speed, poll_wait_s(age_s, plan, usual_s, speed))


def planned_polls(began_s: float, ended_s: float, plan: PollPlan, usual_s: tuple[float, float] | None, *, speed: float) -> int:
    """Return how many polls the plan alone would have made of a task that ended at the age `ended_s`, including the one that
    finds the end, when it was polled from the age `began_s` on.
    """
    polls, age_s = 1, max(began_s, plan.first_after_s)
    while age_s < ended_s:
        age_s += poll_wait_s(age_s, plan, usual_s, speed)
        polls += 1
    return polls


def reported_within_s(plan: PollPlan) -> float:
    """Return the age by which a callback usually arrives: usual tasks end within twice the first wait (6 minutes
    and 3, by the service's figures), and an undelivered callback is repeated within as long again.
    """
    return max(30.0, 4 * plan.first_after_s)


def hint_due_at(now: float, last_hinted: float, plan: PollPlan) -> float:
    """Return when a callback that came now may trigger a poll: at once, but no more often than the plan allows."""
    return max(now, last_hinted + plan.every_s)


def backoff_s(attempt: int, rng: random.Random) -> float:
    """Return the wait before try `attempt` + 1 (from 0): doubling from 0.5 s up to 60 s, half of it jitter.

    Jitter keeps many tasks, or many programs, from retrying in step.
    """
    full = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(attempt, 16))
    return full * rng.uniform(0.5, 1.0)


LOST_AFTER_S = 3600.0
"""How long the service must keep answering that it does not know a task before the task counts as lost."""


def error_wait_s(attempt: int, plan: PollPlan, rng: random.Random) -> float:
    """Return the wait after failed poll `attempt` (from 0): never shorter than the plan's, doubling up to six of them."""
    return plan.every_s * min(6.0, 2.0**attempt) * rng.uniform(1.0, 1.5)


def miss_wait_s(misses: int, plan: PollPlan, speed: float) -> float:
    """Return the wait after the `misses`-th answer in a row (from 1) that the task is unknown: doubling up to 5 minutes."""
    return max(plan.every_s, min(LOST_AFTER_S / speed / 12, plan.every_s * 2.0 ** min(misses - 1, 16)))


def is_lost(misses: int, plan: PollPlan, speed: float) -> bool:
    """Return whether this many such answers in a row span the hour."""
    return sum(miss_wait_s(miss, plan, speed) for miss in range(1, misses)) >= LOST_AFTER_S / speed
