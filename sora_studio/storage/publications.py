"""Published pictures in SQLite, with the tasks that use them."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime

from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.picture import TAKEN_UP_AFTER, PictureRoute, PreparedPicture, Publication
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.rows import SqlValue, publication_from_row, to_sql

INSERT_PUBLICATION = """
    INSERT INTO publications (fingerprint, route, place, handle, url, name, published_at, expires_at)
    VALUES (:fingerprint, :route, :place, :handle, '', :name, :published_at, :expires_at)
"""
# An upload command may refuse a name that it has seen before; on other routes the same bytes simply overwrite themselves.
CUT_OFF = """
    SELECT id FROM publications
    WHERE fingerprint = :fingerprint AND place = :place AND withdrawn_at IS NULL AND url = '' AND route <> 'command'
    AND published_at <= :settled_before ORDER BY published_at LIMIT 1
"""
RENEW = """
    UPDATE publications SET name = :name, published_at = :published_at, expires_at = :expires_at, trouble = NULL WHERE id = :id
"""
INSERT_USE = "INSERT OR IGNORE INTO publication_tasks (publication, task) VALUES (?, ?)"
SELECT_USES = """
    SELECT publication, task FROM publication_tasks WHERE publication IN (SELECT value FROM json_each(?)) ORDER BY task
"""
SELECT_ONE = "SELECT * FROM publications WHERE id = :id"
FORGET = "DELETE FROM publications WHERE id = ?"
FORGET_USES = "DELETE FROM publication_tasks WHERE publication = ?"
COMPLETE = "UPDATE publications SET url = :url WHERE id = :id"
WITHDRAW = "UPDATE publications SET withdrawn_at = :at, trouble = NULL WHERE id = :id AND withdrawn_at IS NULL"
COMPLAIN = "UPDATE publications SET trouble = :trouble WHERE id = :id"
# The program cannot withdraw what a command published: there, `trouble` says only that.
LIVE = """
    SELECT * FROM publications
    WHERE fingerprint = :fingerprint AND withdrawn_at IS NULL AND place = :place AND url <> '' AND expires_at >= :until
        AND (trouble IS NULL OR route = 'command')
    ORDER BY expires_at DESC, id DESC LIMIT 1
"""
# Without INDEXED BY, SQLite scans the whole table to avoid sorting.
STANDING = "SELECT * FROM publications INDEXED BY publications_live WHERE withdrawn_at IS NULL ORDER BY id DESC"
AT = """
    SELECT * FROM publications INDEXED BY publications_live
    WHERE withdrawn_at IS NULL AND (trouble IS NULL OR route = 'command') AND url IN (SELECT value FROM json_each(:urls))
    ORDER BY id DESC
"""
IDLE = """
    SELECT * FROM publications INDEXED BY publications_live
    WHERE withdrawn_at IS NULL AND (expires_at <= :now OR NOT EXISTS (
        SELECT 1 FROM publication_tasks JOIN tasks ON tasks.id = publication_tasks.task
        WHERE publication_tasks.publication = publications.id AND tasks.state NOT IN (SELECT value FROM json_each(:over))
    ))
    ORDER BY id DESC
"""
_OVER = json.dumps([state.value for state in TaskState if state.is_over])


class SqlitePublications:
    """Published pictures and the tasks that use them.

    Each method is one transaction, which is on disk when the method returns.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self,
        picture: PreparedPicture | PreparedFile,
        *,
        route: PictureRoute,
        place: str,
        handle: str,
        name: str,
        task: int,
        at: datetime,
        expires_at: datetime,
    ) -> Publication:
        """Record a publication before its upload starts: without an address, for a first task.

        If an upload of the same picture to the same place was interrupted at least `TAKEN_UP_AFTER` ago, that row is reused
        with its handle, so that a host that is down for a night leaves few rows behind. Commands are excepted, because they may
        refuse a name that they have seen.
        """
        values = {
            "fingerprint": picture.fingerprint,
            "route": to_sql(route),
            "place": to_sql(place),
            "handle": to_sql(handle),
            "name": to_sql(name),
            "published_at": to_sql(at),
            "expires_at": to_sql(expires_at),
        }

        def work(connection: sqlite3.Connection) -> Publication:
            cut_off = connection.execute(CUT_OFF, {**values, "settled_before": to_sql(at - TAKEN_UP_AFTER)}).fetchone()
            if cut_off is None:
                publication = connection.execute(INSERT_PUBLICATION, values).lastrowid
            else:
                publication = cut_off["id"]
                connection.execute(RENEW, {**values, "id": publication})
            connection.execute(INSERT_USE, (publication, task))
            return next(iter(_with_tasks(connection, SELECT_ONE, {"id": publication})))

        return await self._database.write(work)

    async def complete(self, publication: int, url: str) -> None:
        """Mark the publication as reachable at `url`."""
        await self._write(COMPLETE, {"id": publication, "url": to_sql(url)})

    async def forget(self, publication: int) -> None:
        """Delete a publication of which nothing was uploaded."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(FORGET_USES, (publication,))
            connection.execute(FORGET, (publication,))

        await self._database.write(work)

    async def join(self, publication: int, task: int) -> None:
        """Record one more task that uses the publication."""
        await self._write(INSERT_USE, (publication, task))

    async def live(self, fingerprint: str, *, place: str, until: datetime) -> Publication | None:
        """Return a reusable publication that is valid until `until` or longer, preferring the longest-lived one.

        One that is being withdrawn is not reusable.
        """
        found = await self._read(LIVE, {"fingerprint": fingerprint, "place": to_sql(place), "until": to_sql(until)})
        return next(iter(found), None)

    async def get(self, publication: int) -> Publication | None:
        """Return the publication, withdrawn or not."""
        return next(iter(await self._read(SELECT_ONE, {"id": publication})), None)

    async def standing(self) -> list[Publication]:
        """Return all publications that are not withdrawn, with or without an address, newest first."""
        return await self._read(STANDING, {})

    async def at(self, urls: Collection[str]) -> list[Publication]:
        """Return the publications at these addresses that are not withdrawn or being withdrawn, newest first."""
        return await self._read(AT, {"urls": json.dumps([to_sql(url) for url in urls])})

    async def idle(self, *, now: datetime) -> list[Publication]:
        """Return the publications that no task needs any longer: all their tasks are over, or their address has expired."""
        return await self._read(IDLE, {"now": to_sql(now), "over": _OVER})

    async def withdraw(self, publication: int, *, at: datetime) -> None:
        """Mark the publication as withdrawn."""
        await self._write(WITHDRAW, {"id": publication, "at": to_sql(at)})

    async def complain(self, publication: int, trouble: str) -> None:
        """Record that the publication is being withdrawn, or why it could not be: no new task gets its address."""
        await self._write(COMPLAIN, {"id": publication, "trouble": to_sql(trouble)})

    async def _write(self, statement: str, values: Mapping[str, SqlValue] | tuple[SqlValue, ...]) -> None:
        await self._database.write(lambda connection: connection.execute(statement, values) and None)

    async def _read(self, query: str, values: Mapping[str, SqlValue]) -> list[Publication]:
        return await self._database.read(lambda connection: _with_tasks(connection, query, values))


def _with_tasks(connection: sqlite3.Connection, query: str, values: Mapping[str, SqlValue]) -> list[Publication]:
    rows: list[sqlite3.Row] = connection.execute(query, values).fetchall()
    uses: dict[int, list[int]] = {row["id"]: [] for row in rows}
    for publication, task in connection.execute(SELECT_USES, (json.dumps([*uses]),)):
        uses[publication].append(task)
    return [publication_from_row(row, tuple(uses[row["id"]])) for row in rows]
