"""The trash in SQLite: what is in it, and removing rows for good."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sora_studio.storage.autosaves import forget_versions
from sora_studio.storage.database import Database
from sora_studio.storage.rows import text_from_sql, to_sql

_IDS = "(SELECT value FROM json_each(?))"
IN_TRASH = "SELECT id FROM tasks WHERE trashed_at IS NOT NULL AND trashed_at <= ? ORDER BY id"
_FILES = f"SELECT path FROM clips WHERE task IN {_IDS} AND path IS NOT NULL AND state = 'saved'"  # noqa: S608 - constants of ours
_PURGE = (
    "INSERT OR IGNORE INTO tombstones (id, purged_at) SELECT value, ?2 FROM json_each(?1)",
    "DELETE FROM taggings WHERE task IN (SELECT value FROM json_each(?1))",
    "DELETE FROM publication_tasks WHERE task IN (SELECT value FROM json_each(?1))",
    "DELETE FROM clips WHERE task IN (SELECT value FROM json_each(?1))",
    "DELETE FROM task_words WHERE rowid IN (SELECT value FROM json_each(?1))",
    "DELETE FROM tasks WHERE id IN (SELECT value FROM json_each(?1))",
)
_UNUSED = """
    SELECT id FROM versions WHERE id IN (SELECT value FROM json_each(?)) AND kind = 'sent'
        AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.version = versions.id)
"""
_KEPT = """
    UPDATE versions SET kind = CASE WHEN name IS NULL THEN 'autosave' ELSE 'named' END
    WHERE id = ? AND (name IS NOT NULL OR document IN (SELECT id FROM drafts))
"""
"""A text with a name, or in a document that is a draft, outlives its tasks. Only texts that were sent are in the index."""
_LONELY_DOCUMENTS = """
    DELETE FROM documents WHERE id IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT id FROM drafts)
        AND NOT EXISTS (SELECT 1 FROM versions WHERE versions.document = documents.id)
"""


@dataclass(frozen=True, slots=True)
class Purged:
    """The tasks that were removed for good, and the files of their clips, which stay where they are."""

    tasks: Sequence[int]
    files: Sequence[Path]


class SqliteTrash:
    """Removes rows for good. Their numbers stay in `tombstones`, so that no backup brings them back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def in_trash(self, *, until: datetime) -> list[int]:
        """Return the tasks that were put into the trash at that time or earlier."""
        at = to_sql(until)
        return await self._database.read(lambda connection: [row[0] for row in connection.execute(IN_TRASH, (at,))])

    async def purge(self, tasks: Sequence[int], *, at: datetime) -> Purged:
        """Remove those of the tasks that are in the trash, with their clips, and the texts that nothing else needs."""

        def work(connection: sqlite3.Connection) -> Purged:
            listed = _listed(tasks)
            query = f"SELECT id FROM tasks WHERE trashed_at IS NOT NULL AND id IN {_IDS}"  # noqa: S608
            found: list[int] = [row[0] for row in connection.execute(query, (listed,))]
            listed = _listed(found)
            files = [Path(text_from_sql(row[0])) for row in connection.execute(_FILES, (listed,))]
            texts = f"SELECT DISTINCT version FROM tasks WHERE id IN {_IDS} AND version IS NOT NULL"  # noqa: S608
            versions: list[int] = [row[0] for row in connection.execute(texts, (listed,))]
            for number, statement in enumerate(_PURGE):
                connection.execute(statement, (listed, to_sql(at)) if number == 0 else (listed,))
            _forget_texts(connection, versions)
            return Purged(found, files)

        return await self._database.write(work)


def _forget_texts(connection: sqlite3.Connection, versions: Sequence[int]) -> None:
    documents = list[int]()
    for (version,) in connection.execute(_UNUSED, (_listed(versions),)).fetchall():
        if connection.execute(_KEPT, (version,)).rowcount:
            connection.execute("DELETE FROM version_words WHERE rowid = ?", (version,))
            continue
        documents.append(connection.execute("SELECT document FROM versions WHERE id = ?", (version,)).fetchone()[0])
        forget_versions(connection, [version])
    connection.execute(_LONELY_DOCUMENTS, (_listed(documents),))


def _listed(ids: Sequence[int]) -> str:
    return f"[{','.join(map(str, ids))}]"
