"""A cache of tasks: a task is reread only after it has changed, and its immutable request is read only once."""

import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence

from sora_studio.domain.clip import Clip
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task
from sora_studio.storage.rows import REQUEST_COLUMNS, clip_from_row, request_of_task, task_from_row

KEPT = 500
"""Cache size in tasks: about 5 KB each, with a prompt of 1,500 characters."""

_IDS = "(SELECT value FROM json_each(?))"
SELECT_REVISIONS = f"SELECT id, revision FROM tasks WHERE id IN {_IDS}"  # noqa: S608 - constants of ours, as below
SELECT_FACTS = f"""
    SELECT id, revision, state, gateway, created_at, take, takes, batch, task_id, sent_at, accepted_at, next_poll_at,
           completed_at, polls, misses, seen_at, removed_at, fail_code, fail_message, trouble, estimated_usd,
           estimated_most_usd, balance_before_usd, balance_after_usd, measured_usd, callback_secret, input_digest,
           trashed_at, held_at, rank, version, project, day, output_dir, parent, parent_kind, parent_clip, parent_at_s,
           stars, verdict, note, (SELECT document FROM versions WHERE versions.id = version) AS document,
           (SELECT json_group_array(tags.name) FROM taggings JOIN tags ON tags.id = tag WHERE taggings.task = tasks.id) AS tags
    FROM tasks WHERE id IN {_IDS}
"""  # noqa: S608
SELECT_REQUESTS = f"""
    SELECT tasks.id, {", ".join(f"tasks.{column}" for column in REQUEST_COLUMNS)}, versions.text AS prompt,
           versions.written
    FROM tasks JOIN versions ON versions.id = tasks.version WHERE tasks.id IN {_IDS}
"""  # noqa: S608
SELECT_CLIPS = f"SELECT * FROM clips WHERE task IN {_IDS} ORDER BY task, position"  # noqa: S608


class TaskSnapshots:
    """LRU cache of tasks for one connection and one thread; an unchanged task is returned as the same object.

    Every committed change of a task or its clips gives the task a unique revision, so a cached task with the same revision is
    up to date. This is true of committed data only: writers read their own rows with `read_tasks`.
    """

    def __init__(self, *, kept: int = KEPT) -> None:
        self._kept = kept
        self._tasks = OrderedDict[int, Task]()

    def read(self, connection: sqlite3.Connection, ids: Sequence[int]) -> list[Task]:
        """Return the existing tasks with their clips, in the order of `ids`."""
        revisions: dict[int, int] = {row[0]: row[1] for row in connection.execute(SELECT_REVISIONS, (_listed(ids),))}
        known = {task: self._tasks[task] for task in revisions if task in self._tasks}
        changed = [task for task, revision in revisions.items() if task not in known or known[task].revision != revision]
        requests = {task: known[task].request for task in changed if task in known}
        known |= _read(connection, changed, requests)
        for task in known.values():
            self._tasks[task.id] = task
            self._tasks.move_to_end(task.id)
        while len(self._tasks) > self._kept:
            self._tasks.popitem(last=False)
        return [known[task] for task in ids if task in known]


def read_tasks(connection: sqlite3.Connection, ids: Sequence[int]) -> list[Task]:
    """Read tasks without the cache, including uncommitted changes; returns like `TaskSnapshots.read`."""
    found = _read(connection, ids, {})
    return [found[task] for task in ids if task in found]


def _read(connection: sqlite3.Connection, ids: Sequence[int], requests: dict[int, GenerationRequest]) -> dict[int, Task]:
    """Read tasks by id; `requests` contains the ones that are already cached."""
    if not ids:
        return {}
    requests = {**requests, **_read_requests(connection, [task for task in ids if task not in requests])}
    clips = dict[int, list[Clip]]()
    for row in connection.execute(SELECT_CLIPS, (_listed(ids),)):
        clip = clip_from_row(row)
        clips.setdefault(clip.task, []).append(clip)
    rows: list[sqlite3.Row] = connection.execute(SELECT_FACTS, (_listed(ids),)).fetchall()
    return {row["id"]: task_from_row(row, requests[row["id"]], tuple(clips.get(row["id"], ()))) for row in rows}


def _read_requests(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, GenerationRequest]:
    if not ids:
        return {}
    return {row["id"]: request_of_task(row) for row in connection.execute(SELECT_REQUESTS, (_listed(ids),))}


def _listed(ids: Iterable[int]) -> str:
    return f"[{','.join(map(str, ids))}]"
