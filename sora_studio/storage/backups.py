"""Database backups: verified before they count, thinned and compressed so that a year of them stays small.

File names contain the UTC time of creation, so name order is time order in any time zone.
"""

import contextlib
import gzip
import hashlib
import logging
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from io import BufferedIOBase
from pathlib import Path

from sora_studio.atomic_file import sync_file, sync_folder
from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.storage.migrations import steps_taken

FOLDER = "backups"
DUE_AFTER = timedelta(days=1)
KEEP_ALL = timedelta(days=2)
DAILY, WEEKLY, MONTHLY = timedelta(days=12), timedelta(weeks=10), timedelta(days=9 * 31)
"""After `KEEP_ALL`: how long one backup a day, then one a week, then one a month is kept. Older ones are deleted."""
ROOM_LEFT_BYTES = 512_000_000
"""Free space that a backup must leave on the disk: clips need it more."""
MOST_BYTES = 2_000_000_000
"""Default limit for the total size of a database's backups."""
ALWAYS_KEPT = 3
"""How many of the newest backups are kept, whatever their size and age."""
COMPRESSED = ".gz"
LEVEL = 6
"""gzip level: prompts shrink to a seventh at 50 MB/s. Level 1 is four times as fast, its files a fifth larger."""
_NAME = "studio-%Y%m%d-%H%M%S.db"
_PAGES_A_STEP = 1000
_PIECE_BYTES = 1 << 20

_log = logging.getLogger(__name__)


def kept(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """Return the times of the backups to keep: the newest three, all recent ones, then one a day, week or month."""
    keep, periods = set[datetime](), set[tuple[int, ...]]()
    for number, time in enumerate(sorted(times, reverse=True)):
        period = _period(time, now - time)
        if number >= ALWAYS_KEPT and (period is None or (period and period in periods)):
            continue
        if period is not None:
            periods.add(period)
        keep.add(time)
    return keep


def _period(time: datetime, age: timedelta) -> tuple[int, ...] | None:
    """Return the period of which one backup is kept: empty if all are kept, None if the backup is too old."""
    if age <= KEEP_ALL:
        return ()
    if age <= KEEP_ALL + DAILY:
        return (time.year, time.month, time.day)
    if age <= KEEP_ALL + DAILY + WEEKLY:
        return time.isocalendar()[:2]
    return (0, time.year, time.month) if age <= KEEP_ALL + DAILY + WEEKLY + MONTHLY else None


class Backups:
    """The backups of one database: the newest as a plain copy, older ones compressed, at most `most_bytes` together.

    All methods block: call them on the database's threads. SQLite errors are raised unchanged.
    """

    def __init__(self, database: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self.folder = database.parent / FOLDER

    def times(self) -> list[datetime]:
        """Return the creation times of all backups, newest first."""
        return sorted(set(_times(self.folder)), reverse=True)

    def path(self, time: datetime) -> Path:
        """Return the path of the backup of this time, compressed or not."""
        plain = self._plain(time)
        compressed = _compressed(plain)
        return compressed if compressed.exists() and not plain.exists() else plain

    @contextlib.contextmanager
    def opened(self, time: datetime) -> Generator[Path]:
        """Yield the backup as a database file; a compressed one is unpacked until the block ends.

        Raises `OSError`, also for a damaged or truncated archive.
        """
        path = self.path(time)
        if path.suffix != COMPRESSED:
            yield path
            return
        unpacked = self.folder / "unpacked.db"
        try:
            _unpack(path, unpacked)
            yield unpacked
        finally:
            unpacked.unlink(missing_ok=True)

    def newest_good(self) -> datetime | None:
        """Return the time of the newest backup that is intact and that this version can read."""
        return next((time for time in self.times() if self._is_restorable(time)), None)

    def make_if_due(self, source: sqlite3.Connection, now: datetime, *, go_on: Callable[[], bool]) -> bool:
        """Make a backup if the last one is a day old and the data has changed since; return whether one was made."""
        last = next(iter(self.times()), None)
        is_due = last is None or not (timedelta() <= now - last < DUE_AFTER or self._is_same(source, last))
        made = is_due and self.make(source, now, go_on=go_on)
        self.tidy(go_on=go_on)
        return made

    def make(
        self,
        source: sqlite3.Connection,
        now: datetime,
        *,
        go_on: Callable[[], bool] = lambda: True,
        copied: Callable[[float], None] = lambda _: None,
    ) -> bool:
        """Copy a snapshot of `source`, verify the copy, and thin older backups. Return False if `go_on` cancelled it.

        `copied` is told the fraction that is copied.

        Raises `StorageFull` before less than `ROOM_LEFT_BYTES` would stay free, and `DatabaseUnusable` if the copy is damaged,
        because then the database is too.
        """
        self._make_room(source)
        unproved = self.folder / "unproved.db"
        unproved.unlink(missing_ok=True)  # left behind by a killed run
        try:
            if not _copy(source, unproved, go_on, copied):
                return False
            if not self._is_good(unproved):
                raise DatabaseUnusable(self._database, "it is damaged.")
            sync_file(unproved)
            unproved.replace(self._plain(now.astimezone(UTC)))
        finally:
            unproved.unlink(missing_ok=True)
        sync_folder(self.folder)
        self._thin(now)
        return True

    def tidy(self, *, go_on: Callable[[], bool] = lambda: True) -> None:
        """Compress all but the newest backup, then delete the oldest until the size limit is met. `go_on` can cancel it.

        A failed step leaves its backup as it is; the next run retries it.
        """
        for time in self.times()[1:]:
            if not go_on():
                return
            try:
                self._compress(self._plain(time), go_on)
            except OSError:
                _log.info("A backup could not be compressed.", exc_info=True)
        times = self.times()
        total = sum(map(self._size, times))
        for time in times[: ALWAYS_KEPT - 1 : -1]:
            if total <= self._most_bytes:
                return
            total -= self._size(time)
            self._drop(time)

    def _compress(self, plain: Path, go_on: Callable[[], bool]) -> None:
        """Replace a plain backup with a compressed, verified one. A kill at any step leaves at least one of the two."""
        if not plain.exists():
            return
        compressed, unproved = _compressed(plain), self.folder / "unproved.gz"
        try:
            with plain.open("rb") as source, gzip.GzipFile(unproved, "wb", LEVEL, mtime=0) as target:
                digest = _copy_pieces(source, target, go_on)
            if digest is None:
                return
            with gzip.open(unproved, "rb") as archive:
                if _copy_pieces(archive, None, go_on) != digest:
                    return
            sync_file(unproved)
            unproved.replace(compressed)
            sync_folder(self.folder)
            plain.unlink()
        finally:
            unproved.unlink(missing_ok=True)

    def _plain(self, time: datetime) -> Path:
        return self.folder / time.strftime(_NAME)

    def _size(self, time: datetime) -> int:
        with contextlib.suppress(OSError):
            return self.path(time).stat().st_size
        return 0

    def _drop(self, time: datetime) -> None:
        for path in (self._plain(time), _compressed(self._plain(time))):
            with contextlib.suppress(OSError):  # open in another process on Windows: the next run retries
                path.unlink(missing_ok=True)

    def _make_room(self, source: sqlite3.Connection) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        pages: int = source.execute("PRAGMA page_count").fetchone()[0]
        size: int = source.execute("PRAGMA page_size").fetchone()[0]
        if shutil.disk_usage(self.folder).free < pages * size + ROOM_LEFT_BYTES:
            raise StorageFull

    def _is_restorable(self, time: datetime) -> bool:
        try:
            with self.opened(time) as path:
                return self._is_good(path)
        except OSError:
            _log.info("The backup of %s cannot be read.", time, exc_info=True)
            return False

    def _is_good(self, path: Path) -> bool:
        try:
            with contextlib.closing(connect_unchanging(path)) as copy:
                return steps_taken(copy, path) > 0 and copy.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except (sqlite3.Error, DatabaseUnusable):
            _log.info("%s is not a usable backup.", path.name, exc_info=True)
            return False

    def _is_same(self, source: sqlite3.Connection, last: datetime) -> bool:
        path = self.path(last)
        try:
            with contextlib.closing(connect_unchanging(path)) as copy:
                return _fingerprint(copy) == _fingerprint(source)
        except sqlite3.Error:
            return False

    def _thin(self, now: datetime) -> None:
        times = self.times()
        keep = kept(times, now)
        for time in times:
            if time not in keep:
                self._drop(time)


def connect_unchanging(path: Path) -> sqlite3.Connection:
    """Open a file that no process writes to, read-only, without creating files next to it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)


class _Stopped(Exception):
    """The copy was cancelled by `go_on`."""


def _copy(source: sqlite3.Connection, target: Path, go_on: Callable[[], bool], copied: Callable[[float], None]) -> bool:
    """Copy a snapshot of `source` into one file without a log; writers are not blocked. Return False if it was cancelled."""

    def check(_status: int, remaining: int, total: int) -> None:
        if not go_on():
            raise _Stopped
        copied(1 - remaining / max(total, 1))

    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.execute("BEGIN")  # otherwise the backup restarts after every write of another connection
        try:
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(copy, pages=_PAGES_A_STEP, progress=check)
        except _Stopped:
            return False
        finally:
            source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")
    return True


# The index of words derives from other tables: it is no table of rows, and its own tables change by themselves.
_OWN_TABLES = """
    SELECT name FROM sqlite_schema
    WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite_%' AND name NOT GLOB '*_words_*'
"""


def _fingerprint(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Return values that differ whenever a row was added or changed: each raises its table's highest id or revision."""
    tables: list[str] = [row[0] for row in connection.execute(_OWN_TABLES)]
    found = list[tuple[object, ...]]()
    for table in sorted(tables):
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        newest = "max(revision)" if "revision" in columns else "NULL"
        found.append((table, *connection.execute(f"SELECT max(rowid), {newest} FROM {table}").fetchone()))  # noqa: S608
    return found


def _times(folder: Path) -> Iterator[datetime]:
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            with contextlib.suppress(ValueError):
                yield datetime.strptime(file.name.removesuffix(COMPRESSED), _NAME).replace(tzinfo=UTC)


def _compressed(plain: Path) -> Path:
    return plain.with_name(plain.name + COMPRESSED)


def _copy_pieces(
    source: BufferedIOBase, target: BufferedIOBase | None, go_on: Callable[[], bool] = lambda: True
) -> bytes | None:
    """Copy in small pieces and return the content's SHA-256, or None if `go_on` cancelled it."""
    digest = hashlib.sha256()
    while piece := source.read(_PIECE_BYTES):
        if not go_on():
            return None
        digest.update(piece)
        if target is not None:
            target.write(piece)
    return digest.digest()


def _unpack(path: Path, target: Path) -> None:
    try:
        with gzip.open(path, "rb") as archive, target.open("wb") as file:
            _copy_pieces(archive, file)
    except (EOFError, zlib.error) as error:
        raise OSError(f"{path.name} is damaged: {error}") from error
