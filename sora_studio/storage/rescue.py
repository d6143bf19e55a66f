"""Checks the database before it opens and replaces a damaged file with a salvaged one.

The replacement survives a kill at any point: the new file is completed and verified under its own name (`.rescued-…`), and the
next start continues from there. The damaged file is kept, with its log.
"""

import contextlib
import logging
import sqlite3
import sys
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from sora_studio.atomic_file import sync_file, sync_folder
from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.storage.backups import Backups, connect_unchanging
from sora_studio.storage.migrations import refuse_strangers, steps_taken
from sora_studio.storage.sqlite_pages import SqlitePages, is_log_garbage

if TYPE_CHECKING:
    from sora_studio.storage.salvage import Salvaged

OPENING_WITHIN_S = 120.0
"""How long to wait while another process opens the file: longer than rescuing 100,000 tasks takes."""
_LOCK_NAME = "opening.lock"
_RESCUED, DAMAGED = ".rescued-", ".damaged-"
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_COMPANIONS = ("-wal", "-journal", "")
"""Files that are set aside together. The database itself is last, so that it is never left without its log."""

_SHARED_BYTES, _SHARED_FROM = 510, 0x40000002
"""The byte range that SQLite locks while a file is open in WAL mode."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rescue:
    """A damaged database was replaced. `kept` is None if an earlier start salvaged it and was killed before the end."""

    aside: Path
    kept: "Salvaged | None"
    backup_at: datetime | None

    @property
    def sentence(self) -> str:
        """The message for the user: what was recovered, from where, and where the old file is."""
        where = f"The damaged file is kept as {self.aside}."
        if self.kept is None:
            return f"The database was damaged and has been repaired. {where}"
        if not self.kept.tasks:
            return f"The database was damaged, and neither it nor a backup has a readable task. It is empty now. {where}"
        words = [f"The database was damaged and has been repaired: {_tasks(self.kept.tasks)} kept"]
        if self.kept.from_backup and self.backup_at:
            words.append(f", {self.kept.from_backup} of them from the backup of {self.backup_at.astimezone():%d %B %Y, %H:%M}")
        if self.kept.in_part:
            words.append(f"; {self.kept.in_part} could be read only in part")
        return f"{''.join(words)}. {where}"


@contextlib.contextmanager
def opening(database: Path) -> Generator[None]:
    """Lock out other processes while the file is opened, migrated or replaced. Raises `DatabaseUnusable` on time-out."""
    lock = FileLock(database.parent / _LOCK_NAME)
    try:
        lock.acquire(timeout=OPENING_WITHIN_S, poll_interval=0.02)
    except Timeout:
        raise DatabaseUnusable(database, "another Sora Studio is opening it.", "Try again in a moment.") from None
    try:
        yield
    finally:
        lock.release()


def rescue_if_damaged(database: Path, now: datetime) -> Rescue | None:
    """Check every page; if the file is damaged, replace it and return the `Rescue`.

    Only for the owner of the data folder, within `opening`. Raises `DatabaseUnusable` for a file of a newer version or of
    another program, and for one that another process has open; `OSError` and `sqlite3.Error` for other failures than damage.
    """
    if (rescued := _rescued(database)) is not None:
        return Rescue(_change_places(database, rescued), None, None)
    backups = Backups(database)
    if not is_damaged(database, backups):
        return None
    from sora_studio.storage.salvage import salvage  # noqa: PLC0415 - rarely needed

    _log.warning("%s is damaged; what can be read is being salvaged.", database.name)
    if _is_open_elsewhere(database):
        reason = "it is damaged, and another Sora Studio has it open."
        raise DatabaseUnusable(database, reason, "Close it, then start this one again.")
    backup_at = backups.newest_good()
    unfinished = database.with_name(f"{database.name}.salvage")
    with backups.opened(backup_at) if backup_at else contextlib.nullcontext() as backup:
        kept = salvage(database, backup, unfinished)
    _prove(unfinished)
    sync_file(unfinished)
    rescued = database.with_name(f"{database.name}{_RESCUED}{now.astimezone(UTC):%Y%m%d-%H%M%S}")
    unfinished.replace(rescued)
    sync_folder(database.parent)
    return Rescue(_change_places(database, rescued), kept, backup_at)


def refuse_while_rescued(database: Path) -> None:
    """Raise `DatabaseUnusable` during a rescue: a guest's writes would be set aside with the damaged file."""
    if _rescued(database) is not None:
        raise DatabaseUnusable(database, "it is being repaired.", "Start Sora Studio to finish that.")


def _rescued(database: Path) -> Path | None:
    """Return the completed new file that has not replaced the damaged one yet."""
    return min(database.parent.glob(f"{database.name}{_RESCUED}*"), default=None)


def is_damaged(database: Path, backups: Backups) -> bool:
    """Check every page and the log, without changing a file; a creation that was killed is rolled back first.

    Raises like `rescue_if_damaged`.
    """
    if not database.exists():
        return False
    log = database.with_name(f"{database.name}-wal")
    if database.stat().st_size == 0:  # normal for a moment after creation, but then there is no log or backup
        return bool(backups.times()) or (log.exists() and log.stat().st_size > 0)
    try:
        with contextlib.closing(connect_to_look(database, log)) as connection:
            steps_taken(connection, database)
            found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in DAMAGE:
            raise
        _refuse_what_is_not_ours(database)
        found = str(error)
    if found == "ok":
        return _is_garbage(log)
    _log.info("quick_check: %s", found)
    return True


def connect_to_look(database: Path, log: Path) -> sqlite3.Connection:
    """Open the file for checking, without changing it or its log and without leaving files next to them."""
    if database.with_name(f"{database.name}-journal").exists():
        return sqlite3.connect(database)  # killed during its creation: SQLite rolls back
    if log.exists():
        return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    return connect_unchanging(database)


def _is_garbage(log: Path) -> bool:
    try:
        with log.open("rb") as file:
            return is_log_garbage(file.read(32))
    except FileNotFoundError:
        return False


def _refuse_what_is_not_ours(database: Path) -> None:
    """Raise `DatabaseUnusable` if the header shows another program or a newer version: such a file must not be repaired."""
    pages = SqlitePages(database)
    if pages.has_header:
        refuse_strangers(database, application=pages.application_id, taken=pages.user_version)


def _is_open_elsewhere(database: Path) -> bool:
    """Return whether another process has the file open and would keep writing to it after it is set aside."""
    if sys.platform == "win32":
        return False  # an open file cannot be renamed there, so the rescue would fail without harm
    import fcntl  # noqa: PLC0415 - not on Windows

    with database.open("rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FROM)
        except BlockingIOError:
            return True
    return False


def _prove(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok" or steps_taken(connection, path) == 0:
            raise DatabaseUnusable(path, f"its repair failed ({found}).", "The damaged file was not changed.")


def _change_places(database: Path, rescued: Path) -> Path:
    """Set the damaged file aside with its log, then rename the new one into place. Can be resumed at any step."""
    aside = database.with_name(rescued.name.replace(_RESCUED, DAMAGED))
    for companion in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            database.with_name(database.name + companion).replace(aside.with_name(aside.name + companion))
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)  # only the log's index
    sync_folder(database.parent)
    rescued.replace(database)
    sync_folder(database.parent)
    return aside


def _tasks(count: int) -> str:
    return "1 task was" if count == 1 else f"{count:,} tasks were"
