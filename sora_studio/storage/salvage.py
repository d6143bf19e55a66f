"""Builds a new database from the readable rows of a damaged file and from its newest backup.

Every row of either is kept; if both have it, the newer one wins. All constraints are met in the end. A task of which only the
search words or the clips are left is kept too: it may have been paid for.
"""

import bisect
import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sora_studio.domain.task import TaskState
from sora_studio.storage.changes import PHASE
from sora_studio.storage.migrations import APPLICATION_ID, STEPS, migrate
from sora_studio.storage.recovered_rows import REVISION, RecoveredRow, Table, last_keys, rows_in, tables_of, words_of
from sora_studio.storage.recovered_texts import NO_TEXT, index_again, mend_texts
from sora_studio.storage.rows import (
    clip_from_row,
    draft_from_row,
    publication_from_row,
    request_of_task,
    task_from_row,
    version_from_row,
)
from sora_studio.storage.sqlite_pages import SqlitePages, Value

_MOST = 1 << 40
"""Real keys and revisions stay far below this; a greater one is damage and would leave no numbers for new rows."""
_EMPTY = {"options": "{}", "images": "[]", "media": "{}", "edits": "{}", "prompt": "", "text": ""}
"""Defaults for columns that are lost."""
_VERSIONS_SINCE = 7
"""The schema version from which a text is in `versions`."""
_RECENT_US = 30 * 24 * 3600 * 1_000_000
"""Nothing younger is purged, unless the person empties the trash."""
_UNOWNED_VERSIONS = """
    SELECT id FROM main.versions WHERE kind = 'sent'
        AND NOT EXISTS (SELECT 1 FROM main.tasks WHERE tasks.version = versions.id) ORDER BY id
"""
_TASKS = "SELECT *, 0 AS document, NULL AS written, '[]' AS tags FROM main.tasks"
_READERS: dict[str, Callable[[sqlite3.Row], object]] = {
    "tasks": lambda row: task_from_row(row, request_of_task(row), ()),
    "versions": version_from_row,
    "clips": clip_from_row,
    "drafts": draft_from_row,
    "publications": publication_from_row,
}


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The number of recovered tasks; of these, how many came from the backup only, and how many are incomplete."""

    tasks: int
    from_backup: int
    in_part: int


def salvage(damaged: Path, backup: Path | None, target: Path) -> Salvaged:
    """Write the new database to `target`; the other files are not changed. Raises `OSError` and `sqlite3.Error`."""
    spare = target.with_name(target.name + "-backup")
    for leftover in (target, spare):
        leftover.unlink(missing_ok=True)
    try:
        if backup is not None:
            shutil.copyfile(backup, spare)
            with contextlib.closing(_connect(spare)) as connection:
                _migrate(connection, spare)
        with contextlib.closing(_connect(target)) as connection:
            return _Salvage(connection, target).run(SqlitePages(damaged), spare if backup else None)
    finally:
        spare.unlink(missing_ok=True)


class _Salvage:
    """One salvage run, on a connection to the new file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._has_backup = False
        self._has_words_by_task = False
        self._words = dict[int, str]()  # by task, and by version since texts have versions
        self._cut_versions = set[int]()
        self._in_part = set[int]()

    def run(self, pages: SqlitePages, backup: Path | None) -> Salvaged:
        run = self._connection.execute
        version = _version_of(pages)
        self._has_words_by_task = version < _VERSIONS_SINCE
        _migrate(self._connection, self._path, version=version)
        if backup is not None:
            run("ATTACH ? AS backup", (str(backup),))
            self._has_backup = True
        run("BEGIN")
        self._insert_own(pages)
        run("COMMIT")
        _migrate(self._connection, self._path)
        run("BEGIN")
        self._drop_unreadable()
        own, keys = self._ids(), last_keys(pages)
        self._add_from_backup()
        self._delete("tasks", [row[0] for row in run("SELECT id FROM main.tombstones").fetchall()])
        all_but_orphans = self._ids()
        self._add_orphans(keys.get("tasks", 0))
        self._in_part |= mend_texts(self._connection, self._words)
        for version in self._cut_versions:
            self._in_part.update(row[0] for row in run("SELECT id FROM main.tasks WHERE version = ?", (version,)))
        self._settle(keys)
        run("COMMIT")
        kept = self._ids()
        return Salvaged(len(kept), len((all_but_orphans - own) & kept), len(self._in_part & kept))

    def _insert_own(self, pages: SqlitePages) -> None:
        tables = tables_of(self._connection)
        beside = words_of(self._connection)
        found = rows_in(pages, tables | ({beside.name: beside} if beside else {}))
        if beside is not None:
            column = beside.columns[-1].name
            for key, remains in found.pop(beside.name).items():
                self._words[key] = str(remains.values.get(column) or remains.cut.get(column) or "")
        for name, rows in found.items():
            for key, remains in rows.items():
                if not 0 < key < _MOST or not 0 <= remains.rank[0] < _MOST:
                    continue
                values = remains.values if remains.is_whole else self._completed(tables[name], key, remains)
                self._insert(name, values)

    def _completed(self, table: Table, key: int, remains: RecoveredRow) -> dict[str, Value]:
        """Return a truncated row, completed from the backup or else from what is left of each column."""
        values = self._in_backup(table, key)
        if not values and table.name == "tasks" and "prompt" not in remains.values:
            self._in_part.add(key)
        if not values and table.name == "versions":
            self._cut_versions.add(key)
        for column in table.columns:
            if column.name in _EMPTY:
                values.setdefault(column.name, self._left_of(table, key, column.name, remains))
        return {**values, **remains.values}

    def _left_of(self, table: Table, key: int, column: str, remains: RecoveredRow) -> str:
        if column not in ("prompt", "text"):
            return _EMPTY[column]
        words = self._words.get(key, "") if table.name in ("tasks", "versions") else ""
        return max(remains.cut.get(column, ""), words, key=len) or NO_TEXT

    def _in_backup(self, table: Table, key: int) -> dict[str, Value]:
        if not self._has_backup:
            return {}
        names = {column.name for column in table.columns}
        # S608: table and column names come from our own schema, here and below.
        cursor = self._connection.execute(f"SELECT * FROM backup.{table.name} WHERE {table.key} = ?", (key,))  # noqa: S608
        row = cursor.fetchone()
        values = {name: row[name] for name in row.keys() if name in names} if row else {}  # noqa: SIM118 - a row is no mapping
        if values and table.name == "tasks" and "version" not in names:  # older than versions: the text is in the row
            text = "SELECT text FROM backup.versions WHERE id = ?"
            values["prompt"] = self._connection.execute(text, (row["version"],)).fetchone()[0]
        return values

    def _insert(self, table: str, values: Mapping[str, Value]) -> None:
        places = ", ".join("?" * len(values))
        statement = f"INSERT OR IGNORE INTO main.{table} ({', '.join(values)}) VALUES ({places})"  # noqa: S608
        with contextlib.suppress(sqlite3.IntegrityError, sqlite3.DataError, OverflowError):
            self._connection.execute(statement, [*values.values()])

    def _drop_unreadable(self) -> None:
        """Delete rows that the program cannot parse: they would break every start."""
        for table, read in _READERS.items():
            bad = list[int]()
            for row in self._connection.execute(_TASKS if table == "tasks" else f"SELECT * FROM main.{table}"):  # noqa: S608
                try:
                    read(row)
                except (ValueError, TypeError, OverflowError, AttributeError):
                    bad.append(row["id"])
            self._delete(table, bad)

    def _add_from_backup(self) -> None:
        if not self._has_backup:
            return
        for table in tables_of(self._connection).values():
            names = ", ".join(column.name for column in table.columns)
            mine = f"SELECT 1 FROM main.{table.name} WHERE {table.key} = theirs.{table.key}"  # noqa: S608
            otherwise = "IGNORE"
            if any(column.name == REVISION for column in table.columns):
                mine += f" AND {REVISION} >= theirs.{REVISION}"
                otherwise = "REPLACE"
            self._connection.execute(
                f"INSERT OR {otherwise} INTO main.{table.name} ({names}) SELECT {names} FROM backup.{table.name} AS theirs "  # noqa: S608
                f"WHERE NOT EXISTS ({mine})"
            )

    def _add_orphans(self, last: int) -> None:
        """Recreate lost tasks with the model and time of the nearest known one: it may have been paid for.

        Numbers have no gaps, so a missing one is a lost task unless it was purged. `last` is the highest number ever given;
        beyond the known ones it is believed for as many tasks as there are texts without a task.
        """
        known: dict[int, int] = dict(self._connection.execute("SELECT id, created_at FROM main.tasks ORDER BY id").fetchall())
        ids = [*known]
        with_clips: set[int] = {row[0] for row in self._connection.execute("SELECT DISTINCT task FROM main.clips")}
        purged: set[int] = {row[0] for row in self._connection.execute("SELECT id FROM main.tombstones")}
        told = with_clips | (set(self._words) if self._has_words_by_task else set[int]())
        since = max(known.values(), default=0) - _RECENT_US
        unowned: list[int] = [row[0] for row in self._connection.execute(_UNOWNED_VERSIONS)]
        last = min(last, ids[-1] + len(unowned)) if ids else 0
        for task in sorted((told | set(range(1, last + 1))) - known.keys() - purged):
            nearest = ids[max(0, bisect.bisect(ids, task) - 1)] if ids else None
            if nearest is None or (task not in told and known[nearest] < since):
                continue
            state = TaskState.SUCCESS if task in with_clips else TaskState.UNKNOWN
            prompt = self._words.get(task, "") if self._has_words_by_task else ""
            version = self._take_version(unowned, task)
            self._connection.execute(
                "INSERT INTO main.tasks (id, revision, state, phase, gateway, created_at, day, take, takes, model, route, "
                "options, images, prompt, version) SELECT ?, (SELECT max(revision) + 1 FROM main.tasks), ?, ?, gateway, "
                "created_at, day, 1, 1, model, route, '{}', '[]', ?, ? FROM main.tasks WHERE id = ?",
                (task, state, state, prompt, version, nearest),
            )
            self._in_part.add(task)

    def _take_version(self, unowned: list[int], task: int) -> int | None:
        """Take a text that was sent and has no task, between those of the tasks before and after: most likely this task's."""
        run = self._connection.execute
        before: int = run("SELECT coalesce(max(version), 0) FROM main.tasks WHERE id < ?", (task,)).fetchone()[0]
        after: int | None = run("SELECT min(version) FROM main.tasks WHERE id > ? AND version > ?", (task, before)).fetchone()[
            0
        ]
        found = next((version for version in unowned if before < version and (after is None or version < after)), None)
        if found is not None:
            unowned.remove(found)
        return found

    def _settle(self, keys: Mapping[str, int]) -> None:
        """Recompute what derives from the rows: foreign keys, search words, phases, the revision counter and the next keys."""
        run = self._connection.execute
        while broken := run("PRAGMA main.foreign_key_check").fetchall():
            for row in broken:
                self._delete(row["table"], [row["rowid"]])
        index_again(self._connection)
        run(f"UPDATE main.tasks SET phase = {PHASE}")  # noqa: S608
        run(
            "INSERT OR REPLACE INTO main.changes (id, revision) SELECT 1, max(coalesce(max(revision), 0), "
            "coalesce((SELECT revision FROM main.changes), 0)) FROM main.tasks"
        )
        for table, key in keys.items():
            if key < _MOST:
                run("UPDATE main.sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (key, table))

    def _delete(self, table: str, rows: Iterable[int]) -> None:
        self._connection.executemany(f"DELETE FROM main.{table} WHERE rowid = ?", [(row,) for row in rows])  # noqa: S608

    def _ids(self) -> set[int]:
        return {row[0] for row in self._connection.execute("SELECT id FROM main.tasks")}


def _connect(path: Path) -> sqlite3.Connection:
    """Open a scratch file without syncing: it is used only once it is complete, and the caller syncs it then."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, *, version: int = len(STEPS)) -> None:
    migrate(connection, path, begin=lambda: connection.execute("BEGIN"), steps=STEPS[:version])


def _version_of(pages: SqlitePages) -> int:
    """Return the schema version of the rows, or the newest if the header is unreadable."""
    is_known = pages.application_id == APPLICATION_ID and 0 < pages.user_version <= len(STEPS)
    return pages.user_version if is_known else len(STEPS)
