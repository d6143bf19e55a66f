"""Looks into the database for a checkup: read-only, beside an open window, without repairing or migrating anything."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sora_studio.domain.clip import ClipFile, ClipState
from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.storage.backups import Backups
from sora_studio.storage.database import START_AGAIN, named_error
from sora_studio.storage.migrations import STEPS, steps_taken
from sora_studio.storage.rescue import connect_to_look, is_damaged, refuse_while_rescued
from sora_studio.storage.rows import text_from_sql, time_from_sql, to_sql

NEWEST_VERSION = len(STEPS)
_MEDIA_COLUMNS = ("images", "media", "set_aside", "edits")
"""JSON with addresses of files, in whichever tables have them."""
_FILE_COLUMNS = ("poster", "filmstrip")
_HIDING = ("removed_at", "trashed_at")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an intact database contains.

    `version` is its schema's. `size_bytes` counts its log too. `clips` are those of listed tasks that are or were on disk;
    `expiring` are the link expiry times of clips still to be saved. `owned` are the names of the files that tasks, drafts and
    clips refer to.
    """

    version: int
    size_bytes: int
    tasks: int
    clips: tuple[ClipFile, ...]
    expiring: tuple[datetime, ...]
    owned: frozenset[str]
    changed_at: datetime | None = None
    """When the file was last written."""
    folders: tuple[Path, ...] = ()
    """Folders of projects, and of unfinished tasks whose clips go elsewhere than the settings say."""


def inspect_database(database: Path, now: datetime) -> Inspection | None:
    """Check every page and return what the file contains; None if there is no file. Blocks.

    The only file that it may write is the log's index (`-shm`), which SQLite rebuilds for its first reader after a crash.

    Raises `DatabaseUnusable` for a file that is damaged, unfinished, foreign or of a newer version; its advice says what to do.
    """
    try:
        refuse_while_rescued(database)
        if not database.exists():
            return None
        if database.with_name(f"{database.name}-journal").exists():
            raise DatabaseUnusable(database, "its creation was interrupted.", "Start Sora Studio: it completes the file.")
        backups = Backups(database)
        # A window that opened it in between may have changed pages during the first look, so damage is confirmed.
        if is_damaged(database, backups) and is_damaged(database, backups):
            raise DatabaseUnusable(database, "it is damaged.", START_AGAIN)
        log = database.with_name(f"{database.name}-wal")
        with contextlib.closing(connect_to_look(database, log)) as connection:
            connection.row_factory = sqlite3.Row
            found = _inspect(connection, database, now, size_bytes=sum(map(_size, (database, log))))
        return replace(found, changed_at=datetime.fromtimestamp(max(map(_written_at, (database, log))), UTC))
    except sqlite3.Error as error:
        raise named_error(database, error) or DatabaseUnusable(database, f"{error}.") from error
    except OSError as error:
        raise DatabaseUnusable(database, f"{error.strerror or error}.") from error


def _inspect(connection: sqlite3.Connection, database: Path, now: datetime, *, size_bytes: int) -> Inspection:
    version = steps_taken(connection, database)
    if not version:  # created, but nothing is in it yet
        return Inspection(0, size_bytes, 0, (), (), frozenset())
    connection.execute("BEGIN")
    return Inspection(
        version=version,
        size_bytes=size_bytes,
        tasks=connection.execute("SELECT count(*) FROM tasks").fetchone()[0],
        clips=tuple(_clips(connection)),
        expiring=tuple(_expiring(connection, now)),
        owned=frozenset(_owned(connection)),
        folders=tuple(sorted(set(_folders(connection)))),
    )


def _clips(connection: sqlite3.Connection) -> Iterator[ClipFile]:
    kept = "clips.state IN ('saved', 'missing') AND clips.path IS NOT NULL"
    for row in connection.execute(f"SELECT clips.id, clips.path, clips.state {_of_listed(connection)} AND {kept}"):
        yield ClipFile(row["id"], text_from_sql(row["path"]), row["state"] == ClipState.SAVED)


def _expiring(connection: sqlite3.Connection, now: datetime) -> Iterator[datetime]:
    unsaved = "clips.state IN ('remote', 'downloading') AND clips.expires_at > ?"
    for row in connection.execute(f"SELECT clips.expires_at {_of_listed(connection)} AND {unsaved}", (to_sql(now),)):
        yield time_from_sql(row["expires_at"])


def _of_listed(connection: sqlite3.Connection) -> str:
    """Return the source of clips that are not in the trash, of listed tasks. Older schemas have no trash."""
    listed = " AND ".join(
        f"{table}.{column} IS NULL"
        for table in ("tasks", "clips")
        for column in _HIDING
        if column in _columns(connection, table)
    )
    return f"FROM clips JOIN tasks ON tasks.id = clips.task WHERE {listed}"


def _folders(connection: sqlite3.Connection) -> Iterator[Path]:
    """Yield the folders that clips may still be saved to; schemas before version 7 have none."""
    if "output_dir" not in _columns(connection, "tasks"):
        return
    projects = "SELECT folder FROM projects WHERE folder IS NOT NULL AND removed_at IS NULL"
    unfinished = (
        "SELECT output_dir FROM tasks WHERE output_dir IS NOT NULL AND trashed_at IS NULL "
        "AND (state NOT IN ('success', 'failed', 'cancelled') "
        "OR id IN (SELECT task FROM clips WHERE state IN ('remote', 'downloading')))"
    )
    for query in (projects, unfinished):
        for row in connection.execute(query):
            yield Path(text_from_sql(row[0]))


def _owned(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the name of every file that a row refers to. All tables count: newer schemas have further ones."""
    tables: list[str] = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in tables:
        columns = _columns(connection, table)
        for column in columns.intersection(_MEDIA_COLUMNS):
            query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} NOT IN ('', '[]', '{{}}')"  # noqa: S608 - ours
            for row in connection.execute(query):
                with contextlib.suppress(ValueError):  # not our JSON: it names no file of ours either
                    yield from (_name(text) for text in _texts(json.loads(text_from_sql(row[0]))))
        for column in columns.intersection(_FILE_COLUMNS):
            for row in connection.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"):  # noqa: S608 - ours
                yield _name(text_from_sql(row[0]))


def _texts(value: object) -> Iterator[str]:
    """Yield all keys and texts of a JSON value."""
    match value:
        case str():
            yield value
        case dict():
            for key, inner in cast("dict[str, object]", value).items():
                yield key
                yield from _texts(inner)
        case list():
            for inner in cast("list[object]", value):
                yield from _texts(inner)
        case _:
            pass


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
