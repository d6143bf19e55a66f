"""Holding waiting tasks back, their order, and replacing one whose request was edited, in SQL."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime

from sora_studio.domain.prepared_request import PreparedRequest
from sora_studio.domain.task import TaskState
from sora_studio.domain.waiting_order import ranks_after_move
from sora_studio.storage.changes import COUNT_UP, REVISION, change_task, move_task
from sora_studio.storage.rows import SqlValue, request_to_sql, to_sql
from sora_studio.storage.search import index_task
from sora_studio.storage.versions import version_of

WAITING = """
    SELECT id, coalesce(rank, id) FROM tasks
    WHERE state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost') AND state = 'waiting'
    ORDER BY 2, 1
"""
"""The list of states is that of the partial index; SQLite uses the index for the same words only."""
MOVED = """
    SELECT id, rank FROM tasks
    WHERE state IN ('waiting', 'sending', 'unknown', 'pending', 'processing', 'lost') AND state = 'waiting'
        AND rank IS NOT NULL
"""
SUCCEED = f"""
    INSERT INTO tasks (revision, state, phase, created_at, day, gateway, take, takes, batch, rank, project, output_dir, note,
                       parent, parent_kind, parent_clip, parent_at_s, metadata_due, held_at, version, prompt, model, route,
                       options, images, edits, callback, pictures_by, seen, mode, media, profile, input_digest,
                       estimated_usd, estimated_most_usd)
    SELECT {REVISION}, 'waiting', 'waiting', :created_at, :day, gateway, take, takes, batch, coalesce(rank, id), project,
           output_dir, note, parent, parent_kind, parent_clip, parent_at_s, metadata_due, :held_at, :version, '', :model,
           :route, :options, :images, :edits, :callback, :pictures_by, :seen, :mode, :media, :profile, :input_digest,
           :estimated_usd, :estimated_most_usd
    FROM tasks WHERE id = :old
"""  # noqa: S608 - a constant of ours
COPY_TAGS = "INSERT INTO taggings (tag, task) SELECT tag, ? FROM taggings WHERE task = ? AND clip IS NULL"
DOCUMENT_OF_WAITING = """
    SELECT document FROM tasks JOIN versions ON versions.id = tasks.version
    WHERE tasks.id = ? AND state = 'waiting' AND removed_at IS NULL AND trashed_at IS NULL
"""
IS_WAITING = "SELECT EXISTS (SELECT 1 FROM tasks WHERE id = ? AND state = 'waiting')"

_EPOCH_DAY = date(1970, 1, 1).toordinal()


def hold(connection: sqlite3.Connection, tasks: Sequence[int], at: datetime | None) -> list[int]:
    """Hold those of the tasks back that still wait, or release them (None); return the changed ones."""
    waiting = [task for task in tasks if connection.execute(IS_WAITING, (task,)).fetchone()[0]]
    return [task for task in waiting if change_task(connection, task, {"held_at": at})]


def move(connection: sqlite3.Connection, tasks: Sequence[int], before: int | None) -> list[int]:
    """Move waiting tasks before another one, see `ranks_after_move`; return those with a new rank."""
    order: list[tuple[int, float]] = [(row[0], float(row[1])) for row in connection.execute(WAITING)]
    ranks = ranks_after_move(order, set(tasks), before)
    return [task for task, rank in ranks.items() if change_task(connection, task, {"rank": rank})]


def moved_ranks(connection: sqlite3.Connection) -> dict[int, float]:
    """Return the ranks of the waiting tasks that were moved."""
    return {row[0]: float(row[1]) for row in connection.execute(MOVED)}


def replace_request(
    connection: sqlite3.Connection, task: int, prepared: PreparedRequest, *, at: datetime, held_at: datetime | None
) -> int | None:
    """Put a task with another request in the place of a waiting one; return its id, or None if that one no longer waits.

    The old task is cancelled and goes to the trash. The new one has its place in the order, its batch, project, folder, note,
    tags and parent, and its text is a version of the same document.
    """
    row: sqlite3.Row | None = connection.execute(DOCUMENT_OF_WAITING, (task,)).fetchone()
    if row is None:
        return None
    request = prepared.request
    values: dict[str, SqlValue] = {
        **request_to_sql(request),
        "seen": to_sql(json.dumps(dict(request.seen), ensure_ascii=False)),
        "profile": to_sql(request.profile),
        "old": task,
        "created_at": to_sql(at),
        "day": at.astimezone().date().toordinal() - _EPOCH_DAY,
        "held_at": to_sql(held_at),
        "version": version_of(connection, request, document=row["document"], at=at),
        "input_digest": prepared.input_digest,
        "estimated_usd": prepared.estimated_usd,
        "estimated_most_usd": prepared.estimated_most_usd,
    }
    connection.execute(COUNT_UP)
    new = connection.execute(SUCCEED, values).lastrowid
    assert new is not None
    connection.execute(COPY_TAGS, (new, task))
    index_task(connection, new)
    move_task(connection, task, TaskState.CANCELLED, {"trashed_at": at, "held_at": None, "trouble": None})
    return new
