"""Tasks and their clips in SQLite."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, repeat
from typing import Unpack

from sora_studio.domain.clip import Clip, ClipCounts, ClipFile, ClipState
from sora_studio.domain.errors import RequestRepeated
from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.ports import ClipFacts, TaskChanges, TaskFacts, TaskFilter, TaskHistory, TaskSurvey
from sora_studio.domain.prepared_request import PreparedRequest
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import SECTIONS, Phase, Task, TaskSection, TaskState
from sora_studio.storage import waiting
from sora_studio.storage.changes import COUNT_UP, add_clips, change_clip, change_task, move_clip, move_task
from sora_studio.storage.database import Database
from sora_studio.storage.rows import SqlValue, clip_from_row, intent_to_sql, request_to_sql, text_from_sql, to_sql
from sora_studio.storage.search import from_where
from sora_studio.storage.task_history import read_history
from sora_studio.storage.task_snapshots import TaskSnapshots, read_tasks
from sora_studio.storage.versions import version_of

INSERT_TASK = """
    INSERT INTO tasks (revision, state, phase, gateway, created_at, take, takes, estimated_usd, estimated_most_usd,
                       model, route, options, images, prompt, edits, callback, pictures_by, seen, mode, media, profile,
                       input_digest, version, day, project, output_dir, parent, parent_kind, parent_clip, parent_at_s,
                       metadata_due)
    VALUES ((SELECT revision FROM changes), 'waiting', 'waiting', :gateway, :created_at, :take, :takes,
            :estimated_usd, :estimated_most_usd, :model, :route, :options, :images, '', :edits, :callback, :pictures_by,
            :seen, :mode, :media, :profile, :input_digest, :version, :day, :project, :output_dir, :parent, :parent_kind,
            :parent_clip, :parent_at_s, :project IS NOT NULL)
"""
JOIN_BATCH = "UPDATE tasks SET batch = ? WHERE id BETWEEN ? AND ?"
UNFINISHED = """
    SELECT id FROM tasks
    WHERE gateway = ? AND state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost')
    ORDER BY id
"""
SENT_SINCE = "SELECT id FROM tasks WHERE gateway = ? AND sent_at >= ? ORDER BY sent_at"
RECENT = """
    SELECT id FROM tasks
    WHERE gateway = ? AND created_at > ? AND created_at < ? AND removed_at IS NULL AND trashed_at IS NULL
        AND state != 'cancelled'
    ORDER BY created_at DESC, id DESC
"""
UNSAVED = """
    SELECT clips.* FROM clips JOIN tasks ON tasks.id = clips.task
    WHERE clips.state = 'remote' AND tasks.gateway = ? ORDER BY clips.expires_at, clips.id
"""
# Saved, expired or missing on a listed task, to be saved. Most clips are saved: all others are counted by what is left.
COUNT_CLIPS = """
    WITH counts AS MATERIALIZED (
        SELECT (SELECT count(*) FROM clips) AS every, (SELECT count(*) FROM clips WHERE state = 'saved') AS saved,
               (SELECT count(*) FROM clips WHERE state = 'remote')
               + (SELECT count(*) FROM clips WHERE state = 'downloading') AS to_save,
               (SELECT count(*) FROM tasks CROSS JOIN clips ON clips.task = tasks.id
                WHERE (tasks.removed_at IS NOT NULL OR tasks.trashed_at IS NOT NULL)
                  AND clips.state IN ('expired', 'missing')) AS unlisted
    )
    SELECT saved, every - saved - to_save - unlisted, to_save FROM counts
"""
# Without INDEXED BY, SQLite prefers an index over all tasks to this partial one, which is nearly empty.
CUT_OFF_TASKS = "SELECT id FROM tasks INDEXED BY tasks_sending WHERE state = 'sending'"
CUT_OFF_CLIPS = "SELECT id, task FROM clips WHERE state = 'downloading'"
REPORTED_BY = "SELECT id FROM tasks WHERE callback_secret = ?"
CHANGED_SINCE = "SELECT revision, id FROM tasks WHERE revision > ? ORDER BY revision"
NEWEST_REVISION = "SELECT revision FROM changes"
HAS_TASK_ID = "SELECT EXISTS (SELECT 1 FROM tasks WHERE task_id = ?)"
CLIP_FILES = """
    SELECT id, path, state = 'saved' AS is_saved FROM clips
    WHERE id < ? AND state IN ('saved', 'missing') AND path IS NOT NULL ORDER BY id DESC LIMIT ?
"""
CLIP_FILES_SINCE = """
    SELECT clips.id, path, clips.state = 'saved' AS is_saved FROM tasks CROSS JOIN clips ON clips.task = tasks.id
    WHERE tasks.revision > ? AND clips.state IN ('saved', 'missing') AND path IS NOT NULL
"""  # CROSS JOIN: few tasks are new, whatever SQLite assumes
CLIP_FILES_OF = """
    SELECT id, path, state = 'saved' AS is_saved FROM clips
    WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('saved', 'missing') AND path IS NOT NULL
"""

_PHASE_SECTIONS = {phase.value: section for phase, section in SECTIONS.items()}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_NO_CLIP = 1 << 62
"""Greater than any clip's id."""


class SqliteTasks:
    """Tasks and their clips. Each method is one transaction, which is on disk when the method returns.

    Writes are serialized by the database's writer; reads never wait for them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshots = TaskSnapshots()  # used on the reader thread only

    async def add(  # noqa: PLR0913 - one transaction
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
        """Add waiting tasks, `takes` for each request, and return them once they are on disk. Several make a batch.

        `shots`, `input_digests`, the estimates and `intents` have a value for each request, or are empty. Requests of one shot
        are takes of one another; otherwise each is a shot of its own. An estimate is the price of one take.

        With `instead_of`, the tasks replace an unclear task, which is removed from the list in the same transaction; if that
        task is no longer unclear or no longer listed, nothing is added. With `repeat_after`, raises `RequestRepeated` and adds
        nothing if any process added the same wish to this gateway within that time, and that task is neither removed nor
        cancelled.
        """
        facts: dict[str, SqlValue] = {
            "gateway": gateway,
            "created_at": to_sql(at),
            "day": at.astimezone().date().toordinal() - _EPOCH_DAY,
        }
        prices_usd = estimated_usd or [None] * len(requests)
        most_usd = estimated_most_usd or [None] * len(requests)
        digests = input_digests or [""] * len(requests)
        purposes = intents or [NO_INTENT] * len(requests)

        def work(connection: sqlite3.Connection) -> list[Task]:
            if repeat_after is not None:
                _refuse_repetition(connection, requests, gateway=gateway, at=at, repeat_after=repeat_after)
            if instead_of is not None and not _put_aside(connection, instead_of, at=at):
                return []
            versions = [
                version_of(connection, request, document=intent.document, at=at)
                for request, intent in zip(requests, purposes, strict=True)
            ]
            own: list[dict[str, SqlValue]] = [
                {
                    "estimated_usd": usd,
                    "estimated_most_usd": most,
                    "input_digest": digest,
                    "version": version,
                    **intent_to_sql(intent),
                }
                for usd, most, digest, version, intent in zip(prices_usd, most_usd, digests, versions, purposes, strict=True)
            ]
            ids = [
                _insert(connection, requests[index], {**facts, "take": take, "takes": of, **own[index]})
                for index, take, of in numbered_takes(shots or range(len(requests)), takes)
            ]
            if len(ids) > 1:
                connection.execute(JOIN_BATCH, (ids[0], ids[0], ids[-1]))
            return read_tasks(connection, ids)

        return await self._database.write(work)

    async def get(self, task: int) -> Task | None:
        """Return the task, or None if there is none with this id."""
        return next(iter(await self.get_many([task])), None)

    async def get_many(self, tasks: Iterable[int]) -> list[Task]:
        """Return the existing tasks in the order of `tasks`."""
        ids = list(tasks)
        return await self._database.read(lambda connection: self._snapshots.read(connection, ids))

    async def has_task_id(self, task_id: str) -> bool:
        """Return whether any task has this service id: of any gateway, removed or not."""
        return await self._database.read(
            lambda connection: bool(connection.execute(HAS_TASK_ID, (to_sql(task_id),)).fetchone()[0])
        )

    async def by_secret(self, secret: str) -> Task | None:
        """Return the task with this callback secret: of any gateway, removed or not."""
        return next(iter(await self._read_ids(REPORTED_BY, [secret])), None)

    async def transition(self, task: int, to: TaskState, **facts: Unpack[TaskFacts]) -> bool:
        """Change a task's state if the transition is allowed from its current state; return whether this call did."""
        return await self._database.write(lambda connection: move_task(connection, task, to, facts))

    async def record(self, task: int, **facts: Unpack[TaskFacts]) -> bool:
        """Write facts without changing the state; return whether anything changed."""
        return await self._database.write(lambda connection: change_task(connection, task, facts))

    async def hold(self, tasks: Sequence[int], at: datetime | None) -> list[int]:
        """Hold those of the tasks back that still wait, or release them (None); return the changed ones."""
        return await self._database.write(lambda connection: waiting.hold(connection, tasks, at))

    async def move_waiting(self, tasks: Sequence[int], before: int | None) -> list[int]:
        """Move waiting tasks before another one, see `ranks_after_move`; return those with a new rank."""
        return await self._database.write(lambda connection: waiting.move(connection, tasks, before))

    async def replace_waiting(
        self, task: int, prepared: PreparedRequest, *, at: datetime, held_at: datetime | None
    ) -> Task | None:
        """Put a task with another request in the place of a waiting one, see `waiting.replace_request`."""

        def work(connection: sqlite3.Connection) -> Task | None:
            new = waiting.replace_request(connection, task, prepared, at=at, held_at=held_at)
            return None if new is None else read_tasks(connection, [new])[0]

        return await self._database.write(work)

    async def succeed(self, task: int, urls: Sequence[str], *, completed_at: datetime, expires_at: datetime) -> bool:
        """Set `success` and add one remote clip for each link, in one transaction; return whether the state changed."""

        def work(connection: sqlite3.Connection) -> bool:
            facts = TaskFacts(completed_at=completed_at, next_poll_at=None, trouble=None, misses=0)
            moved = move_task(connection, task, TaskState.SUCCESS, facts)
            if moved:
                add_clips(connection, task, urls, to_sql(expires_at))
            return moved

        return await self._database.write(work)

    async def transition_clip(self, clip: int, to: ClipState, **facts: Unpack[ClipFacts]) -> bool:
        """Change a clip's state, like `transition`."""
        return await self._database.write(lambda connection: move_clip(connection, clip, to, facts))

    async def record_clip(self, clip: int, **facts: Unpack[ClipFacts]) -> bool:
        """Write facts of a clip, like `record`."""
        return await self._database.write(lambda connection: change_clip(connection, clip, facts))

    async def recover(self) -> list[int]:
        """Reset work that the last run left: `sending` to `unknown`, `downloading` to `remote`. Return the tasks' ids."""
        return await self._database.write(_recover)

    async def unfinished(self, gateway: str) -> list[Task]:
        """Return the waiting, running, unclear and lost tasks of a gateway, including removed ones, oldest first."""
        return await self._read_ids(UNFINISHED, [gateway])

    async def sent_since(self, gateway: str, since: datetime) -> list[Task]:
        """Return the tasks sent at `since` or later, including removed ones, in the order of sending."""
        return await self._read_ids(SENT_SINCE, [gateway, to_sql(since)])

    async def unsaved(self, gateway: str) -> list[Clip]:
        """Return a gateway's remote clips, those that expire first at the front."""
        return await self._database.read(lambda connection: list(map(clip_from_row, connection.execute(UNSAVED, (gateway,)))))

    async def survey(self) -> TaskSurvey:
        """Return the whole live list, its revision and the clip counts, from one snapshot."""

        def work(connection: sqlite3.Connection) -> TaskSurvey:
            ranks = waiting.moved_ranks(connection)
            index = _index(connection, TaskFilter(), ranks)
            return TaskSurvey(_newest_revision(connection), index, _count_clips(connection), ranks)

        return await self._database.read(work)

    async def changes(self, since: int, *, most: int) -> TaskChanges:
        """Return what changed after revision `since`, and the clip counts, from one snapshot; above `most` only the ids."""

        def work(connection: sqlite3.Connection) -> TaskChanges:
            ids = [row["id"] for row in connection.execute(CHANGED_SINCE, (since,))]
            rows = self._snapshots.read(connection, ids) if len(ids) <= most else []
            return TaskChanges(_newest_revision(connection), ids, rows, _count_clips(connection))

        return await self._database.read(work)

    async def clip_files(self, *, limit: int, before: int | None = None) -> list[ClipFile]:
        """Return a page of the files of saved and missing clips, newest first; `before` is the previous page's last clip."""
        page = (_NO_CLIP if before is None else before, limit)
        return await self._database.read(lambda connection: _read_files(connection, CLIP_FILES, page))

    async def clip_files_since(self, revision: int) -> tuple[int, list[ClipFile]]:
        """Return the newest revision, and the files of saved and missing clips whose tasks changed after `revision`."""
        return await self._database.read(
            lambda connection: (_newest_revision(connection), _read_files(connection, CLIP_FILES_SINCE, (revision,)))
        )

    async def clip_files_of(self, clips: Sequence[int]) -> list[ClipFile]:
        """Return the files of those of these clips that are saved or missing, in any order."""
        return await self._database.read(lambda connection: _read_files(connection, CLIP_FILES_OF, (json.dumps(clips),)))

    async def find(self, which: TaskFilter, *, limit: int, before: int | None = None) -> list[Task]:
        """Return a page of matching tasks, newest first; `before` is the previous page's last id."""
        clause, values = from_where(which, *(() if before is None else ("id < ?",)))
        page = [*values, *(() if before is None else (before,)), limit]
        # The clause is made of constants; user input is bound.
        return await self._read_ids(f"SELECT id {clause} ORDER BY id DESC LIMIT ?", page)

    async def index(self, which: TaskFilter) -> list[tuple[TaskSection, int]]:
        """Return all matching tasks in the order of the live list: by section, newest first (waiting: as they are sent)."""
        return await self._database.read(lambda connection: _index(connection, which, waiting.moved_ranks(connection)))

    async def changed_since(self, revision: int) -> tuple[int, list[int]]:
        """Return the newest revision, and the ids of tasks changed after `revision`. Cheap if nothing changed."""

        def work(connection: sqlite3.Connection) -> tuple[int, list[int]]:
            return _newest_revision(connection), [row["id"] for row in connection.execute(CHANGED_SINCE, (revision,))]

        return await self._database.read(work)

    async def task_history(self, models: Iterable[str], *, gateway: str, most: int) -> TaskHistory:
        """Return what past tasks tell: counts of all tasks, and prices and times of the newest `most` of each of these models.

        Prices and times are those of one gateway; counts are of all gateways, removed or not.
        """
        return await self._database.read(lambda connection: read_history(connection, models, gateway=gateway, most=most))

    async def _read_ids(self, query: str, values: Sequence[SqlValue]) -> list[Task]:
        def work(connection: sqlite3.Connection) -> list[Task]:
            return self._snapshots.read(connection, [row["id"] for row in connection.execute(query, values)])

        return await self._database.read(work)


def numbered_takes(shots: Sequence[int], takes: int) -> Iterator[tuple[int, int, int]]:
    """Yield the index of a request's shot, its take from 1, and how many takes that shot has, for each task in order."""
    requests, done = Counter(shots), Counter[int]()
    for index, shot in enumerate(shots):
        for _ in range(takes):
            done[shot] += 1
            yield index, done[shot], requests[shot] * takes


def _newest_revision(connection: sqlite3.Connection) -> int:
    return connection.execute(NEWEST_REVISION).fetchone()[0]


def _read_files(connection: sqlite3.Connection, query: str, values: Sequence[SqlValue]) -> list[ClipFile]:
    rows = connection.execute(query, values)
    return [ClipFile(clip, text_from_sql(path), bool(saved)) for clip, path, saved in rows]


def _index(connection: sqlite3.Connection, which: TaskFilter, ranks: Mapping[int, float]) -> list[tuple[TaskSection, int]]:
    """Read the live list. Nearly all tasks are ready: their ids come as one text, which takes a quarter of the time of rows."""
    ready, values = from_where(which, "phase = 'ready'")
    others, _ = from_where(which, "phase != 'ready'")
    places: dict[TaskSection, list[int]] = {section: [] for section in TaskSection}
    for phase, task in connection.execute(f"SELECT phase, id {others} ORDER BY id DESC", values):
        places[_PHASE_SECTIONS[phase]].append(task)
    (ids,) = connection.execute(f"SELECT json_group_array(id) {ready}", values).fetchone()
    places[SECTIONS[Phase.READY]] = sorted(json.loads(ids), reverse=True)
    places[TaskSection.WAITING].sort(key=lambda task: (ranks.get(task, task), task))
    return list(chain.from_iterable(zip(repeat(section), tasks, strict=False) for section, tasks in places.items()))


def _count_clips(connection: sqlite3.Connection) -> ClipCounts:
    """Count clips of all gateways, except expired and missing ones of removed tasks."""
    return ClipCounts(*connection.execute(COUNT_CLIPS).fetchone())


def _refuse_repetition(
    connection: sqlite3.Connection,
    requests: Sequence[GenerationRequest],
    *,
    gateway: str,
    at: datetime,
    repeat_after: timedelta,
) -> None:
    """Raise `RequestRepeated` for a recent duplicate. Runs in the adding transaction, so only one of two processes adds."""
    # Look both ways: another process may have read the clock a little later and yet written first.
    around = [gateway, to_sql(at - repeat_after), to_sql(at + repeat_after)]
    wishes = [request.wish for request in requests]
    recent = read_tasks(connection, [row["id"] for row in connection.execute(RECENT, around)])
    for task in recent:
        if task.request.wish in wishes:
            raise RequestRepeated(seconds_ago=max(0.0, (at - task.created_at).total_seconds()), task=task.id)


def _put_aside(connection: sqlite3.Connection, task: int, *, at: datetime) -> bool:
    """Remove an unclear task from the list; return False if it is no longer unclear or listed."""
    found = next(iter(read_tasks(connection, [task])), None)
    if found is None or not found.state.is_unclear or found.removed_at is not None:
        return False
    return change_task(connection, task, {"removed_at": at})


def _insert(connection: sqlite3.Connection, request: GenerationRequest, facts: dict[str, SqlValue]) -> int:
    seen = to_sql(json.dumps(dict(request.seen), ensure_ascii=False))
    values = {**facts, **request_to_sql(request), "seen": seen, "profile": request.profile}
    connection.execute(COUNT_UP)
    task = connection.execute(INSERT_TASK, values).lastrowid
    assert task is not None
    return task


def _recover(connection: sqlite3.Connection) -> list[int]:
    tasks: list[int] = [row["id"] for row in connection.execute(CUT_OFF_TASKS).fetchall()]
    clips: list[tuple[int, int]] = connection.execute(CUT_OFF_CLIPS).fetchall()
    for task in tasks:
        move_task(connection, task, TaskState.UNKNOWN, {})
    for clip, task in clips:
        move_clip(connection, clip, ClipState.REMOTE, {})
        tasks.append(task)
    return sorted(set(tasks))
