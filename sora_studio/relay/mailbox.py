"""The callbacks that came in, kept for studios that are off: one small SQLite file, durable before anything is answered."""

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
"""An error's kind without what SQLite adds to it."""
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
    """A callback and its place in the order of this mailbox."""

    cursor: int
    secret: str
    task_id: str | None


class MailboxUnusable(Exception):
    """The file is damaged, which nothing mends (`is_damaged`), or cannot be written, or the disk is full."""

    def __init__(self, reason: str, *, is_damaged: bool = False) -> None:
        self.is_damaged = is_damaged
        super().__init__(reason)


class Mailbox:
    """Opened by making one. Everything but the closing raises `MailboxUnusable`.

    One thread does all that touches the file. What comes in while it commits goes into its next commit together, so that a
    storm costs few of them. `epoch` is random for each new file: a cursor means something only together with it.
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
        """On disk when this returns, unless it was there already or its secret has enough."""
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
        """What is kept beyond a cursor, then what comes; an empty one is a sign of life. Ends when the mailbox is hushed."""
        while not self._hushed:
            news = self._news
            page = await self._run(lambda after=after: _read(self._connection, after))
            if page or not await _within(news, self._limits.heartbeat_s):
                yield page
            after = page[-1].cursor if page else after

    async def sweep(self) -> None:
        """Drop what is older than it is kept for, and give the journal's room back."""
        oldest = _stamp(self._now() - self._limits.callbacks_kept)
        await self._run(lambda: _sweep(self._connection, oldest))

    def hush(self) -> None:
        """End every reading at once."""
        self._hushed = True
        self._tell()

    def close(self) -> None:
        """After what is under way."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()

    async def _commit(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            rows = [row for row, _ in batch]
            error = None
            try:
                await self._run(lambda rows=rows: _write(self._connection, rows, self._limits.callbacks))
            except Exception as failed:  # each of them hears of it
                error = failed
            for _, written in batch:
                if written.done():  # its request was broken off
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
    """The connection and the file's epoch."""
    _keep_private(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: to the disk itself, as FULL promises elsewhere
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
    """For this person only, as whoever reads a secret can forge reports. What SQLite puts beside the file gets its rights.

    Raises OSError when it cannot be written.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if file.exists() and (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
            file.chmod(mode & 0o700)


def _unusable(error: sqlite3.Error | OSError) -> MailboxUnusable:
    if isinstance(error, OSError):
        return MailboxUnusable(error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", 0)  # none when the error is our own
    return MailboxUnusable(str(error), is_damaged=code & _PRIMARY in _DAMAGE)


def _write(connection: sqlite3.Connection, rows: Sequence[dict[str, object]], most: int) -> None:
    """One transaction; the oldest make room."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(_INSERT, rows)
        connection.execute("DELETE FROM callbacks WHERE cursor <= (SELECT max(cursor) FROM callbacks) - ?", (most,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has already undone it
            connection.execute("ROLLBACK")
        raise


def _sweep(connection: sqlite3.Connection, oldest: str) -> None:
    """The journal first: where nothing more can be written, that alone may help."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute("DELETE FROM callbacks WHERE received_at < ?", (oldest,))


def _read(connection: sqlite3.Connection, after: int) -> list[Entry]:
    query = "SELECT cursor, secret, task_id FROM callbacks WHERE cursor > ? ORDER BY cursor LIMIT ?"
    return [Entry(*row) for row in connection.execute(query, (after, _PAGE))]


def _stamp(at: datetime) -> str:
    """Always as long, so that the order of texts is the order of times."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


async def _within(news: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return False
    return True
