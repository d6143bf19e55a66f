"""Schema migrations. Each step is one module and one transaction; `user_version` is the number of steps that a file has."""

import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from sora_studio.domain.errors import DatabaseUnusable
from sora_studio.domain.search_words import index_words
from sora_studio.storage.migration_progress import MigrationProgress
from sora_studio.storage.migrations import step_001_tasks_and_drafts as step_001
from sora_studio.storage.migrations import step_002_money as step_002
from sora_studio.storage.migrations import step_003_reports_and_publications as step_003
from sora_studio.storage.migrations import step_004_pictures_as_seen as step_004
from sora_studio.storage.migrations import step_005_change_counter as step_005
from sora_studio.storage.migrations import step_006_modes_and_media as step_006
from sora_studio.storage.migrations import step_007_history as step_007
from sora_studio.storage.migrations import step_008_written_texts as step_008

APPLICATION_ID = 0x536F5374
"""`SoSt`: identifies our files."""
_INDEX_WORDS = "index_words"
"""The program's function for the index of words, by its name in SQL."""

STEPS: tuple[tuple[str, ...], ...] = (
    step_001.STATEMENTS,
    step_002.STATEMENTS,
    step_003.STATEMENTS,
    step_004.STATEMENTS,
    step_005.STATEMENTS,
    step_006.STATEMENTS,
    step_007.STATEMENTS,
    step_008.STATEMENTS,
)


def migrate(
    connection: sqlite3.Connection,
    path: Path,
    *,
    begin: Callable[[], object],
    steps: tuple[tuple[str, ...], ...] = STEPS,
    progress: MigrationProgress | None = None,
) -> None:
    """Apply the steps that the file lacks. `begin` starts a transaction that locks out other processes.

    Raises like `steps_taken`, and `sqlite3.OperationalError` when `progress` says to stop. Starts at least one transaction, so
    that a read-only file fails here.
    """
    progress = progress or MigrationProgress()

    def index(text: str | bytes) -> str:
        progress.text_indexed()
        return _index_words(text)

    connection.create_function(_INDEX_WORDS, 1, index, deterministic=True)
    done = False
    while not done:
        begin()
        try:
            taken = steps_taken(connection, path, known=len(steps))  # another process may have been quicker
            done = taken == len(steps)
            if not done:
                with progress.watching(connection) if taken else nullcontext():
                    _take(connection, steps[taken], progress, number=taken + 1)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _take(connection: sqlite3.Connection, statements: tuple[str, ...], progress: MigrationProgress, *, number: int) -> None:
    for statement in statements:
        if _INDEX_WORDS in statement:
            progress.begin_index(connection)
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {number}")


def is_older(path: Path) -> bool:
    """Return whether a file of ours lacks a step, by its header alone. Raises `OSError`."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        return False
    return 0 < int.from_bytes(head[60:64]) < len(STEPS) and int.from_bytes(head[68:72]) == APPLICATION_ID


def steps_taken(connection: sqlite3.Connection, path: Path, *, known: int = len(STEPS)) -> int:
    """Return how many steps the file has; 0 if it is new. Raises `DatabaseUnusable` like `refuse_strangers`."""
    application, taken = _number(connection, "PRAGMA application_id"), _number(connection, "PRAGMA user_version")
    if not application and not taken and not _number(connection, "SELECT count(*) FROM sqlite_schema"):
        return 0
    refuse_strangers(path, application=application, taken=taken, known=known)
    return taken


def refuse_strangers(path: Path, *, application: int, taken: int, known: int = len(STEPS)) -> None:
    """Raise `DatabaseUnusable` if the two header values show a newer version's or another program's file."""
    if application != APPLICATION_ID:
        raise DatabaseUnusable(path, "it belongs to another program.", "The file was not changed.")
    if taken > known:
        raise DatabaseUnusable(
            path, "a newer version of Sora Studio has written it.", "Use that version. The file was not changed."
        )


def _index_words(text: str | bytes) -> str:
    return index_words(text.decode(errors="surrogatepass") if isinstance(text, bytes) else text)


def _number(connection: sqlite3.Connection, query: str) -> int:
    number: int = connection.execute(query).fetchone()[0]
    return number
