"""A task: one paid request to the service, from its submission by the user until the service ends it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.intent import Parent
from sora_studio.domain.judgement import Verdict
from sora_studio.domain.request import GenerationRequest


class TaskState(StrEnum):
    """Life cycle of a task. Only the service or the user ends one; `cancelled` is possible before sending only."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"

    @property
    def is_running(self) -> bool:
        """Takes one of the service's concurrent slots (an unclear task is counted: it may)."""
        return self in _RUNNING

    @property
    def is_unclear(self) -> bool:
        """Only the service or the user can say what became of it."""
        return self in _UNCLEAR

    @property
    def is_over(self) -> bool:
        """Ended by the service, or never sent. A lost task is not over: the service may know it again."""
        return self in _OVER


_RUNNING = frozenset({TaskState.SENDING, TaskState.UNKNOWN, TaskState.PENDING, TaskState.PROCESSING})
_UNCLEAR = frozenset({TaskState.UNKNOWN, TaskState.LOST})
_OVER = frozenset({TaskState.SUCCESS, TaskState.FAILED, TaskState.CANCELLED})

TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    # Refused or provably never sent: back to waiting. Unclear: unknown, and never resent by the program.
    TaskState.WAITING: frozenset({TaskState.SENDING, TaskState.CANCELLED, TaskState.FAILED}),
    TaskState.SENDING: frozenset({TaskState.WAITING, TaskState.UNKNOWN, TaskState.PENDING, TaskState.FAILED}),
    TaskState.UNKNOWN: frozenset({TaskState.PENDING}),
    TaskState.PENDING: frozenset({TaskState.PROCESSING, TaskState.SUCCESS, TaskState.FAILED, TaskState.LOST}),
    TaskState.PROCESSING: frozenset({TaskState.PENDING, TaskState.SUCCESS, TaskState.FAILED, TaskState.LOST}),
    TaskState.LOST: frozenset({TaskState.PENDING, TaskState.PROCESSING, TaskState.SUCCESS, TaskState.FAILED}),
    TaskState.SUCCESS: frozenset(),
    TaskState.FAILED: frozenset(),
    TaskState.CANCELLED: frozenset(),
}


class TaskSection(StrEnum):
    """Groups of the live list, in display order."""

    REVIEW = "review"
    RUNNING = "running"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class Phase(StrEnum):
    """Displayed state of a task: its own, and for a finished one what became of its clips."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    PENDING = "pending"
    PROCESSING = "processing"
    DOWNLOADING = "downloading"
    UNSAVED = "unsaved"
    READY = "ready"
    EXPIRED = "expired"
    MISSING = "missing"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the task table. All times are aware UTC.

    `id` is ours and counts up in the order of creation; `task_id` is the service's, once it has answered. `gateway` names the
    service that it was made for: its status is queried only there. `take` counts from 1 to `takes`. `batch` is the id of the
    first of the tasks that were submitted together; None for a task alone.
    """

    id: int
    state: TaskState
    request: GenerationRequest
    gateway: str
    created_at: datetime
    take: int = 1
    takes: int = 1
    batch: int | None = None
    task_id: str | None = None
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    next_poll_at: datetime | None = None
    completed_at: datetime | None = None
    polls: int = 0
    misses: int = 0
    """Consecutive answers that the task is unknown."""
    fail_code: str | None = None
    fail_message: str | None = None
    """The service's own words, or why it was never sent."""
    trouble: str | None = None
    """Current temporary problem, as a sentence; None when all is well."""
    seen_at: datetime | None = None
    removed_at: datetime | None = None
    """When it was hidden from the task list; it is followed all the same."""
    trashed_at: datetime | None = None
    held_at: datetime | None = None
    """When the person held it back: it waits, and is not sent."""
    rank: float = 0.0
    """Order of waiting tasks, the lowest first; the id unless it was moved."""
    version: int = 0
    """The text that was sent, as numbered among all texts."""
    document: int = 0
    """What that text was written in."""
    project: int | None = None
    day: int = 0
    """Local calendar day of its creation, in days since 1970-01-01."""
    output_dir: Path | None = None
    """Where its clips go; None for the folder in the settings."""
    parent: Parent | None = None
    stars: int = 0
    """The most that any of its clips has, 0 to 5."""
    verdict: Verdict | None = None
    """Kept if any of its clips is; rejected if all of them are."""
    tags: tuple[str, ...] = ()
    """Of the task and of its clips, in alphabetical order."""
    note: str = ""
    input_digest: str = ""
    """Digest of what was to be sent when the task was made; empty in rows from before it was kept."""
    estimated_usd: float | None = None
    """What such a task cost, as known when it was created; None when unknown."""
    estimated_most_usd: float | None = None
    """High end of that estimate; None when unknown, and in rows from before it was kept."""
    balance_before_usd: float | None = None
    """As last read before the task was sent."""
    balance_after_usd: float | None = None
    """As first read after it ended or became unclear."""
    measured_usd: float | None = None
    """Drop of the balance, when this task alone was in flight between two readings."""
    callback_secret: str | None = None
    """Secret in the task's callback address; None when no callback was requested."""
    revision: int = 0
    """Change counter over the whole database: rows above a remembered number have changed since."""
    clips: tuple[Clip, ...] = ()

    @property
    def phase(self) -> Phase:
        """The displayed state."""
        if self.state is not TaskState.SUCCESS:
            return Phase(self.state.value)
        states = {clip.state for clip in self.clips}
        if ClipState.DOWNLOADING in states:
            return Phase.DOWNLOADING
        if ClipState.REMOTE in states:
            return Phase.UNSAVED
        if ClipState.EXPIRED in states:
            return Phase.EXPIRED
        if ClipState.MISSING in states:
            return Phase.MISSING
        return Phase.READY

    @property
    def is_put_aside(self) -> bool:
        """The person hid it or put it into the trash: a waiting one is not sent, and an unclear one takes no slot."""
        return self.removed_at is not None or self.trashed_at is not None

    @property
    def may_be_charged(self) -> bool:
        """Sent and not refused."""
        return self.task_id is not None or self.state in (TaskState.SENDING, TaskState.UNKNOWN)

    @property
    def cost_usd(self) -> float | None:
        """What it cost or will cost: measured, else estimated; None when neither is known."""
        return self.estimated_usd if self.measured_usd is None else self.measured_usd

    @property
    def most_usd(self) -> float | None:
        """The most that it cost or may cost: measured, else the high end of the estimate; None when neither is known."""
        return self.cost_usd if self.measured_usd is not None or self.estimated_most_usd is None else self.estimated_most_usd

    @property
    def is_settled(self) -> bool:
        """Nothing more happens by itself: over, and no clip left to download."""
        return self.state.is_over and self.phase not in (Phase.DOWNLOADING, Phase.UNSAVED)


SECTIONS: dict[Phase, TaskSection] = {
    Phase.UNKNOWN: TaskSection.REVIEW,
    Phase.LOST: TaskSection.REVIEW,
    Phase.SENDING: TaskSection.RUNNING,
    Phase.PENDING: TaskSection.RUNNING,
    Phase.PROCESSING: TaskSection.RUNNING,
    Phase.DOWNLOADING: TaskSection.RUNNING,
    Phase.UNSAVED: TaskSection.RUNNING,
    Phase.WAITING: TaskSection.WAITING,
    Phase.READY: TaskSection.READY,
    Phase.FAILED: TaskSection.FAILED,
    Phase.EXPIRED: TaskSection.FAILED,
    Phase.MISSING: TaskSection.FAILED,
    Phase.CANCELLED: TaskSection.FAILED,
}
"""The group of each phase in the live list."""
