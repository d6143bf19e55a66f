"""Which tasks' files are out of date: the metadata beside their clips lacks a decision made since."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sora_studio.domain.task import Task
from sora_studio.storage.database import Database
from sora_studio.storage.rows import text_from_sql
from sora_studio.storage.task_snapshots import read_tasks

# A clip that is still to come or being saved gets a file of its own first, made from older facts.
DUE = """
    SELECT tasks.id, metadata_due, projects.name FROM tasks
    LEFT JOIN projects ON projects.id = tasks.project AND projects.removed_at IS NULL
    WHERE metadata_due AND tasks.id > ? AND state IN ('success', 'failed', 'cancelled')
        AND NOT EXISTS (SELECT 1 FROM clips WHERE clips.task = tasks.id AND clips.state IN ('remote', 'downloading'))
    ORDER BY tasks.id LIMIT ?
"""
TAGS = """
    SELECT taggings.task, taggings.clip, tags.name FROM taggings JOIN tags ON tags.id = taggings.tag
    WHERE taggings.task IN (SELECT value FROM json_each(?)) ORDER BY tags.folded
"""
SETTLE = "UPDATE tasks SET metadata_due = 0 WHERE id = ? AND metadata_due = ?"


@dataclass(frozen=True, slots=True)
class DueMetadata:
    """A task, its project's name, and the tags of each of its clips by the clip's id. `mark` grows with each decision."""

    task: Task
    mark: int
    project: str | None
    tags: Mapping[int, Sequence[str]]


class SqliteMetadataDue:
    """Reads what is due, and marks it as written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, *, after: int, limit: int) -> list[DueMetadata]:
        """Return the next due tasks in the order of their ids, none of which has a clip that is still to come."""

        def work(connection: sqlite3.Connection) -> list[DueMetadata]:
            rows = {row[0]: (row[1], row[2]) for row in connection.execute(DUE, (after, limit))}
            taggings = connection.execute(TAGS, (f"[{','.join(map(str, rows))}]",)).fetchall()
            return [
                DueMetadata(
                    task,
                    rows[task.id][0],
                    None if rows[task.id][1] is None else text_from_sql(rows[task.id][1]),
                    {
                        clip.id: [text_from_sql(name) for of, own, name in taggings if of == task.id and own in (None, clip.id)]
                        for clip in task.clips
                    },
                )
                for task in read_tasks(connection, list(rows))
            ]

        return await self._database.read(work)

    async def settle(self, written: Sequence[DueMetadata]) -> None:
        """Mark files as up to date, except those of tasks that changed since they were read."""
        marks = [(due.task.id, due.mark) for due in written]
        await self._database.write(lambda connection: connection.executemany(SETTLE, marks))
