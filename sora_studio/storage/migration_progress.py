"""Progress of a migration, and its cancellation. Everything here runs on the database's thread."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager

BACKUP_SHARE = 0.1
INDEX_SHARE = 0.45
"""Shares of the time that a file of 100,000 tasks takes: the backup, and the index of words at the end."""
STEPS_OF_A_TASK = 270
"""Steps of SQLite's virtual machine for each task, without the index of words, as measured."""
_EVERY_STEPS = 1000
_SMALLEST_REPORT = 0.01


class MigrationProgress:
    """Estimates how far a migration is, from 0 to 1, and never goes back.

    `go_on` is asked often. Once it says no, the running statement fails with `SQLITE_INTERRUPT`, so that its transaction is
    rolled back.
    """

    def __init__(self, report: Callable[[float], None] = lambda _: None, go_on: Callable[[], bool] = lambda: True) -> None:
        self.go_on = go_on
        self._report = report
        self._reached = -1.0
        self._steps = self._indexed = 0
        self._tasks = self._texts = 1

    def copied(self, fraction: float) -> None:
        """Report how much of the backup is made."""
        self._reach(BACKUP_SHARE * fraction)

    @contextmanager
    def watching(self, connection: sqlite3.Connection) -> Generator[None]:
        """Watch the statements of the block. Roll back outside of it: a rollback must not be interrupted."""
        self._tasks = max(1, _count(connection, "tasks"))
        connection.set_progress_handler(self._on_steps, _EVERY_STEPS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)

    def begin_index(self, connection: sqlite3.Connection) -> None:
        """Expect every version's text to be indexed now."""
        self._texts = max(1, _count(connection, "versions"))

    def text_indexed(self) -> None:
        """Count one text in the index of words."""
        self._indexed += 1

    def _on_steps(self) -> bool:
        """Return whether to interrupt the statement."""
        self._steps += _EVERY_STEPS
        done = min(1.0, self._steps / (self._tasks * STEPS_OF_A_TASK))
        indexed = min(1.0, self._indexed / self._texts)
        self._reach(BACKUP_SHARE + (1 - BACKUP_SHARE - INDEX_SHARE) * done + INDEX_SHARE * indexed)
        return not self.go_on()

    def _reach(self, fraction: float) -> None:
        if fraction >= self._reached + _SMALLEST_REPORT:
            self._reached = fraction
            self._report(fraction)


def _count(connection: sqlite3.Connection, table: str) -> int:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone() is None:
        return 0
    count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - a constant of ours
    return count
