"""A task store in memory that keeps the port's promises, for tests that turn the clock by hand."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from sora_studio.domain.clip import CLIP_TRANSITIONS, Clip, ClipCounts, ClipFile, ClipState
from sora_studio.domain.errors import RequestRepeated
from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.ports import ClipFacts, PastTasks, TaskChanges, TaskFacts, TaskFilter, TaskHistory, TaskSurvey
from sora_studio.domain.prepared_request import PreparedRequest
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import SECTIONS, TRANSITIONS, Task, TaskSection, TaskState
from sora_studio.domain.waiting_order import ranks_after_move
from sora_studio.storage.tasks import SqliteTasks, numbered_takes


class MemoryTasks(SqliteTasks):
    """Tasks in memory. `trouble` is raised by every write while it is set; `refusals` counts the moves that the table refused.

    With `gate` set, every move of a task waits for it.
    """

    def __init__(self) -> None:
        self.rows: dict[int, Task] = {}
        self.trouble: Exception | None = None
        self.reading_trouble: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.refusals = 0
        self.history: list[tuple[int, TaskState]] = []
        self._revision = 0
        self._clips = 0

    async def add(
        self,
        requests: Sequence[GenerationRequest],
        *,
        gateway: str,
        at: datetime,
        takes: int = 1,
        shots: Sequence[int] = (),
        input_digests: Sequence[str] = (),
        estimated_usd: Sequence[float | None] = (),
        estimated_most_usd: Sequence[float | None] = (),
        repeat_after: timedelta | None = None,
        instead_of: int | None = None,
        intents: Sequence[Intent] = (),
    ) -> list[Task]:
        self._may_write()
        if repeat_after is not None:
            self._refuse_repetition(requests, gateway=gateway, at=at, repeat_after=repeat_after)
        if instead_of is not None:
            old = self.rows.get(instead_of)
            if old is None or not old.state.is_unclear or old.removed_at is not None:
                return []
            self._keep(replace(old, removed_at=at))
        added, first = list[Task](), len(self.rows) + 1
        purposes = intents or [NO_INTENT] * len(requests)
        places = list(numbered_takes(shots or range(len(requests)), takes))
        for index, take, of in places:
            task = Task(
                id=len(self.rows) + 1,
                state=TaskState.WAITING,
                request=requests[index],
                gateway=gateway,
                created_at=at,
                rank=float(len(self.rows) + 1),
                take=take,
                takes=of,
                batch=first if len(places) > 1 else None,
                input_digest=input_digests[index] if input_digests else "",
                estimated_usd=estimated_usd[index] if estimated_usd else None,
                estimated_most_usd=estimated_most_usd[index] if estimated_most_usd else None,
                project=purposes[index].project,
                output_dir=purposes[index].output_dir,
                parent=purposes[index].parent,
            )
            added.append(self._keep(task))
        return added

    async def get(self, task: int) -> Task | None:
        await asyncio.sleep(0)  # as with a real file, others may act meanwhile
        return self.rows.get(task)

    async def get_many(self, tasks: Iterable[int]) -> list[Task]:
        return [self.rows[task] for task in tasks if task in self.rows]

    async def by_secret(self, secret: str) -> Task | None:
        await asyncio.sleep(0)
        if self.reading_trouble is not None:
            raise self.reading_trouble
        return next((row for row in self.rows.values() if row.callback_secret == secret), None)

    async def transition(self, task: int, to: TaskState, **facts: Unpack[TaskFacts]) -> bool:
        await (self.gate.wait() if self.gate else asyncio.sleep(0))
        self._may_write()
        row = self.rows.get(task)
        is_held = row is not None and to is TaskState.SENDING and row.held_at is not None
        if row is None or to not in TRANSITIONS[row.state] or is_held:
            self.refusals += 1
            return False
        self.history.append((task, to))
        self._keep(replace(row, state=to, **facts))
        return True

    async def record(self, task: int, **facts: Unpack[TaskFacts]) -> bool:
        self._may_write()
        row = self.rows.get(task)
        if row is None or replace(row, **facts) == row:
            return False
        self._keep(replace(row, **facts))
        return True

    async def hold(self, tasks: Sequence[int], at: datetime | None) -> list[int]:
        waiting = [task for task in tasks if task in self.rows and self.rows[task].state is TaskState.WAITING]
        return [task for task in waiting if await self.record(task, held_at=at)]

    async def move_waiting(self, tasks: Sequence[int], before: int | None) -> list[int]:
        waiting = [row for row in self.rows.values() if row.state is TaskState.WAITING]
        order = sorted(((row.id, row.rank) for row in waiting), key=lambda place: (place[1], place[0]))
        ranks = ranks_after_move(order, set(tasks), before)
        return [task for task, rank in ranks.items() if await self.record(task, rank=rank)]

    async def replace_waiting(
        self, task: int, prepared: PreparedRequest, *, at: datetime, held_at: datetime | None
    ) -> Task | None:
        self._may_write()
        old = self.rows.get(task)
        if old is None or old.state is not TaskState.WAITING or old.is_put_aside:
            return None
        self._keep(replace(old, state=TaskState.CANCELLED, trashed_at=at, held_at=None, trouble=None))
        new = replace(
            old,
            id=len(self.rows) + 1,
            request=prepared.request,
            created_at=at,
            held_at=held_at,
            trouble=None,
            input_digest=prepared.input_digest,
            estimated_usd=prepared.estimated_usd,
            estimated_most_usd=prepared.estimated_most_usd,
        )
        return self._keep(new)

    async def succeed(self, task: int, urls: Sequence[str], *, completed_at: datetime, expires_at: datetime) -> bool:
        self._may_write()
        row = self.rows.get(task)
        if row is None or TaskState.SUCCESS not in TRANSITIONS[row.state]:
            return False
        clips = list[Clip]()
        for index, url in enumerate(urls):
            self._clips += 1
            clips.append(Clip(self._clips, task, index, ClipState.REMOTE, url, expires_at))
        done = replace(row, state=TaskState.SUCCESS, completed_at=completed_at, next_poll_at=None, trouble=None, misses=0)
        self.history.append((task, TaskState.SUCCESS))
        self._keep(replace(done, clips=tuple(clips)))
        return True

    async def transition_clip(self, clip: int, to: ClipState, **facts: Unpack[ClipFacts]) -> bool:
        self._may_write()
        found = self.clip(clip)
        if found is None or to not in CLIP_TRANSITIONS[found.state]:
            return False
        self._keep_clip(replace(found, state=to, **facts))
        return True

    async def record_clip(self, clip: int, **facts: Unpack[ClipFacts]) -> bool:
        self._may_write()
        found = self.clip(clip)
        if found is None or replace(found, **facts) == found:
            return False
        self._keep_clip(replace(found, **facts))
        return True

    async def recover(self) -> list[int]:
        cut_off = list[int]()
        for row in list(self.rows.values()):
            if row.state is TaskState.SENDING:
                self._keep(replace(row, state=TaskState.UNKNOWN))
                cut_off.append(row.id)
            for clip in row.clips:
                if clip.state is ClipState.DOWNLOADING:
                    self._keep_clip(replace(clip, state=ClipState.REMOTE))
                    cut_off.append(row.id)
        return cut_off

    async def unfinished(self, gateway: str) -> list[Task]:
        return self._where(lambda row: row.gateway == gateway and not row.state.is_over)

    async def sent_since(self, gateway: str, since: datetime) -> list[Task]:
        return self._where(lambda row: row.gateway == gateway and row.sent_at is not None and row.sent_at >= since)

    async def unsaved(self, gateway: str) -> list[Clip]:
        clips = [clip for row in self.rows.values() if row.gateway == gateway for clip in row.clips]
        return sorted((clip for clip in clips if clip.state is ClipState.REMOTE), key=lambda clip: (clip.expires_at, clip.id))

    async def _count_clips(self) -> ClipCounts:
        clips = [(clip.state, row.removed_at) for row in self.rows.values() for clip in row.clips]
        on_disk = sum(state is ClipState.SAVED for state, _ in clips)
        ignored = sum(state in (ClipState.EXPIRED, ClipState.MISSING) and removed is not None for state, removed in clips)
        to_save = sum(state in (ClipState.REMOTE, ClipState.DOWNLOADING) for state, _ in clips)
        return ClipCounts(on_disk, len(clips) - on_disk - to_save - ignored, to_save)

    async def survey(self) -> TaskSurvey:
        return TaskSurvey((await self.changed_since(0))[0], await self.index(TaskFilter()), await self._count_clips())

    async def changes(self, since: int, *, most: int) -> TaskChanges:
        revision, ids = await self.changed_since(since)
        return TaskChanges(revision, ids, await self.get_many(ids) if len(ids) <= most else [], await self._count_clips())

    async def has_task_id(self, task_id: str) -> bool:
        return any(row.task_id == task_id for row in self.rows.values())

    async def clip_files(self, *, limit: int, before: int | None = None) -> list[ClipFile]:
        files = sorted(_files(self.rows.values()), key=lambda file: file.clip, reverse=True)
        return [file for file in files if before is None or file.clip < before][:limit]

    async def clip_files_since(self, revision: int) -> tuple[int, list[ClipFile]]:
        return self._revision, _files(row for row in self.rows.values() if row.revision > revision)

    async def clip_files_of(self, clips: Sequence[int]) -> list[ClipFile]:
        return [file for file in _files(self.rows.values()) if file.clip in clips]

    async def find(self, which: TaskFilter, *, limit: int, before: int | None = None) -> list[Task]:
        rows = self._where(lambda row: _matches(row, which) and (before is None or row.id < before))
        return rows[::-1][:limit]

    async def index(self, which: TaskFilter) -> list[tuple[TaskSection, int]]:
        rows = [(SECTIONS[row.phase], row.id) for row in self._where(lambda row: _matches(row, which))]
        order = list(TaskSection)
        return sorted(rows, key=lambda row: (order.index(row[0]), row[1] if row[0] is TaskSection.WAITING else -row[1]))

    async def changed_since(self, revision: int) -> tuple[int, list[int]]:
        return self._revision, [row.id for row in self.rows.values() if row.revision > revision]

    async def task_history(self, models: Iterable[str], *, gateway: str, most: int) -> TaskHistory:
        done = self._where(lambda row: row.gateway == gateway and row.state is TaskState.SUCCESS)
        return TaskHistory(
            Counter((row.request.model, row.state) for row in self.rows.values()),
            newest=max(self.rows, default=0),
            unfinished=frozenset(row.id for row in self.rows.values() if not row.state.is_over),
            past=[_past(row) for model in models for row in [row for row in done if row.request.model == model][-most:]],
        )

    def clip(self, clip: int) -> Clip | None:
        """The clip of that id."""
        return next((found for row in self.rows.values() for found in row.clips if found.id == clip), None)

    def give(self, task: int, intent: Intent) -> None:
        """Let a task have been added with this intent."""
        self._keep(replace(self.rows[task], project=intent.project, output_dir=intent.output_dir, parent=intent.parent))

    def _where(self, test: Callable[[Task], bool]) -> list[Task]:
        return [row for row in self.rows.values() if test(row)]

    def _refuse_repetition(
        self, requests: Sequence[GenerationRequest], *, gateway: str, at: datetime, repeat_after: timedelta
    ) -> None:
        wishes = [request.wish for request in requests]
        for row in reversed(self.rows.values()):
            counts = row.gateway == gateway and row.removed_at is None and row.state is not TaskState.CANCELLED
            if counts and row.request.wish in wishes and abs(at - row.created_at) < repeat_after:
                raise RequestRepeated(seconds_ago=max(0.0, (at - row.created_at).total_seconds()), task=row.id)

    def _may_write(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def _keep(self, task: Task) -> Task:
        self._revision += 1
        kept = self.rows[task.id] = replace(task, revision=self._revision)
        return kept

    def _keep_clip(self, clip: Clip) -> None:
        row = self.rows[clip.task]
        clips = tuple(clip if other.id == clip.id else other for other in row.clips)
        self._keep(replace(row, clips=clips))


def _past(row: Task) -> PastTasks:
    times = {row.id: (row.completed_at - row.accepted_at).total_seconds()} if row.completed_at and row.accepted_at else {}
    return PastTasks(row.request, {} if row.measured_usd is None else {row.id: row.measured_usd}, times)


def _matches(row: Task, which: TaskFilter) -> bool:
    return (
        (not which.states or row.state in which.states)
        and (which.gateway is None or row.gateway == which.gateway)
        and (which.removed or not row.is_put_aside)
    )


def _files(tasks: Iterable[Task]) -> list[ClipFile]:
    return [
        ClipFile(clip.id, str(clip.path), clip.state is ClipState.SAVED)
        for task in tasks
        for clip in task.clips
        if clip.path is not None and clip.state in (ClipState.SAVED, ClipState.MISSING)
    ]
