"""The families of clips in SQLite."""

import sqlite3

from sora_studio.domain.family import Child, Family
from sora_studio.domain.intent import ParentKind
from sora_studio.storage.database import Database
from sora_studio.storage.library_tiles import SHOWN, TAKES

PARENT = f"""
    SELECT other.id FROM tasks JOIN tasks AS other ON other.id = tasks.parent
    WHERE tasks.id = ? AND other.trashed_at IS NULL AND other.{SHOWN}
"""  # noqa: S608 - constants of ours, as below
CHILDREN = f"""
    SELECT id, parent_kind FROM tasks INDEXED BY tasks_by_parent
    WHERE parent = ? AND trashed_at IS NULL AND {SHOWN} ORDER BY id
"""  # noqa: S608


class SqliteFamilies:
    """Reads on the reader thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, task: int) -> Family:
        """Return the task's family, as far as it has clips and is not in the trash."""
        return await self._database.read(lambda connection: read_family(connection, task))


def read_family(connection: sqlite3.Connection, task: int) -> Family:
    """Return the task's family."""
    takes: tuple[int, ...] = tuple(row[0] for row in connection.execute(TAKES, (task,)))
    parent: sqlite3.Row | None = connection.execute(PARENT, (task,)).fetchone()
    children = (Child(row["id"], ParentKind(row["parent_kind"])) for row in connection.execute(CHILDREN, (task,)))
    return Family(
        None if parent is None or parent["id"] in takes else parent["id"],
        takes,
        tuple(child for child in children if child.task not in takes),
    )
