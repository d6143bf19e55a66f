"""What a person decides about tasks and clips, in SQLite: judgements, hiding, trash, and taking a change back."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sora_studio.domain.decision import Decision, Fate
from sora_studio.domain.judgement import ClipRef, Judgement, check_tag
from sora_studio.domain.search_words import fold
from sora_studio.storage.changes import COUNT_UP, REVISION
from sora_studio.storage.database import Database
from sora_studio.storage.rows import SqlValue, to_sql
from sora_studio.storage.search import index_task

_IDS = "(SELECT value FROM json_each(?))"
_TASK_COLUMNS = ("stars", "verdict", "note", "project", "removed_at", "trashed_at")
_CLIP_COLUMNS = ("stars", "verdict", "note", "trashed_at")
_RUNNING = "('pending', 'processing')"
_ADD_NOTE = "note = coalesce(nullif(note, '') || char(10), '') || ?"
_TOTAL = f"""
    UPDATE tasks SET
        stars = (SELECT max(stars) FROM clips WHERE task = tasks.id),
        verdict = (SELECT CASE WHEN sum(verdict = 'kept') > 0 THEN 'kept'
                               WHEN sum(verdict IS 'rejected') = count(*) THEN 'rejected' END
                   FROM clips WHERE task = tasks.id),
        trashed_at = (SELECT CASE WHEN count(*) = count(trashed_at) THEN max(trashed_at) END FROM clips WHERE task = tasks.id)
    WHERE id IN {_IDS} AND EXISTS (SELECT 1 FROM clips WHERE task = tasks.id)
"""  # noqa: S608 - constants of ours, here and below


@dataclass(frozen=True, slots=True)
class Former:
    """What the columns of tasks and clips were before a change, and which tags they had."""

    tasks: Mapping[int, tuple[SqlValue, ...]]
    clips: Mapping[int, tuple[SqlValue, ...]]
    taggings: Sequence[tuple[int, int, int | None]]


class SqliteHistory:
    """Changes by the person. Each is one transaction, and returns what is needed to take it back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def judge(self, clips: Sequence[ClipRef], judgement: Judgement) -> Former:
        """Apply a judgement. Tasks without clips have it themselves. Raises `InvalidSetting` for an unusable tag."""
        added = [check_tag(name) for name in judgement.tags]

        def work(connection: sqlite3.Connection) -> Former:
            tasks = _existing(connection, (ref.task for ref in clips))
            former = _former(connection, tasks)
            for ref in clips:
                if ref.task in former.tasks:
                    _judge(connection, ref, judgement, added)
            connection.execute(_TOTAL, (_listed(tasks),))
            _touch(connection, tasks)
            is_indexed = added or judgement.untags or judgement.note is not None or judgement.added_note
            for task in tasks if is_indexed else ():
                index_task(connection, task)
            return former

        return await self._database.write(work)

    async def decide(self, decisions: Sequence[Decision], *, at: datetime) -> Former:
        """Apply different decisions about single clips, all or none. Clips whose task is gone are left out."""

        def work(connection: sqlite3.Connection) -> Former:
            tasks = _existing(connection, (decision.clip.task for decision in decisions))
            former, now = _former(connection, tasks), to_sql(at)
            for decision in decisions:
                if decision.clip.task in former.tasks:
                    _judge(connection, decision.clip, decision.judgement, ())
                    if decision.fate is Fate.TRASH:
                        _trash(connection, decision.clip, now)
            connection.execute(_TOTAL, (_listed(tasks),))
            _touch(connection, tasks)
            return former

        return await self._database.write(work)

    async def trash(self, clips: Sequence[ClipRef], *, at: datetime) -> Former:
        """Put clips, or whole tasks, into the trash; tasks that the service works on are hidden instead.

        One that is being sent, or that may have been, stays as it is: the person must decide about it first.
        """

        def work(connection: sqlite3.Connection) -> Former:
            tasks = _existing(connection, (ref.task for ref in clips))
            former, now = _former(connection, tasks), to_sql(at)
            for ref in clips:
                _trash(connection, ref, now)
            connection.execute(_TOTAL, (_listed(tasks),))
            _touch(connection, tasks)
            return former

        return await self._database.write(work)

    async def restore(self, clips: Sequence[ClipRef]) -> Former:
        """Take clips out of the trash, and tasks out of hiding."""

        def work(connection: sqlite3.Connection) -> Former:
            tasks = _existing(connection, (ref.task for ref in clips))
            former = _former(connection, tasks)
            for ref in clips:
                one = "" if ref.clip is None else " AND position = ?"
                values = (ref.task,) if ref.clip is None else (ref.task, ref.clip)
                connection.execute(f"UPDATE clips SET trashed_at = NULL WHERE task = ?{one}", values)  # noqa: S608
                connection.execute("UPDATE tasks SET trashed_at = NULL, removed_at = NULL WHERE id = ?", (ref.task,))
            connection.execute(_TOTAL, (_listed(tasks),))
            _touch(connection, tasks)
            return former

        return await self._database.write(work)

    async def hide(self, tasks: Sequence[int], *, at: datetime) -> Former:
        """Hide tasks from the task list; they are followed all the same."""

        def work(connection: sqlite3.Connection) -> Former:
            known = _existing(connection, tasks)
            former = _former(connection, known)
            connection.execute(f"UPDATE tasks SET removed_at = ? WHERE id IN {_IDS}", (to_sql(at), _listed(known)))  # noqa: S608
            _touch(connection, known)
            return former

        return await self._database.write(work)

    async def put_back(self, former: Former) -> Former:
        """Give tasks, clips and tags their former values; return what they were now. Rows that are gone stay gone."""

        def work(connection: sqlite3.Connection) -> Former:
            tasks = _existing(connection, former.tasks)
            now = _former(connection, tasks)
            for table, columns, rows in (("tasks", _TASK_COLUMNS, former.tasks), ("clips", _CLIP_COLUMNS, former.clips)):
                assigned = ", ".join(f"{column} = ?" for column in columns)
                connection.executemany(
                    f"UPDATE {table} SET {assigned} WHERE id = ?",  # noqa: S608
                    [(*values, row) for row, values in rows.items()],
                )
            connection.execute(f"DELETE FROM taggings WHERE task IN {_IDS}", (_listed(tasks),))  # noqa: S608
            connection.executemany(
                "INSERT OR IGNORE INTO taggings (tag, task, clip) VALUES (?, ?, ?)",
                [tagging for tagging in former.taggings if tagging[1] in now.tasks],
            )
            _touch(connection, tasks)
            for task in tasks:
                index_task(connection, task)
            return now

        return await self._database.write(work)


def _judge(connection: sqlite3.Connection, ref: ClipRef, judgement: Judgement, tags: Sequence[str]) -> None:
    columns = dict[str, SqlValue]()
    if judgement.stars is not None:
        columns["stars"] = judgement.stars
    if judgement.verdict is not None or judgement.clears_verdict:
        columns["verdict"] = judgement.verdict and judgement.verdict.value
    if judgement.note is not None:
        columns["note"] = to_sql(judgement.note.strip()) or None
    where, place = ("task = ?", (ref.task,)) if ref.clip is None else ("task = ? AND position = ?", (ref.task, ref.clip))
    found: list[int] = [row["id"] for row in connection.execute(f"SELECT id FROM clips WHERE {where}", place)]  # noqa: S608
    if columns:
        assigned = ", ".join(f"{column} = ?" for column in columns)
        connection.execute(f"UPDATE clips SET {assigned} WHERE {where}", (*columns.values(), *place))  # noqa: S608
        if ref.clip is None:  # a note is also the task's, so that it is there when a further clip comes
            connection.execute(f"UPDATE tasks SET {assigned} WHERE id = ?", (*columns.values(), ref.task))  # noqa: S608
    if added_note := judgement.added_note.strip():
        connection.execute(f"UPDATE clips SET {_ADD_NOTE} WHERE {where}", (to_sql(added_note), *place))  # noqa: S608
        if ref.clip is None:
            connection.execute(f"UPDATE tasks SET {_ADD_NOTE} WHERE id = ?", (to_sql(added_note), ref.task))  # noqa: S608
    if judgement.project is not None or judgement.clears_project:
        connection.execute("UPDATE tasks SET project = ? WHERE id = ?", (judgement.project, ref.task))
    clip = found[0] if ref.clip is not None and found else None
    _tag(connection, ref.task, clip, added=tags, removed=judgement.untags)


def _tag(connection: sqlite3.Connection, task: int, clip: int | None, *, added: Sequence[str], removed: Sequence[str]) -> None:
    for name in added:
        connection.execute("INSERT OR IGNORE INTO tags (name, folded) VALUES (?, ?)", (to_sql(name), to_sql(fold(name))))
        connection.execute(
            "INSERT OR IGNORE INTO taggings (tag, task, clip) SELECT id, ?, ? FROM tags WHERE folded = ?",
            (task, clip, to_sql(fold(name))),
        )
    for name in removed:
        connection.execute(
            """
            DELETE FROM taggings
            WHERE task = ?1 AND (?2 IS NULL OR clip = ?2) AND tag IN (SELECT id FROM tags WHERE folded = ?3)
            """,
            (task, clip, to_sql(fold(name))),
        )


def _trash(connection: sqlite3.Connection, ref: ClipRef, now: SqlValue) -> None:
    one = "" if ref.clip is None else " AND position = ?"
    values = (now, ref.task) if ref.clip is None else (now, ref.task, ref.clip)
    connection.execute(f"UPDATE clips SET trashed_at = ? WHERE trashed_at IS NULL AND task = ?{one}", values)  # noqa: S608
    if ref.clip is None:
        connection.execute(
            f"""
            UPDATE tasks SET trashed_at = CASE WHEN state IN {_RUNNING} THEN trashed_at ELSE ?1 END,
                removed_at = CASE WHEN state IN {_RUNNING} THEN coalesce(removed_at, ?1) ELSE removed_at END
            WHERE id = ?2 AND trashed_at IS NULL AND state NOT IN ('sending', 'unknown')
            """,  # noqa: S608
            (now, ref.task),
        )


def _former(connection: sqlite3.Connection, tasks: Sequence[int]) -> Former:
    listed = (_listed(tasks),)
    found = f"SELECT id, {', '.join(_TASK_COLUMNS)} FROM tasks WHERE id IN {_IDS}"  # noqa: S608
    clips = f"SELECT id, {', '.join(_CLIP_COLUMNS)} FROM clips WHERE task IN {_IDS}"  # noqa: S608
    tags = f"SELECT tag, task, clip FROM taggings WHERE task IN {_IDS}"  # noqa: S608
    return Former(
        {row[0]: tuple(row)[1:] for row in connection.execute(found, listed)},
        {row[0]: tuple(row)[1:] for row in connection.execute(clips, listed)},
        [(row[0], row[1], row[2]) for row in connection.execute(tags, listed)],
    )


def _existing(connection: sqlite3.Connection, tasks: Iterable[int]) -> list[int]:
    query = f"SELECT id FROM tasks WHERE id IN {_IDS}"  # noqa: S608
    return [row[0] for row in connection.execute(query, (_listed(tasks),))]


def _touch(connection: sqlite3.Connection, tasks: Sequence[int]) -> None:
    """Give each task a revision of its own, and note that the files beside its clips are out of date."""
    for task in tasks:
        connection.execute(COUNT_UP)
        connection.execute(f"UPDATE tasks SET revision = {REVISION}, metadata_due = metadata_due + 1 WHERE id = ?", (task,))  # noqa: S608


def _listed(ids: Iterable[int]) -> str:
    return f"[{','.join(map(str, dict.fromkeys(ids)))}]"
