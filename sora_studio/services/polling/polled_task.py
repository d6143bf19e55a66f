"""A running task as this process polls it: its schedule, and what was learned so far."""

from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.schedule import hint_due_at, planned_polls
from sora_studio.domain.task import TaskState

NEVER_YET, NOT_PLANNED = float("-inf"), float("inf")
RECHECKS = 6
"""Polls at the model's base interval after a report that the status contradicts, as the status may lag by some seconds.

Limited, because a forged report must not set a task's pace for long.
"""


@dataclass(slots=True)
class PolledTask:
    """The polling state of one task. Times are elapsed seconds, `_s` are durations in seconds.

    `began` is when the service accepted it; `accepted_at` is the same by the wall clock. `failures` and `linkless` count
    answers in a row since the start. With a `secret` the service has promised a callback: a report is a hint to poll before
    `planned_at`. `fallback_at` is the next poll while no report can arrive.
    """

    task: int
    task_id: str
    state: TaskState
    profile: ModelProfile
    accepted_at: datetime
    began: float
    usual_s: tuple[float, float] | None
    planned_at: float
    polls: int = 0
    misses: int = 0
    failures: int = 0
    linkless: int = 0
    secret: str | None = None
    hinted: bool = False
    hinted_at: float = NEVER_YET
    """When a poll last followed a hint."""
    spent: bool = False
    """A report came although the task is unfinished: there may be no further one."""
    rechecks: int = 0
    """How many more polls use the base interval, whatever the task's age, because a report came."""
    fallback_at: float = NOT_PLANNED
    followed_from_s: float = 0.0
    """Its age when this process began to poll it."""
    asked: int = 0
    lasted_s: float = 0.0
    """Its age when the service ended it."""

    def due_at(self, now: float) -> float:
        """Return when the next poll is due."""
        due = min(self.planned_at, self.fallback_at)
        return min(due, hint_due_at(now, self.hinted_at, self.profile.poll)) if self.hinted else due

    def begin_question(self, now: float) -> None:
        """Record that a poll starts. It answers every report that arrived before it."""
        self.asked += 1
        self.fallback_at = NOT_PLANNED
        self.rechecks = max(0, self.rechecks - 1)
        if self.hinted:
            self.hinted, self.hinted_at, self.spent = False, now, True
            self.rechecks = RECHECKS

    def polls_saved(self, speed: float) -> int:
        """Return how many fewer polls a finished task took than without reports."""
        if self.secret is None:
            return 0
        planned = planned_polls(self.followed_from_s, self.lasted_s, self.profile.poll, self.usual_s, speed=speed)
        return planned - self.asked
