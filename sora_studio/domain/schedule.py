"""When a task's status is asked for, and how long to hold back after trouble. Pure: times in, times out."""

import random
from datetime import datetime, timedelta

from sora_studio.domain.profile import PollPlan

BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 60.0


def first_poll_at(accepted_at: datetime, plan: PollPlan) -> datetime:
    """The service asks for patience before the first question."""
    return accepted_at + timedelta(seconds=plan.first_after_s)


SLOW_EVERY_S, VERY_SLOW_EVERY_S = 60.0, 600.0
VERY_SLOW_AFTER_S = 3600.0


def poll_wait_s(age_s: float, plan: PollPlan, usual_s: tuple[float, float] | None, speed: float) -> float:
    """The wait after an answer that the task goes on, counted from that answer, so that a slow one never bunches questions.

    `age_s` since the service accepted the task, `usual_s` its shortest and longest usual time. A task that takes more than
    twice as long is asked for every minute, and after an hour every ten; it is never given up.
    """
    slow_after_s = 2 * usual_s[1] if usual_s else VERY_SLOW_AFTER_S / speed
    if age_s >= max(slow_after_s, VERY_SLOW_AFTER_S / speed):
        return max(plan.every_s, VERY_SLOW_EVERY_S / speed)
    if age_s >= slow_after_s:
        return max(plan.every_s, SLOW_EVERY_S / speed)
    return plan.every_s


def safety_wait_s(age_s: float, plan: PollPlan, usual_s: tuple[float, float] | None, speed: float) -> float:
    """The same for a task whose end the service reports: once a minute in case the report gets lost."""
    return max(SLOW_EVERY_S / speed, poll_wait_s(age_s, plan, usual_s, speed))


def planned_polls(began_s: float, ended_s: float, plan: PollPlan, usual_s: tuple[float, float] | None, *, speed: float) -> int:
    """How many questions the plan alone would have asked of a task that ended at the age `ended_s`, the one that finds the end
    included, when it was followed from the age `began_s` on.
    """
    polls, age_s = 1, max(began_s, plan.first_after_s)
    while age_s < ended_s:
        age_s += poll_wait_s(age_s, plan, usual_s, speed)
        polls += 1
    return polls


def reported_within_s(plan: PollPlan) -> float:
    """The age by which a task is reported as a rule: usual ones end within twice the wait before the first question (6 minutes
    and 3, by the service's figures), and a report that nobody took comes again within as long once more.
    """
    return max(30.0, 4 * plan.first_after_s)


def hint_due_at(now: float, last_hinted: float, plan: PollPlan) -> float:
    """When a report that came now may be followed by a question: at once, yet no more often than the plan asks."""
    return max(now, last_hinted + plan.every_s)


def backoff_s(attempt: int, rng: random.Random) -> float:
    """The wait before try `attempt` + 1 (from 0): doubling from 0.5 s up to 60 s, of which half is chance.

    The chance keeps many tasks, or many programs, from coming back in step.
    """
    full = min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2 ** min(attempt, 16))
    return full * rng.uniform(0.5, 1.0)


LOST_AFTER_S = 3600.0
"""How long the service must have answered that it does not know a task before the program believes it."""


def error_wait_s(attempt: int, plan: PollPlan, rng: random.Random) -> float:
    """The wait after failed question `attempt` (from 0): never shorter than the plan's, doubling up to six of them."""
    return plan.every_s * min(6.0, 2.0**attempt) * rng.uniform(1.0, 1.5)


def miss_wait_s(misses: int, plan: PollPlan, speed: float) -> float:
    """The wait after the `misses`-th answer in a row (from 1) that did not know the task: doubling up to 5 minutes of life."""
    return max(plan.every_s, min(LOST_AFTER_S / speed / 12, plan.every_s * 2.0 ** min(misses - 1, 16)))


def is_lost(misses: int, plan: PollPlan, speed: float) -> bool:
    """Whether so many such answers in a row span the hour."""
    return sum(miss_wait_s(miss, plan, speed) for miss in range(1, misses)) >= LOST_AFTER_S / speed
