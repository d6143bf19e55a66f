"""Finds and adds tasks from outside: with their versions, clips, tags and projects, all of them or none, and never twice.

A task is the same if the service's id is, at the same gateway; without an id, if text, take and moment of creation are.
"""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sora_studio.domain.imports import UNFOLLOWED, Incoming, Known
from sora_studio.domain.project import Project
from sora_studio.domain.task import Task, TaskState
from sora_studio.domain.version import Version
from sora_studio.storage.changes import change_clip
from sora_studio.storage.database import Database
from sora_studio.storage.import_rows import CLIPS_OF, Added, Addition, Inserted, take_back
from sora_studio.storage.rows import text_from_sql, to_sql

SERVICE_IDS = "SELECT id, gateway, task_id FROM tasks WHERE task_id IS NOT NULL"
CREATED_AT = """
    SELECT tasks.id, tasks.task_id, versions.text FROM tasks JOIN versions ON versions.id = tasks.version
    WHERE tasks.created_at = ? AND tasks.take = ? ORDER BY tasks.id
"""
CLIP_PATHS = "SELECT path FROM clips WHERE path IS NOT NULL AND state = 'saved'"
AT_ONCE = 200
"""Tasks of one transaction: about 0.2 s."""
_LACKING = ("expired", "missing")
_STUBS = tuple(UNFOLLOWED.values())


class SqliteImports:
    """Finds and adds tasks from outside."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, incoming: Sequence[Incoming]) -> Mapping[int, Known]:
        """Return those of the tasks that are here already, by their numbers there."""
        return await self._database.read(lambda connection: _known(connection, incoming))

    async def clip_paths(self) -> frozenset[str]:
        """Return the files of all saved clips."""
        return await self._database.read(
            lambda connection: frozenset(text_from_sql(row[0]) for row in connection.execute(CLIP_PATHS))
        )

    async def add(
        self, incoming: Sequence[Incoming], versions: Sequence[Version], projects: Sequence[Project], *, at: datetime
    ) -> Added:
        """Add the tasks that are not here yet, and complete those that are. Every task must be over, and no clip unsaved.

        Each transaction is short, because the writes of other processes wait for its end. If one fails, what the earlier ones
        added is removed again.
        """
        assert all(one.task.state.is_over for one in incoming)
        addition = Addition(versions, projects, at)
        known = await self.known(incoming)
        addition.added.tasks.update({number: here.task for number, here in known.items()})
        # In the order of the numbers, so that the order here is that of the other library; what is here already comes last.
        ordered = sorted(incoming, key=lambda one: (one.task.id in known, one.task.id))
        written = list[Inserted]()
        try:
            for start in range(0, len(ordered), AT_ONCE):
                part = ordered[start : start + AT_ONCE]
                written.append(await self._database.write(partial(addition.add, part=part, known=known)))
        except BaseException:
            for inserted in reversed(written):
                await self._database.write(partial(take_back, inserted=inserted))
            raise
        return addition.added

    async def set_posters(self, posters: Mapping[int, Path]) -> None:
        """Record the posters of clips."""

        def work(connection: sqlite3.Connection) -> None:
            for clip, poster in posters.items():
                change_clip(connection, clip, {"poster": poster})

        await self._database.write(work)


def _known(connection: sqlite3.Connection, incoming: Sequence[Incoming]) -> dict[int, Known]:
    ids = {(row["gateway"], text_from_sql(row["task_id"])): row["id"] for row in connection.execute(SERVICE_IDS)}
    found, taken = dict[int, Known](), set[int]()
    for one in incoming:
        task = one.task
        number = ids.get((task.gateway, task.task_id)) if task.task_id else None
        if number is None:
            number = _created_alike(connection, task, taken)
        if number is not None:
            taken.add(number)
            found[task.id] = _known_as(connection, number, task)
    return found


def _created_alike(connection: sqlite3.Connection, task: Task, taken: Collection[int]) -> int | None:
    """Return the first task with the same text, take and moment of creation, unless both have a service's id.

    Shots of one batch are alike in all of that, so that each stands for one only.
    """
    for number, task_id, text in connection.execute(CREATED_AT, (to_sql(task.created_at), task.take)):
        is_same = (task_id is None or task.task_id is None) and text_from_sql(text) == task.request.prompt
        if is_same and number not in taken:
            return number
    return None


def _known_as(connection: sqlite3.Connection, number: int, task: Task) -> Known:
    here = {row["position"]: row["state"] for row in connection.execute(CLIPS_OF, (number,))}
    row: sqlite3.Row = connection.execute("SELECT state, trouble FROM tasks WHERE id = ?", (number,)).fetchone()
    state = TaskState(row["state"])
    was_unfollowed = state is TaskState.CANCELLED and row["trouble"] in _STUBS and task.trouble not in _STUBS
    is_stub = was_unfollowed or (state.is_unclear and task.state is TaskState.SUCCESS)
    if state is not TaskState.SUCCESS and not is_stub:
        return Known(number)  # the service's answer is still to come, and adds each of the clips
    lacks = frozenset(clip.index for clip in task.clips if clip.path and here.get(clip.index, "missing") in _LACKING)
    return Known(number, lacks, is_stub)
