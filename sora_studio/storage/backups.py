"""Copies of the database beside it: proved before they count, and thinned so that a year of them stays small.

Their names say when they were made, in UTC, so that the order of names is the order of time wherever the person travels.
"""

import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.storage.fsync import sync_file, sync_folder
from sora_studio.storage.migrations import steps_taken

FOLDER = "backups"
DUE_AFTER = timedelta(days=1)
KEEP_ALL = timedelta(days=2)
DAILY, WEEKLY, MONTHLY = timedelta(days=12), timedelta(weeks=10), timedelta(days=9 * 31)
"""After the time in which all are kept, one a day for so long, then one a week, then one a month; what is older goes."""
ROOM_LEFT_BYTES = 512_000_000
"""No backup takes the disk's last room: the clips need it more."""
_NAME = "studio-%Y%m%d-%H%M%S.db"
_PAGES_A_STEP = 1000

_log = logging.getLogger(__name__)


def kept(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """Those of the backups of these times that stay: the newest of each day, week or month once its age asks for thinning."""
    keep, periods = set[datetime](), set[tuple[int, ...]]()
    for time in sorted(times, reverse=True):
        period = _period(time, now - time)
        if period is None or (period and period in periods):
            continue
        periods.add(period)
        keep.add(time)
    return keep


def _period(time: datetime, age: timedelta) -> tuple[int, ...] | None:
    """What one backup is kept of; empty where all are, None where none is."""
    if age <= KEEP_ALL:
        return ()
    if age <= KEEP_ALL + DAILY:
        return (time.year, time.month, time.day)
    if age <= KEEP_ALL + DAILY + WEEKLY:
        return time.isocalendar()[:2]
    return (0, time.year, time.month) if age <= KEEP_ALL + DAILY + WEEKLY + MONTHLY else None


class Backups:
    """The backups of one database. Blocking: everything here is for the database's own threads.

    What fails in SQLite comes through as its error.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self.folder = database.parent / FOLDER

    def times(self) -> list[datetime]:
        """When each was made, the newest first."""
        return sorted(_times(self.folder), reverse=True)

    def path(self, time: datetime) -> Path:
        """Where the one of this time is."""
        return self.folder / time.strftime(_NAME)

    def newest_good(self) -> datetime | None:
        """The newest one that is whole and that this version can read."""
        return next((time for time in self.times() if self._is_good(self.path(time))), None)

    def make_if_due(self, source: sqlite3.Connection, now: datetime, *, go_on: Callable[[], bool]) -> bool:
        """Like `make`, when the last one is a day old and the data differ from it; says whether one was made."""
        last = next(iter(self.times()), None)
        if last is not None and (timedelta() <= now - last < DUE_AFTER or self._is_same(source, last)):
            return False
        return self.make(source, now, go_on=go_on)

    def make(self, source: sqlite3.Connection, now: datetime, *, go_on: Callable[[], bool] = lambda: True) -> bool:
        """Copy what `source` sees now, prove the copy, thin the older ones. False when `go_on` said no, and nothing is left.

        Raises `StorageFull` before it takes the disk's last room, and `DatabaseUnusable` when the copy is damaged, which means
        that the database is.
        """
        self._make_room(source)
        unproved = self.folder / "unproved.db"
        unproved.unlink(missing_ok=True)  # of a run that was killed
        try:
            if not _copy(source, unproved, go_on):
                return False
            if not self._is_good(unproved):
                raise DatabaseUnusable(self._database, "it is damaged.")
            sync_file(unproved)
            unproved.replace(self.path(now.astimezone(UTC)))
        finally:
            unproved.unlink(missing_ok=True)
        sync_folder(self.folder)
        self._thin(now)
        return True

    def _make_room(self, source: sqlite3.Connection) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        pages: int = source.execute("PRAGMA page_count").fetchone()[0]
        size: int = source.execute("PRAGMA page_size").fetchone()[0]
        if shutil.disk_usage(self.folder).free < pages * size + ROOM_LEFT_BYTES:
            raise StorageFull

    def _is_good(self, path: Path) -> bool:
        try:
            with contextlib.closing(connect_unchanging(path)) as copy:
                return steps_taken(copy, path) > 0 and copy.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except (sqlite3.Error, DatabaseUnusable):
            _log.info("%s is no good backup.", path.name, exc_info=True)
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
                with contextlib.suppress(OSError):  # held open by somebody on Windows: the next time will do
                    self.path(time).unlink()


def connect_unchanging(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody writes, which leaves nothing beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)


class _Stopped(Exception):
    """The copying is not to go on."""


def _copy(source: sqlite3.Connection, target: Path, go_on: Callable[[], bool]) -> bool:
    """Everything that `source` sees, as one file without a log. Writers are not held up: the copying reads one moment."""

    def look(_status: int, _remaining: int, _total: int) -> None:
        if not go_on():
            raise _Stopped

    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.execute("BEGIN")  # or it would begin anew after every write of another connection
        try:
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(copy, pages=_PAGES_A_STEP, progress=look)
        except _Stopped:
            return False
        finally:
            source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")
    return True


def _fingerprint(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Differs whenever a row was added or changed: both raise a number in its table."""
    tables: list[str] = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    ]
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
                yield datetime.strptime(file.name, _NAME).replace(tzinfo=UTC)
