"""What exports need beside tasks: versions, and which tags belong to a task and which to its clips."""

import sqlite3
from collections.abc import Mapping, Sequence

from sora_studio.domain.version import Version
from sora_studio.storage.database import Database
from sora_studio.storage.rows import text_from_sql, version_from_row

VERSIONS = "SELECT * FROM versions WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
TAGGINGS = """
    SELECT task, clip, name FROM taggings JOIN tags ON tags.id = tag
    WHERE task IN (SELECT value FROM json_each(?)) ORDER BY taggings.id
"""


class SqliteExports:
    """Reads in pages that the caller chooses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def versions(self, versions: Sequence[int]) -> list[Version]:
        """Return the existing versions with these ids, in the order of the ids."""

        def work(connection: sqlite3.Connection) -> list[Version]:
            return [version_from_row(row) for row in connection.execute(VERSIONS, (_listed(versions),))]

        return await self._database.read(work)

    async def taggings(self, tasks: Sequence[int]) -> Mapping[tuple[int, int | None], tuple[str, ...]]:
        """Return the tags by task and clip; the clip is None for those of the whole task."""

        def work(connection: sqlite3.Connection) -> dict[tuple[int, int | None], tuple[str, ...]]:
            found = dict[tuple[int, int | None], tuple[str, ...]]()
            for task, clip, name in connection.execute(TAGGINGS, (_listed(tasks),)):
                found[task, clip] = (*found.get((task, clip), ()), text_from_sql(name))
            return found

        return await self._database.read(work)


def _listed(ids: Sequence[int]) -> str:
    return f"[{','.join(map(str, ids))}]"
