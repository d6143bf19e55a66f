"""Rows are read out of a file's bytes as SQLite reads them; bytes that make no sense are passed over."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sora_studio.storage.sqlite_pages import SqlitePages, is_log_garbage

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 1, -1, 127, 128, -128, -129, 2**15, 2**23, 2**31, 2**47, -(2**47) - 1]),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.binary(max_size=40),
    st.integers(0, 12_000).map(lambda length: "ß" * length),
)
KEYS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(0, 300))


def read(path: Path, table: str = "things") -> dict[int, tuple[object, ...]]:
    pages = SqlitePages(path)
    schema = [record.values for leaf in pages.leaves(1) for record in pages.records(leaf)]
    (root,) = [values[3] for values in schema if values[:2] == ("table", table)]
    assert isinstance(root, int)
    return {record.rowid: record.values[1:] for leaf in pages.leaves(root) for record in pages.records(leaf) if record.is_whole}


def write(path: Path, rows: dict[int, tuple[object, ...]], page_size: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {page_size}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, a, b, c)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO things VALUES (?, ?, ?, ?)", [(key, *row) for key, row in rows.items()])
    connection.execute("COMMIT")
    return connection


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.dictionaries(KEYS, st.tuples(VALUES, VALUES, VALUES), max_size=40), size=st.sampled_from([512, 4096, 65536]))
def test_what_is_read_is_what_sqlite_reads(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[int, tuple[object, ...]], size: int
) -> None:
    path = tmp_path_factory.mktemp("pages") / "x.db"
    with closing(write(path, rows, size)) as connection:
        expected = {row[0]: row[1:] for row in connection.execute("SELECT * FROM things")}
        assert read(path) == expected, "out of the log"
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert read(path) == expected, "out of the file"


def test_only_what_the_log_has_committed_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(write(path, {1: ("committed", None, None)}, 4096)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that the log gets pages before the commit
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO things VALUES (?, ?, 0, 0)", [(key, "x" * 3000) for key in range(2, 200)])
        log = path.with_name("x.db-wal")
        assert log.stat().st_size > 200_000
        assert set(read(path)) == {1}
        connection.execute("COMMIT")
        assert len(read(path)) == 199
        content = bytearray(log.read_bytes())
    for at in range(40, len(content), 9973):  # a byte that flipped ends what can be believed, and never begins something else
        path.with_name("y.db").write_bytes(path.read_bytes())
        path.with_name("y.db-wal").write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        pages = SqlitePages(path.with_name("y.db"))
        assert {record.values[1] for number in range(2, pages.count + 1) for record in pages.records(number)} <= {
            "committed",
            "x" * 3000,
        }


def test_deleted_rows_are_on_free_pages_and_not_in_the_tree(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(write(path, dict.fromkeys(range(500), ("x" * 1000, None, None)), 4096)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM things WHERE id BETWEEN 100 AND 400")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    assert set(read(path)) == {*range(100), *range(401, 500)}
    assert free > 50
    assert len(SqlitePages(path).free()) == free


def test_any_bytes_can_be_looked_at(tmp_path: Path) -> None:
    path, source = tmp_path / "x.db", random.Random(3)
    with closing(write(path, {key: ("x" * (key * 13 % 9000), key, b"y") for key in range(200)}, 1024)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    tried = 0
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(source.choice([1, 10, 1000])):
            content[source.randrange(len(content))] = source.randrange(256)
        path.write_bytes(content[: source.choice([len(content), source.randrange(len(content))])])
        pages = SqlitePages(path)
        pages.free()
        for number in range(-1, pages.count + 3):
            pages.leaves(number)
            tried += len(list(pages.records(number)))
    assert tried > 1000


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (b"", False),
        (bytes(100), False),
        (b"\x37\x7f\x06\x82" + bytes(60), False),
        (b"\x37\x7f\x06\x83" + bytes(60), False),
        (b"garbage" * 20, True),
        (b"garbage", False),
    ],
)
def test_a_log_that_is_none_is_told_from_an_empty_one(log: bytes, expected: bool) -> None:
    assert is_log_garbage(log) is expected
