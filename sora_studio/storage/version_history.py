"""The versions of a document in SQLite, as a person reads, names and restores them."""

import sqlite3
from collections import defaultdict
from datetime import datetime
from itertools import groupby

from sora_studio.domain.task import Phase
from sora_studio.domain.version import Take, Version, VersionEntry
from sora_studio.storage.autosaves import autosaved_documents, copy_version, keep_now, thin
from sora_studio.storage.changes import COUNT_UP, REVISION
from sora_studio.storage.database import Database
from sora_studio.storage.rows import path_or_none, text_from_sql, to_sql, version_from_row

OF_DOCUMENT = "SELECT * FROM versions WHERE document = ? ORDER BY id DESC"
ONE = "SELECT * FROM versions WHERE id = ? AND document = ?"
TAKES = """
    SELECT tasks.version, tasks.id, tasks.phase, clips.poster,
           (SELECT count(*) FROM clips AS counted WHERE counted.task = tasks.id) AS clips
    FROM versions CROSS JOIN tasks ON tasks.version = versions.id
    LEFT JOIN clips ON clips.task = tasks.id AND clips.position = 0
    WHERE versions.document = ? AND tasks.trashed_at IS NULL ORDER BY tasks.id
"""
RECENT_TEXTS = """
    SELECT text FROM (
        SELECT id, coalesce(written, text) AS text FROM versions WHERE document = ? AND created_at >= ? ORDER BY id DESC LIMIT ?
    ) ORDER BY id
"""
NAME = f"""
    UPDATE versions SET name = :name, revision = {REVISION}, kind = CASE
        WHEN kind = 'sent' THEN 'sent' WHEN :name IS NULL THEN 'autosave' ELSE 'named' END
    WHERE id = :version
"""  # noqa: S608 - a constant of ours
COUNT = "SELECT count(*), coalesce(max(id), 0) FROM versions WHERE document = ? AND kind <> 'autosave'"
FORMER_NAME = "SELECT name FROM versions WHERE id = ?"


class SqliteVersions:
    """Reads and names versions. Making them is the business of `SqliteDrafts.save` and of sending."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self, document: int) -> list[VersionEntry]:
        """Return the versions of a document, the newest first."""

        def work(connection: sqlite3.Connection) -> list[VersionEntry]:
            takes = defaultdict[int, list[Take]](list)
            for row in connection.execute(TAKES, (document,)):
                takes[row["version"]].append(
                    Take(row["id"], Phase(row["phase"]), row["clips"], path_or_none(row["poster"])),
                )
            versions = map(version_from_row, connection.execute(OF_DOCUMENT, (document,)))
            return [VersionEntry(version, takes[version.id]) for version in versions]

        return await self._database.read(work)

    async def count(self, document: int) -> tuple[int, int]:
        """Return how many versions of the document were sent or named, and the newest of them; 0 for none."""
        return await self._database.read(lambda connection: tuple(connection.execute(COUNT, (document,)).fetchone()))

    async def get(self, document: int, version: int) -> Version | None:
        """Return a version of the document."""

        def work(connection: sqlite3.Connection) -> Version | None:
            row: sqlite3.Row | None = connection.execute(ONE, (version, document)).fetchone()
            return None if row is None else version_from_row(row)

        return await self._database.read(work)

    async def recent_texts(self, document: int, *, since: datetime, most: int) -> list[str]:
        """Return the newest versions that were made since then as they were written, oldest first."""
        values = (document, to_sql(since), most)
        return await self._database.read(
            lambda connection: [
                text for text, _ in groupby(text_from_sql(row[0]) for row in connection.execute(RECENT_TEXTS, values))
            ]
        )

    async def name(self, version: int, name: str) -> str:
        """Give a version a name, so that it is kept for ever, or take it away (empty); return the former one."""
        named = to_sql(" ".join(name.split())) or None

        def work(connection: sqlite3.Connection) -> str:
            row: sqlite3.Row | None = connection.execute(FORMER_NAME, (version,)).fetchone()
            connection.execute(COUNT_UP)
            connection.execute(NAME, {"name": named, "version": version})
            return "" if row is None else text_from_sql(row["name"] or "")

        return await self._database.write(work)

    async def keep(self, document: int) -> Version | None:
        """Keep the draft's text as it is stored now as a version, unless it is one; return the newest version."""

        def work(connection: sqlite3.Connection) -> Version | None:
            keep_now(connection, document)
            row: sqlite3.Row | None = connection.execute(f"{OF_DOCUMENT} LIMIT 1", (document,)).fetchone()
            return None if row is None else version_from_row(row)

        return await self._database.write(work)

    async def restore(self, document: int, version: int, *, at: datetime) -> Version | None:
        """Make a copy of a version the newest one, after what is written now; None if there is no such version."""

        def work(connection: sqlite3.Connection) -> Version | None:
            if connection.execute(ONE, (version, document)).fetchone() is None:
                return None
            keep_now(connection, document)
            copy = copy_version(connection, version, at)
            return version_from_row(connection.execute(ONE, (copy, document)).fetchone())

        return await self._database.write(work)

    async def thin(self, now: datetime) -> None:
        """Drop the autosaved versions that are too many for their age, one document at a time."""
        for document in await self._database.read(autosaved_documents):
            await self._database.write(lambda connection: thin(connection, document, now))  # noqa: B023 - awaited at once
