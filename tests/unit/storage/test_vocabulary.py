"""Words of the index that a misspelt word may have been meant for."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.domain.did_you_mean import suggest
from sora_studio.storage.migrations import migrate
from sora_studio.storage.search import index_version
from sora_studio.storage.vocabulary import words_near, words_statement

TEXTS = (
    "A quiet Harbour at dawn, harbour lights",
    "The harbour, in RAIN: 12 gulls over an arbour",
    "Straße im Regen, 夜の東京, ❤ 50%",
    "train harbours",
)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.row_factory = sqlite3.Row
        migrate(opened, Path("memory"), begin=lambda: opened.execute("BEGIN"))
        for number, text in enumerate(TEXTS, start=1):
            index_version(opened, number, text)
        opened.execute("INSERT INTO task_words (rowid, words) VALUES (1, 'harbour hero')")
        opened.execute("PRAGMA query_only = ON")
        yield opened


def test_words_are_readable_and_counted_once_for_each_text(connection: sqlite3.Connection) -> None:
    found = words_near(connection, "harbuor")
    assert found == {"harbour": 3, "harbours": 1, "hero": 1, "the": 1, "arbour": 1, "at": 1, "a": 1, "an": 1}
    assert all(word.isalpha() for beginning in ("st", "ni", "12") for word in words_near(connection, beginning))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("CREATE TEMP TABLE other (a)")


@pytest.mark.parametrize("word", ["harbuor", "ahrbour", "arbor", "harbr", "trian", "ain", "rrain", "strase"])
def test_nothing_is_missed_that_the_whole_vocabulary_would_suggest(connection: sqlite3.Connection, word: str) -> None:
    whole = Counter[str]()
    for beginning in "ahrtsdlqiog":
        whole |= Counter(words_near(connection, beginning * 2))
    expected = suggest(word, whole.items())
    assert expected
    assert suggest(word, words_near(connection, word).items()) == expected


@pytest.mark.parametrize("table", ["version_vocabulary", "task_vocabulary"])
def test_only_the_range_of_a_beginning_is_read(connection: sqlite3.Connection, table: str) -> None:
    words_near(connection, "harbuor")
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {words_statement(table)}", ("ha", "hb"))]
    # Bits 2 and 4 of fts5vocab's plan: a least and a greatest term.
    assert [step.rpartition(" VIRTUAL TABLE ")[2] for step in plan] == ["INDEX 6:"]
