"""Recovers table rows from the pages of a damaged file."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sora_studio.storage.sqlite_pages import Record, SqlitePages, Value

REVISION = "revision"
TABLES = (
    *("tasks", "clips", "drafts", "publications", "publication_tasks", "changes"),
    *("projects", "documents", "versions", "tags", "taggings", "tombstones", "saved_searches"),
)
"""All tables of ours. What an index derives from them is made again."""
WORDS = {"task_words": "folded", "version_words_content": "c0"}
"""Tables that have a text's words again, and their column; the second one belongs to the index of words."""
_TYPES: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str, bytes)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the schema declares it. A required one is never NULL, but rows older than the column lack it."""

    name: str
    types: tuple[type, ...]
    is_required: bool
    has_default: bool

    @property
    def must_be_there(self) -> bool:
        """Whether every row was written with this column."""
        return self.is_required and not self.has_default

    def takes(self, value: Value) -> bool:
        """Return whether the column accepts this value."""
        return not self.is_required if value is None else isinstance(value, self.types)


@dataclass(frozen=True, slots=True)
class Table:
    """One of our tables; `key` is its integer key column."""

    name: str
    columns: tuple[Column, ...]
    key: str

    def fits(self, record: Record) -> bool:
        """Return whether the record could be a row of this table. Rows older than a column are shorter."""
        least = max((place for place, column in enumerate(self.columns, 1) if column.must_be_there), default=1)
        if not least <= record.width <= len(self.columns) or not record.values:
            return False
        return all(
            value is None if column.name == self.key else column.takes(value)
            for column, value in zip(self.columns, record.values, strict=False)
        )


@dataclass(frozen=True, slots=True)
class RecoveredRow:
    """A row that was found. `values` lacks unreadable columns; `cut` has what is left of the first of these."""

    values: Mapping[str, Value]
    cut: Mapping[str, str]
    is_whole: bool
    is_reached: bool

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Order of rows with the same key: the greatest is the newest, or the most reliable."""
        revision = self.values.get(REVISION)
        return (revision if isinstance(revision, int) else 0, self.is_whole, self.is_reached)


def tables_of(connection: sqlite3.Connection) -> dict[str, Table]:
    """Return the tables of a file with our schema, by name."""
    listed = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rootpage"
    known = {name for (name,) in connection.execute(listed).fetchall()}
    return {name: _table(connection, name) for name in TABLES if name in known}


def words_of(connection: sqlite3.Connection) -> Table | None:
    """Return the table that has the texts' words again."""
    listed = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
    known = {name for (name,) in connection.execute(listed)}
    name = next((name for name in WORDS if name in known), None)
    if name is None:
        return None
    key = Column("id", (int,), is_required=False, has_default=False)
    return Table(name, (key, Column(WORDS[name], (str, bytes), is_required=True, has_default=False)), "id")


def _table(connection: sqlite3.Connection, name: str) -> Table:
    columns, key = list[Column](), "rowid"
    for _, column, kind, required, default, primary in connection.execute(f"PRAGMA table_info({name})"):
        if primary and kind == "INTEGER":
            key = column
        columns.append(Column(column, _TYPES.get(kind, (str, bytes, int, float)), bool(required), default is not None))
    return Table(name, tuple(columns), key)


def rows_in(pages: SqlitePages, tables: Mapping[str, Table]) -> dict[str, dict[int, RecoveredRow]]:
    """Return all readable rows, by table and key. Rows of an unreachable page are matched to a table by their shape."""
    found: dict[str, dict[int, RecoveredRow]] = {name: {} for name in tables}
    owners = _owners(pages)
    for number in range(1, pages.count + 1):
        owner = owners.get(number)
        candidates = list(tables.values()) if owner is None else [tables[owner]] if owner in tables else []
        for record in pages.records(number):
            if (table := next((table for table in candidates if table.fits(record)), None)) is not None:
                _keep_better(found[table.name], record, _remains(table, record, is_reached=owner is not None))
    return found


def last_keys(pages: SqlitePages) -> dict[str, int]:
    """Return the highest key that each table ever assigned, so that none is reused."""
    keys = dict[str, int]()
    for name, root in _roots(pages):
        if name == "sqlite_sequence":
            for leaf in pages.leaves(root):
                for record in pages.records(leaf):
                    match record.values:
                        case (str(table), int(key)):
                            keys[table] = key
                        case _:
                            pass
    return keys


def _owners(pages: SqlitePages) -> dict[int, str]:
    """Return the table of each row page that is reachable from its root; free pages map to an empty name."""
    owners = dict.fromkeys(pages.free(), "")
    owners.update(dict.fromkeys(pages.leaves(1), "sqlite_schema"))
    for name, root in _roots(pages):
        owners.update(dict.fromkeys(pages.leaves(root), name))
    return owners


def _roots(pages: SqlitePages) -> Iterator[tuple[str, int]]:
    for leaf in pages.leaves(1):
        for record in pages.records(leaf):
            match record.values:
                case ("table", str(name), _, int(root), *_):
                    yield name, root
                case _:
                    pass


def _remains(table: Table, record: Record, *, is_reached: bool) -> RecoveredRow:
    values = {column.name: value for column, value in zip(table.columns, record.values, strict=False)}
    values[table.key] = record.rowid
    cut = dict[str, str]()
    if record.cut is not None:
        cut[table.columns[len(record.values)].name] = record.cut
    return RecoveredRow(values, cut, record.is_whole, is_reached)


def _keep_better(rows: dict[int, RecoveredRow], record: Record, remains: RecoveredRow) -> None:
    before = rows.get(record.rowid)
    if before is None or remains.rank > before.rank:
        rows[record.rowid] = remains
