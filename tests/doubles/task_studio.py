"""A studio as the task list and the stage see it: tasks in memory, and every command on record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from sora_studio.clock import Clock
from sora_studio.domain.clip import Clip, ClipCounts, ClipState
from sora_studio.domain.errors import BatchBlocked, BatchQuestion, StudioError, TaskUnknown
from sora_studio.domain.events import EventBus, TaskChanged
from sora_studio.domain.judgement import ClipRef
from sora_studio.domain.models.estimate import TimeEstimate
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import read
from sora_studio.domain.ports import RemoteStatus, TaskChanges, TaskSurvey
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import SECTIONS, Phase, Task, TaskSection, TaskState
from sora_studio.domain.waiting_order import ranks_after_move
from sora_studio.paths import resources_dir
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.tasks.model_blocks import ModelBlocks
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.send_pause import SendPause
from tests.doubles.compose_studio import FakePictures
from tests.doubles.outside import Marker

NOW = datetime(2026, 11, 22, 14, 10, tzinfo=UTC)
GATEWAY = "https://api.example"
PROFILE = read((resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8"), "sora-2.toml")
_CLIP_STATES = {
    Phase.DOWNLOADING: ClipState.DOWNLOADING,
    Phase.UNSAVED: ClipState.REMOTE,
    Phase.READY: ClipState.SAVED,
    Phase.EXPIRED: ClipState.EXPIRED,
    Phase.MISSING: ClipState.MISSING,
}


def task_in(phase: Phase, number: int = 1, *, prompt: str = "Slow dolly in along a wooden pier", **changes: object) -> Task:
    """A believable task of this phase, accepted 2:10 before `now` and asked for again in 7 s."""
    now = cast("datetime", changes.pop("now", NOW))
    began = now - timedelta(seconds=130)
    state = TaskState.SUCCESS if phase in _CLIP_STATES else TaskState(phase.value)
    task = Task(
        id=number,
        state=state,
        request=GenerationRequest(
            model="sora-2",
            prompt=prompt,
            options={"duration": 10, "aspect_ratio": "landscape", "remove_watermark": True},
            route="auto",
        ),
        gateway=GATEWAY,
        created_at=began,
        rank=float(number),
    )
    if state not in (TaskState.WAITING, TaskState.CANCELLED):
        task = replace(task, sent_at=began)
    if state in (TaskState.PENDING, TaskState.PROCESSING, TaskState.LOST):
        task = replace(task, task_id=f"task_{number}", accepted_at=began, next_poll_at=now + timedelta(seconds=7), polls=3)
    if state in (TaskState.SUCCESS, TaskState.FAILED):
        task = replace(task, task_id=f"task_{number}", accepted_at=began - timedelta(seconds=81), completed_at=now)
    if state is TaskState.FAILED:
        task = replace(task, fail_code="CONTENT_VIOLATION", fail_message="Blocked by policy 7")
    if phase in _CLIP_STATES:
        task = replace(task, clips=(clip_in(_CLIP_STATES[phase], number, now=now),))
    return replace(task, **changes)  # pyright: ignore[reportArgumentType] - the fields of a task, by name


def clip_in(state: ClipState, task: int, *, index: int = 0, now: datetime = NOW, **changes: object) -> Clip:
    """A clip of a task, with thirteen and a half days until its link expires."""
    path = Path(f"films/{task}-{index}.mp4") if state in (ClipState.SAVED, ClipState.MISSING) else None
    clip = Clip(
        id=task * 10 + index,
        task=task,
        index=index,
        state=state,
        url="https://films.example/1.mp4",
        expires_at=now + timedelta(days=13, hours=12),
        path=path,
    )
    return replace(clip, **changes)  # pyright: ignore[reportArgumentType] - the fields of a clip, by name


@dataclass
class TaskStudio:
    """Answers like the real one for what the list and the stage use. `calls` holds every command with its arguments."""

    rows: dict[int, Task] = field(default_factory=dict)
    calls: list[tuple[object, ...]] = field(default_factory=list)
    queries: list[tuple[int, ...]] = field(default_factory=list)
    events: EventBus = field(default_factory=EventBus)
    can_cancel: bool = True
    stale_tasks: set[int] = field(default_factory=set)
    can_attach: bool = True
    batch_answer: BatchQuestion | BatchBlocked | None = None
    remote: dict[str, RemoteStatus | StudioError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.profiles, self.gateway_name = {"sora-2": PROFILE}, GATEWAY
        self.tasks = self.file_presence = self.library = self.judging = self.waiting_tasks = self
        self.library_queries = self
        self.submission = self.tracking = self.retrieval = self.estimates = self
        self.pictures = FakePictures()
        notices = Notices(self.events)
        self.model_blocks = ModelBlocks(self.profiles, notices)
        self.send_pause = SendPause(Marker(), SendBlocks(notices), self.events, Clock())
        self.visible: frozenset[int] = frozenset()
        self.looked_for: list[int] = []
        self.written: list[int] = []

    def put(self, *tasks: Task) -> None:
        """Add or change tasks, and tell about it as the core does."""
        for task in tasks:
            self.rows[task.id] = task
            self.written.append(task.id)
            self.events.publish(TaskChanged(task.id))

    def usual_time(self, request: GenerationRequest, profile: ModelProfile) -> TimeEstimate | None:
        return request.stated_time(profile)

    async def get_many(self, tasks: Iterable[int]) -> list[Task]:
        self.queries.append(tuple(tasks))
        return [self.rows[task] for task in self.queries[-1] if task in self.rows]

    async def stale(self, tasks: Iterable[int]) -> frozenset[int]:
        return frozenset(self.stale_tasks.intersection(tasks))

    async def survey(self) -> TaskSurvey:
        return TaskSurvey(len(self.written), index_of(self.rows.values()), await self._count_clips())

    async def changes(self, since: int, *, most: int) -> TaskChanges:
        ids = list(dict.fromkeys(self.written[since:]))
        tasks = await self.get_many(ids) if len(ids) <= most else []
        return TaskChanges(len(self.written), ids, tasks, await self._count_clips())

    async def _count_clips(self) -> ClipCounts:
        states = [clip.state for task in self.rows.values() if task.removed_at is None for clip in task.clips]
        saved, gone = states.count(ClipState.SAVED), states.count(ClipState.EXPIRED) + states.count(ClipState.MISSING)
        return ClipCounts(saved, gone, len(states) - saved - gone)

    async def mark_seen(self, task: int) -> None:
        self.calls.append(("mark_seen", task))
        self.put(replace(self.rows[task], seen_at=NOW))

    async def trash(self, clips: Sequence[ClipRef]) -> None:
        for ref in clips:
            self.calls.append(("trash", ref.task))
            self.put(replace(self.rows[ref.task], trashed_at=NOW))

    async def cancel(self, task: int) -> bool:
        self.calls.append(("cancel", task))
        return self.can_cancel

    async def attach(self, task: int, task_id: str) -> bool:
        self.calls.append(("attach", task, task_id))
        return self.can_attach

    async def look_up(self, task: int, task_id: str) -> RemoteStatus:
        self.calls.append(("look_up", task, task_id))
        answer = self.remote.get(task_id, TaskUnknown())
        if isinstance(answer, StudioError):
            raise answer
        return answer

    async def hold(self, tasks: Sequence[int]) -> None:
        self.calls.append(("hold", *tasks))
        self.put(*(replace(self.rows[task], held_at=NOW) for task in tasks))

    async def release(self, tasks: Sequence[int]) -> None:
        self.calls.append(("release", *tasks))
        self.put(*(replace(self.rows[task], held_at=None) for task in tasks))

    async def send_next(self, tasks: Sequence[int]) -> None:
        self.calls.append(("send_next", *tasks))

    async def move(self, tasks: Sequence[int], *, before: int | None) -> None:
        waiting = [(row.id, row.rank) for row in self.rows.values() if row.phase is Phase.WAITING]
        ranks = ranks_after_move(sorted(waiting, key=lambda place: (place[1], place[0])), set(tasks), before)
        self.put(*(replace(self.rows[task], rank=rank) for task, rank in ranks.items()))

    async def resubmit_failed(self, tasks: Sequence[int], *, ask: bool = False) -> list[Task]:
        if self.batch_answer is not None and (ask or isinstance(self.batch_answer, BatchBlocked)):
            raise self.batch_answer
        self.calls.append(("resubmit_failed", *tasks))
        return []

    async def resubmit(self, task: int) -> list[Task]:
        self.calls.append(("resubmit", task))
        return []

    async def discard(self, task: int) -> bool:
        self.calls.append(("discard", task))
        return True

    async def check_now(self, task: int) -> None:
        self.calls.append(("check_now", task))

    def prioritise(self, tasks: Iterable[int]) -> None:
        self.visible = frozenset(tasks)

    def look_for(self, tasks: Iterable[int]) -> None:
        self.looked_for.extend(tasks)

    async def save_now(self, task: int) -> None:
        self.calls.append(("save_now", task))

    async def save_as_it_is(self, task: int) -> None:
        self.calls.append(("save_as_it_is", task))

    async def pause(self, task: int) -> None:
        self.calls.append(("pause", task))

    async def locate(self, clip: int, path: Path) -> bool:
        self.calls.append(("locate", clip, path))
        return True


def index_of(tasks: Iterable[Task]) -> list[tuple[TaskSection, int]]:
    """As the storage orders it: newest first in each section, but what waits oldest first."""
    sections: dict[TaskSection, list[int]] = {section: [] for section in TaskSection}
    for task in tasks:
        if task.removed_at is None:
            sections[SECTIONS[task.phase]].append(task.id)
    return [
        (section, task) for section, ids in sections.items() for task in sorted(ids, reverse=section is not TaskSection.WAITING)
    ]
