"""When a task's status is asked for, and how long to hold back after trouble. Pure: times in, times out."""

import random
from datetime import datetime, timedelta

from sora_studio.domain.profile import PollPlan

BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 60.0


def first_poll_at(accepted_at: datetime, plan: PollPlan) -> datetime:
    """The service asks for patience before the first question."""
    return accepted_at + timedelta(seconds=plan.first_after_s)


def next_poll_at(asked_at: datetime, plan: PollPlan) -> datetime:
    """The next question, counted from the last one's answer, so that a slow answer never bunches them."""
    return asked_at + timedelta(seconds=plan.every_s)


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
