"""Which rows of which tables the pages of a damaged file still hold."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sora_studio.storage.sqlite_pages import Record, SqlitePages, Value

REVISION = "revision"
_TYPES: dict[str, tuple[type, ...]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str, bytes)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the schema declares it. A required one is never NULL; a row from before it was added may be without it."""

    name: str
    types: tuple[type, ...]
    is_required: bool
    has_default: bool

    @property
    def must_be_there(self) -> bool:
        """Every row was written with it."""
        return self.is_required and not self.has_default

    def takes(self, value: Value) -> bool:
        """Whether this value can stand here."""
        return not self.is_required if value is None else isinstance(value, self.types)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours, whose rows have a number for their key; `key` is that column."""

    name: str
    columns: tuple[Column, ...]
    key: str

    def fits(self, record: Record) -> bool:
        """Whether a row of this table can look so; one from before a column was added is shorter."""
        least = max((place for place, column in enumerate(self.columns, 1) if column.must_be_there), default=1)
        if not least <= record.width <= len(self.columns) or not record.values:
            return False
        return all(
            value is None if column.name == self.key else column.takes(value)
            for column, value in zip(self.columns, record.values, strict=False)
        )


@dataclass(frozen=True, slots=True)
class RecoveredRow:
    """A row that was found. `values` lacks the columns that cannot be read; `cut` is what is left of the first of these."""

    values: Mapping[str, Value]
    cut: Mapping[str, str]
    is_whole: bool
    is_reached: bool

    @property
    def rank(self) -> tuple[int, bool, bool]:
        """Of two that claim the same key the greater is the newer, or the better known."""
        revision = self.values.get(REVISION)
        return (revision if isinstance(revision, int) else 0, self.is_whole, self.is_reached)


def tables_of(connection: sqlite3.Connection) -> dict[str, Table]:
    """The tables that a file with our schema has, by name."""
    listed = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rootpage"
    return {name: _table(connection, name) for (name,) in connection.execute(listed).fetchall()}


def _table(connection: sqlite3.Connection, name: str) -> Table:
    columns, key = list[Column](), "rowid"
    for _, column, kind, required, default, primary in connection.execute(f"PRAGMA table_info({name})"):
        if primary and kind == "INTEGER":
            key = column
        columns.append(Column(column, _TYPES.get(kind, (str, bytes, int, float)), bool(required), default is not None))
    return Table(name, tuple(columns), key)


def rows_in(pages: SqlitePages, tables: Mapping[str, Table]) -> dict[str, dict[int, RecoveredRow]]:
    """Everything that can be read, by table and key. A page that nothing points to counts by what its rows look like."""
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
    """The highest key that each table has ever given, so that none is given twice."""
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
    """The table that each page with rows belongs to, as far as it can be reached from the top; free ones belong to none."""
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
