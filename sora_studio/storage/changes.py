"""Changes to rows: each write also raises its task's revision and recomputes the phase from the state and the clips."""

import sqlite3
from collections.abc import Mapping, Sequence

from sora_studio.domain.clip import CLIP_TRANSITIONS, ClipState, FilmFacts
from sora_studio.domain.task import TRANSITIONS, TaskState
from sora_studio.storage.rows import SqlValue, film_to_sql, to_sql

PHASE = """
    CASE WHEN state <> 'success' THEN state ELSE (
        SELECT CASE min(CASE clips.state WHEN 'downloading' THEN 1 WHEN 'remote' THEN 2
                                         WHEN 'expired' THEN 3 WHEN 'missing' THEN 4 ELSE 5 END)
               WHEN 1 THEN 'downloading' WHEN 2 THEN 'unsaved' WHEN 3 THEN 'expired' WHEN 4 THEN 'missing' ELSE 'ready' END
        FROM clips WHERE clips.task = tasks.id
    ) END
"""
"""`Task.phase` in SQL, so that it can be read without parsing rows or loading prompts."""
COUNT_UP = "UPDATE changes SET revision = revision + 1"
REVISION = "(SELECT revision FROM changes)"
TOUCH_TASK = f"UPDATE tasks SET phase = {PHASE}, revision = {REVISION} WHERE id = ?"  # noqa: S608 - constants of ours
SELECT_STATE = "SELECT state, coalesce(held_at, removed_at, trashed_at) AS kept_back FROM tasks WHERE id = ?"
SELECT_CLIP_STATE = "SELECT state, task FROM clips WHERE id = ?"
INSERT_CLIP = "INSERT INTO clips (task, position, state, url, expires_at) VALUES (?, ?, 'remote', ?, ?)"


def move_task(connection: sqlite3.Connection, task: int, to: TaskState, facts: Mapping[str, object]) -> bool:
    """Change the state if `TRANSITIONS` allows it from the current state; return whether it changed.

    A task that is held, hidden or in the trash is not sent.
    """
    row: sqlite3.Row | None = connection.execute(SELECT_STATE, (task,)).fetchone()
    if row is None or to not in TRANSITIONS[TaskState(row["state"])]:
        return False
    if to is TaskState.SENDING and row["kept_back"] is not None:
        return False
    _write(connection, "tasks", task, {"state": to, **facts})
    _touch(connection, task)
    return True


def change_task(connection: sqlite3.Connection, task: int, facts: Mapping[str, object]) -> bool:
    """Write facts; return whether anything changed."""
    changed = _write(connection, "tasks", task, facts)
    if changed:
        _touch(connection, task)
    return changed


def add_clips(connection: sqlite3.Connection, task: int, urls: Sequence[str], expires_at: SqlValue) -> None:
    """Add one remote clip for each link."""
    connection.executemany(INSERT_CLIP, [(task, position, to_sql(url), expires_at) for position, url in enumerate(urls)])
    _touch(connection, task)


def move_clip(connection: sqlite3.Connection, clip: int, to: ClipState, facts: Mapping[str, object]) -> bool:
    """Change a clip's state if `CLIP_TRANSITIONS` allows it; return whether it changed."""
    row: sqlite3.Row | None = connection.execute(SELECT_CLIP_STATE, (clip,)).fetchone()
    if row is None or to not in CLIP_TRANSITIONS[ClipState(row["state"])]:
        return False
    _write(connection, "clips", clip, {"state": to, **facts})
    _touch(connection, row["task"])
    return True


def change_clip(connection: sqlite3.Connection, clip: int, facts: Mapping[str, object]) -> bool:
    """Write facts of a clip; return whether anything changed."""
    changed = _write(connection, "clips", clip, facts)
    if changed:
        _touch(connection, connection.execute(SELECT_CLIP_STATE, (clip,)).fetchone()["task"])
    return changed


def _write(connection: sqlite3.Connection, table: str, row: int, facts: Mapping[str, object]) -> bool:
    columns = _columns(facts)
    if not columns:
        return False
    assigned, differs = (joint.join(columns) for joint in (" = ?, ", " IS NOT ? OR "))
    values = [*columns.values()]
    # The names are keywords of our own code (TaskFacts, ClipFacts); the values are bound.
    statement = f"UPDATE {table} SET {assigned} = ? WHERE id = ? AND ({differs} IS NOT ?)"  # noqa: S608
    return connection.execute(statement, [*values, row, *values]).rowcount > 0


def _columns(facts: Mapping[str, object]) -> dict[str, SqlValue]:
    columns = dict[str, SqlValue]()
    for name, value in facts.items():
        if name == "film":
            columns |= film_to_sql(value if isinstance(value, FilmFacts) else None)
        else:
            columns[name] = to_sql(value)
    return columns


def _touch(connection: sqlite3.Connection, task: int) -> None:
    connection.execute(COUNT_UP)
    connection.execute(TOUCH_TASK, (task,))
