"""Callbacks kept for studios that are offline: one small SQLite file, committed before the response is sent."""

import asyncio
import os
import sqlite3
import stat
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sora_studio.relay.limits import Limits

Result = TypeVar("Result")

_SCHEMA = 1
_PAGE = 500
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY = 0xFF
"""Mask for an error's primary code, without SQLite's extension."""
_CREATE = """
BEGIN;
CREATE TABLE life (epoch TEXT NOT NULL);
CREATE TABLE callbacks (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    secret TEXT NOT NULL,
    digest BLOB NOT NULL,
    task_id TEXT,
    received_at TEXT NOT NULL,
    UNIQUE (secret, digest)
);
CREATE INDEX callbacks_by_age ON callbacks (received_at);
INSERT INTO life VALUES (lower(hex(randomblob(16))));
PRAGMA user_version = 1;
COMMIT;
"""
_INSERT = """
INSERT OR IGNORE INTO callbacks (secret, digest, task_id, received_at)
SELECT :secret, :digest, :task_id, :received_at WHERE (SELECT count(*) FROM callbacks WHERE secret = :secret) < :most
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A callback and its position in this mailbox."""

    cursor: int
    secret: str
    task_id: str | None


class MailboxUnusable(Exception):
    """The file is damaged beyond repair (`is_damaged`) or not writable, or the disk is full."""

    def __init__(self, reason: str, *, is_damaged: bool = False) -> None:
        self.is_damaged = is_damaged
        super().__init__(reason)


class Mailbox:
    """The open store of callbacks. Every method except `hush` and `close` raises `MailboxUnusable`.

    One thread does all file access. Callbacks that arrive during a commit share the next one, so that a
    burst needs few commits. `epoch` is random for each new file: a cursor is valid only together with it.
    """

    def __init__(self, path: Path, limits: Limits, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._limits, self._now = limits, now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mailbox")
        self._pending = list[tuple[dict[str, object], asyncio.Future[None]]]()
        self._committing: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._hushed = False
        try:
            self._connection, self.epoch = self._thread.submit(_open, path).result()
        except (sqlite3.Error, OSError) as error:
            self._thread.shutdown()
            raise _unusable(error) from error

    async def add(self, secret: str, digest: bytes, task_id: str | None) -> None:
        """Commit the callback before returning, unless it is a duplicate or its secret has too many."""
        written = asyncio.get_running_loop().create_future()
        row: dict[str, object] = {
            "secret": secret,
            "digest": digest,
            "task_id": task_id,
            "received_at": _stamp(self._now()),
            "most": self._limits.callbacks_per_secret,
        }
        self._pending.append((row, written))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await written

    async def pages(self, after: int) -> AsyncGenerator[list[Entry]]:
        """Yield stored callbacks after a cursor, then new ones; an empty page is a heartbeat. Ends after `hush`."""
        while not self._hushed:
            news = self._news
            page = await self._run(lambda after=after: _read(self._connection, after))
            if page or not await _within(news, self._limits.heartbeat_s):
                yield page
            after = page[-1].cursor if page else after

    async def sweep(self) -> None:
        """Delete expired callbacks and truncate the journal."""
        oldest = _stamp(self._now() - self._limits.callbacks_kept)
        await self._run(lambda: _sweep(self._connection, oldest))

    def hush(self) -> None:
        """End every `pages` at once."""
        self._hushed = True
        self._tell()

    def close(self) -> None:
        """Close the file after the work in progress."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()

    async def _commit(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            rows = [row for row, _ in batch]
            error = None
            try:
                await self._run(lambda rows=rows: _write(self._connection, rows, self._limits.callbacks))
            except Exception as failed:  # report it to every caller of this commit
                error = failed
            for _, written in batch:
                if written.done():  # its request was cancelled
                    continue
                if error:
                    written.set_exception(error)
                else:
                    written.set_result(None)
            self._tell()
        self._committing = None

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _run(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise _unusable(error) from error


def _open(path: Path) -> tuple[sqlite3.Connection, str]:
    """Return the connection and the file's epoch."""
    _keep_private(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: flush to the disk itself, as FULL does elsewhere
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _SCHEMA):
            raise sqlite3.DatabaseError("a newer relay made it")
        connection.execute("PRAGMA journal_mode = WAL")
        if version == 0:
            connection.executescript(_CREATE)
        return connection, str(connection.execute("SELECT epoch FROM life").fetchone()[0])
    except BaseException:
        connection.close()
        raise


def _keep_private(path: Path) -> None:
    """Restrict the file to this user, because its secrets allow forged callbacks. SQLite's side files get the same mode.

    Raises OSError when it cannot be written.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists() and (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
            file.chmod(mode & 0o700)


def _unusable(error: sqlite3.Error | OSError) -> MailboxUnusable:
    if isinstance(error, OSError):
        return MailboxUnusable(error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", 0)  # missing on our own error
    return MailboxUnusable(str(error), is_damaged=code & _PRIMARY in _DAMAGE)


def _write(connection: sqlite3.Connection, rows: Sequence[dict[str, object]], most: int) -> None:
    """Insert in one transaction, deleting the oldest beyond `most`."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(_INSERT, rows)
        connection.execute("DELETE FROM callbacks WHERE cursor <= (SELECT max(cursor) FROM callbacks) - ?", (most,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may have rolled it back already
            connection.execute("ROLLBACK")
        raise


def _sweep(connection: sqlite3.Connection, oldest: str) -> None:
    """Truncate the journal first: on a full disk that alone may help."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("DELETE FROM callbacks WHERE received_at < ?", (oldest,))


def _read(connection: sqlite3.Connection, after: int) -> list[Entry]:
    query = "SELECT cursor, secret, task_id FROM callbacks WHERE cursor > ? ORDER BY cursor LIMIT ?"
    return [Entry(*row) for row in connection.execute(query, (after, _PAGE))]


def _stamp(at: datetime) -> str:
    """Return a timestamp of fixed length, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


async def _within(news: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True
