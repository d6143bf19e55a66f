"""The words of the search index, as spelling suggestions need them.

The index counts the texts of a word only while it is read, so that listing all words of 30,000 texts takes 0.1 to 0.4 s.
Reading those that begin like one word takes a few milliseconds.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator

from sora_studio.domain.search_words import is_plain_word

_SOURCES = {"version_vocabulary": "version_words", "task_vocabulary": "task_words"}
_LAST = "\U0010ffff"
_MOST_INITIALS = 100
"""Texts in a few scripts have fewer; each takes about a millisecond."""


def words_near(connection: sqlite3.Connection, word: str) -> dict[str, int]:
    """Return indexed words that may be the right spelling of a folded word of two letters or more.

    These share its first letter, begin with its second one, or have its first letter in the second place, which covers a letter
    that is missing, added, wrong or swapped, other than a wrong first one. Each has the number of texts with it.
    """
    _create(connection)
    found = Counter[str]()
    for table in _SOURCES:
        for beginning in {word[0], word[1], *(initial + word[0] for initial in _initials(connection, table))}:
            found.update(_beginning_with(connection, table, beginning))
    return {known: count for known, count in found.items() if is_plain_word(known)}


def words_statement(table: str) -> str:
    """Return the statement that lists the words of a range, with the number of texts that have each."""
    return f"SELECT term, doc FROM temp.{table} WHERE term >= ? AND term <= ?"  # noqa: S608 - names of ours, here and below


def _create(connection: sqlite3.Connection) -> None:
    """Create the views of the index, which live as long as the connection. The reader may create nothing else."""
    if connection.execute("SELECT count(*) FROM temp.sqlite_master WHERE name = 'task_vocabulary'").fetchone()[0]:
        return
    was_query_only = connection.execute("PRAGMA query_only").fetchone()[0]
    connection.execute("PRAGMA query_only = OFF")
    try:
        for table, index in _SOURCES.items():
            connection.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table} USING fts5vocab(main, {index}, row)")
    finally:
        connection.execute(f"PRAGMA query_only = {was_query_only}")


def _beginning_with(connection: sqlite3.Connection, table: str, beginning: str) -> dict[str, int]:
    return dict(map(tuple, connection.execute(words_statement(table), (beginning, beginning + _LAST))))


def _initials(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Yield the letters that words begin with, by skipping from one to the next."""
    at = ""
    for _ in range(_MOST_INITIALS):
        row = connection.execute(f"SELECT term FROM temp.{table} WHERE term > ? LIMIT 1", (at,)).fetchone()  # noqa: S608
        if row is None:
            return
        initial = row[0][0]
        if is_plain_word(initial):
            yield initial
        at = initial + _LAST
