"""A clip's family is read by indexes: parent, takes and children, each once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.domain.family import Child, Family
from sora_studio.domain.intent import ParentKind
from sora_studio.storage.family import CHILDREN, PARENT, read_family
from sora_studio.storage.library_tiles import TAKES
from sora_studio.storage.migrations import migrate
from tests.doubles.searched_tasks import fill
from tests.doubles.slow_filter import SearchFacts


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Tasks 1 to 6 with clips, each with a text of its own."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.row_factory = sqlite3.Row
        migrate(opened, Path("memory"), begin=lambda: opened.execute("BEGIN"))
        fill(opened, [SearchFacts(number, text=f"text {number}", has_clip=True, has_file=True) for number in range(1, 7)])
        opened.execute("UPDATE tasks SET phase = 'ready'")
        yield opened


def _comes_from(connection: sqlite3.Connection, task: int, parent: int, kind: ParentKind, *, is_take: bool = False) -> None:
    connection.execute("UPDATE tasks SET parent = ?, parent_kind = ? WHERE id = ?", (parent, kind.value, task))
    if is_take:
        connection.execute("UPDATE tasks SET version = (SELECT version FROM tasks WHERE id = ?) WHERE id = ?", (parent, task))


def test_each_member_is_named_once(connection: sqlite3.Connection) -> None:
    _comes_from(connection, 2, 1, ParentKind.VARIATION)
    _comes_from(connection, 3, 2, ParentKind.AGAIN, is_take=True)
    _comes_from(connection, 4, 2, ParentKind.CONTINUED)
    _comes_from(connection, 5, 2, ParentKind.LONGER)
    children = (Child(4, ParentKind.CONTINUED), Child(5, ParentKind.LONGER))
    assert read_family(connection, 2) == Family(1, (2, 3), children)
    assert read_family(connection, 2).members == (1, 2, 3, 4, 5)
    assert read_family(connection, 3) == Family(None, (2, 3))  # it comes from a take
    assert read_family(connection, 6) == Family(None, (6,))


def test_what_is_in_the_trash_or_has_no_clip_is_left_out(connection: sqlite3.Connection) -> None:
    _comes_from(connection, 2, 1, ParentKind.VARIATION)
    _comes_from(connection, 3, 2, ParentKind.VARIATION)
    _comes_from(connection, 4, 2, ParentKind.VARIATION)
    connection.execute("UPDATE tasks SET trashed_at = 1 WHERE id IN (1, 3)")
    connection.execute("UPDATE tasks SET phase = 'processing' WHERE id = 4")
    assert read_family(connection, 2) == Family(None, (2,))


@pytest.mark.parametrize("query", [PARENT, CHILDREN, TAKES])
def test_no_read_of_a_family_scans_a_table(connection: sqlite3.Connection, query: str) -> None:
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", (2,))]
    assert all(step.startswith("SEARCH") for step in plan), plan
