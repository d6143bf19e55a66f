"""A task that is asked for, as this process knows it: what it waits for, and what was learned of it so far."""

from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.schedule import hint_due_at, planned_polls
from sora_studio.domain.task import TaskState

NEVER_YET, NOT_PLANNED = float("-inf"), float("inf")
RECHECKS = 6
"""Questions at the plan's pace after a report that the status contradicts: the status may lag by some seconds. Limited, because
a forged report must not set a task's pace for long.
"""


@dataclass(slots=True)
class PolledTask:
    """`failures` and `linkless` count answers in a row since the start. Plain numbers are elapsed seconds, `_s` are spans.

    `began` is when the service accepted it; `accepted_at` is the same on the wall. With a `secret` the service has
    promised to report its end: a report is a hint to ask before `planned_at`. `fallback_at` is the plan while none can arrive.
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
    """When a question last followed a hint."""
    spent: bool = False
    """A report came and found it unfinished: perhaps no other comes."""
    rechecks: int = 0
    """How many more questions go at the plan's pace, whatever the task's age, because a report came."""
    fallback_at: float = NOT_PLANNED
    followed_from_s: float = 0.0
    """Its age when this process began to follow it."""
    asked: int = 0
    lasted_s: float = 0.0
    """Its age when the service ended it."""

    def due_at(self, now: float) -> float:
        """When the next question is due."""
        due = min(self.planned_at, self.fallback_at)
        return min(due, hint_due_at(now, self.hinted_at, self.profile.poll)) if self.hinted else due

    def begin_question(self, now: float) -> None:
        """Whatever was reported before a question is answered by it."""
        self.asked += 1
        self.fallback_at = NOT_PLANNED
        self.rechecks = max(0, self.rechecks - 1)
        if self.hinted:
            self.hinted, self.hinted_at, self.spent = False, now, True
            self.rechecks = RECHECKS

    def polls_saved(self, speed: float) -> int:
        """Of one that is over: how many questions fewer it took than the plan alone would have asked."""
        if self.secret is None:
            return 0
        planned = planned_polls(self.followed_from_s, self.lasted_s, self.profile.poll, self.usual_s, speed=speed)
        return planned - self.asked
