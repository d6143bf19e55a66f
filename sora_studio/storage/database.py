"""The SQLite file: one writer thread, one reader thread, and the only place that maps SQLite errors to our own."""

import asyncio
import contextlib
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import DatabaseUnusable, StorageFull, StudioError
from sora_studio.storage.backups import MOST_BYTES, Backups
from sora_studio.storage.migration_progress import MigrationProgress
from sora_studio.storage.migrations import STEPS, migrate, steps_taken
from sora_studio.storage.rescue import DAMAGE, Rescue, opening, refuse_while_rescued, rescue_if_damaged

Result = TypeVar("Result")

BUSY_TIMEOUT_S = 5.0
"""How long SQLite itself waits for another process's transaction."""
PATIENCE_S = 15.0
"""How long a statement is retried while another process locks the file: longer than any of our transactions takes."""
START_AGAIN = "Close Sora Studio and start it again: what can be read is kept."
_RETRY_EVERY_S = 0.05
_NO_ROOM_BYTES = 1_000_000
"""With less free space than this, an I/O error is reported as a full disk."""

_log = logging.getLogger(__name__)

_REASONS = {
    sqlite3.SQLITE_CORRUPT: "it is damaged.",
    sqlite3.SQLITE_NOTADB: "it is not a database.",
    sqlite3.SQLITE_READONLY: "it cannot be written.",
    sqlite3.SQLITE_CANTOPEN: "the file or its folder cannot be used.",
    sqlite3.SQLITE_PERM: "you do not have permission to use it.",
    sqlite3.SQLITE_BUSY: "another program is using it.",
    sqlite3.SQLITE_LOCKED: "another program is using it.",
    sqlite3.SQLITE_PROTOCOL: "another program is using it.",
    sqlite3.SQLITE_IOERR: "the disk reports an error.",
    sqlite3.SQLITE_INTERRUPT: "its update was cancelled.",
}
_HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})


class Database:
    """Runs functions on a SQLite connection, off the event loop.

    `write` and `read` run a function within a transaction. A write whose await is cancelled before it started never runs; one
    that has started runs to its commit. Both raise `StorageFull` and `DatabaseUnusable`; any other error of the function rolls
    the transaction back and is raised unchanged. Works on any asyncio loop, one at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: _Lane | None = None
        self._reader: _Lane | None = None
        self._copier: _Lane | None = None
        self._closing = threading.Event()

    async def open(self, *, guest: bool = False, on_update: Callable[[float], None] = lambda _: None) -> Rescue | None:
        """Create the file and its folder if needed and migrate the schema. Raises `DatabaseUnusable`, `StorageFull`.

        A damaged file is replaced with what can be salvaged; then the `Rescue` is returned. A `guest` neither repairs nor
        migrates an existing file: only the process that owns the data folder does.

        While it migrates, `on_update` is called on the loop with the fraction that is done. Cancelling rolls the migration
        back; the backup that was made before it stays.
        """
        closing = self._closing = threading.Event()
        progress = MigrationProgress(_on_this_loop(on_update), go_on=lambda: not closing.is_set())
        rescues = list[Rescue | None]()
        try:
            self._writer = await self._open_lane(
                "studio-writer", lambda: self._connect_writer(rescues.append, progress, guest=guest)
            )
        except asyncio.CancelledError:
            closing.set()
            raise
        try:
            self._reader = await self._open_lane("studio-reader", self._connect_reader)
        except StudioError:
            await self.close()
            raise
        return next(iter(rescues), None)

    async def back_up(self, now: datetime, *, most_bytes: int = MOST_BYTES) -> bool:
        """Make a backup if one is due, without blocking reads and writes; return whether one was made. `close` cancels it.

        All backups together are limited to `most_bytes`, but the newest three are always kept.

        Raises `StorageFull`, and `DatabaseUnusable` if the copy shows that the database is damaged. One at a time.
        """
        if self._copier is None:
            self._copier = await self._open_lane("studio-backup", self._connect_reader)
        backups = Backups(self.path, most_bytes=most_bytes)

        def work(connection: sqlite3.Connection) -> bool:
            with self._errors_named():
                return backups.make_if_due(connection, now, go_on=lambda: not self._closing.is_set())

        return await self._copier.run(work)

    async def close(self) -> None:
        """Finish running work, checkpoint the log and close the file. Closing twice is fine."""
        self._closing.set()
        copier, self._copier = self._copier, None
        if copier is not None:
            await copier.close(sqlite3.Connection.close)
        reader, self._reader = self._reader, None
        writer, self._writer = self._writer, None
        if reader is not None:
            await reader.close(sqlite3.Connection.close)
        if writer is not None:
            await writer.close(_fold_and_close)

    async def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` in an exclusive write transaction and return its result once it is on disk."""
        return await self._lane(self._writer).run(lambda connection: self._in_transaction(connection, "BEGIN IMMEDIATE", work))

    async def read(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` on a read-only snapshot of the data."""
        return await self._lane(self._reader).run(lambda connection: self._in_transaction(connection, "BEGIN", work))

    def _lane(self, lane: "_Lane | None") -> "_Lane":
        if lane is None:
            raise DatabaseUnusable(self.path, "it is closed.")
        return lane

    async def _open_lane(self, name: str, connect: Callable[[], sqlite3.Connection]) -> "_Lane":
        lane = _Lane(name)
        try:
            await lane.open(connect)
        except BaseException:
            lane.abandon()
            raise
        return lane

    def _connect_writer(
        self, tell: Callable[[Rescue | None], None], progress: MigrationProgress, *, guest: bool
    ) -> sqlite3.Connection:
        with self._errors_named():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with opening(self.path):
                if guest:
                    refuse_while_rescued(self.path)
                else:
                    tell(rescue_if_damaged(self.path, datetime.now(UTC)))
                return self._connect(lambda connection: self._prepare_writer(connection, progress, guest=guest))

    def _connect_reader(self) -> sqlite3.Connection:
        with self._errors_named():
            return self._connect(lambda connection: connection.execute("PRAGMA query_only = ON"))

    def _connect(self, prepare: Callable[[sqlite3.Connection], object]) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")  # macOS: flush the drive's cache too, as FULL does elsewhere
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare_writer(self, connection: sqlite3.Connection, progress: MigrationProgress, *, guest: bool) -> None:
        taken = steps_taken(connection, self.path)  # before the journal mode: a file of another program must not be changed
        if 0 < taken < len(STEPS):
            if guest:
                raise DatabaseUnusable(
                    self.path, "an older version of Sora Studio is using it.", "Close it, then start Sora Studio again."
                )
            backups, now = Backups(self.path), datetime.now(UTC)
            if not backups.make(connection, now, go_on=progress.go_on, copied=progress.copied):
                raise DatabaseUnusable(self.path, _REASONS[sqlite3.SQLITE_INTERRUPT], "The file was not changed.")
        _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"))

        def begin() -> None:
            _patiently(lambda: connection.execute("BEGIN IMMEDIATE"))

        migrate(connection, self.path, begin=begin, progress=progress)

    def _in_transaction(
        self, connection: sqlite3.Connection, begin: str, work: Callable[[sqlite3.Connection], Result]
    ) -> Result:
        with self._errors_named():
            _patiently(lambda: connection.execute(begin))
            try:
                result = work(connection)
                _patiently(lambda: connection.execute("COMMIT"))
            except BaseException:
                if connection.in_transaction:  # some errors, such as a full disk, have already rolled it back
                    connection.execute("ROLLBACK")
                raise
            return result

    @contextlib.contextmanager
    def _errors_named(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if (named := named_error(self.path, error)) is None:
                raise
            _log.info("SQLite: %s (%s)", error, getattr(error, "sqlite_errorname", "no code"))
            raise named from error
        except OSError as error:
            if is_full(error):
                raise StorageFull from error
            raise DatabaseUnusable(self.path, f"{error.strerror or error}.") from error


class _Lane:
    """One thread that owns one connection."""

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._connection: sqlite3.Connection | None = None

    async def open(self, connect: Callable[[], sqlite3.Connection]) -> None:
        def work() -> None:
            self._connection = connect()

        await asyncio.wrap_future(self._thread.submit(work))

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        return await asyncio.wrap_future(self._thread.submit(lambda: work(self._opened())))

    async def close(self, close: Callable[[sqlite3.Connection], None]) -> None:
        """Close after the running work. Cancelling the await does not stop it."""
        closing = self._thread.submit(lambda: close(self._opened()))
        self._thread.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(closing))

    def abandon(self) -> None:
        """Clean up after an `open` that failed or was cancelled: close the connection if it still opens."""
        self._thread.submit(lambda: self._connection and self._connection.close())
        self._thread.shutdown(wait=False)

    def _opened(self) -> sqlite3.Connection:
        assert self._connection is not None, "open() comes first"
        return self._connection


def named_error(path: Path, error: sqlite3.Error) -> StudioError | None:
    """Return our error for SQLite's about the file at `path`, or None if it can only be a bug in the program."""
    code = _primary_code(error)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _has_no_room(path.parent)):
        return StorageFull()
    reason = _REASONS.get(code)
    advice = START_AGAIN if code in DAMAGE else "The file was not changed."
    return DatabaseUnusable(path, reason, advice) if reason else None


def _on_this_loop(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Return a function for any thread that calls `tell` on the running loop, or does nothing once that is closed."""
    loop = asyncio.get_running_loop()

    def call(fraction: float) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, fraction)

    return call


def _has_no_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _NO_ROOM_BYTES
    except OSError:
        return False


def _primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, or 0 if the error has none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _patiently(work: Callable[[], Result]) -> Result:
    """Retry while another process locks the file. Only for statements that have no effect when they fail."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if _primary_code(error) not in _HELD or time.monotonic() >= give_up_at:
                raise
            time.sleep(_RETRY_EVERY_S)


def _fold_and_close(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("PRAGMA optimize")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error:  # in use by another process, or disk full: the data is just as safe in the log
        _log.info("The database's log could not be checkpointed on closing.", exc_info=True)
    finally:
        connection.close()
