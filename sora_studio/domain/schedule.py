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
