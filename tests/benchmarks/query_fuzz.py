"""10,000 random texts in the search box: each has to find what a slow filter in plain Python finds, and raise nothing.

The normal run of the tests samples 300 of them.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from sora_studio.domain.query import parse
from sora_studio.storage.library_queries import find
from sora_studio.storage.migrations import migrate
from tests.benchmarks.figures import Figure
from tests.doubles.query_texts import QUERY_TEXTS
from tests.doubles.searched_tasks import NOW, TODAY, facts_of, fill
from tests.doubles.slow_filter import search

TEXTS = 10_000
LIBRARY = facts_of(60, seed=12)


def main() -> int:
    """Print how many texts were tried; a text that differs is printed with Python's error."""
    tried, found = set[str](), 0
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection, Path("memory"), begin=lambda: connection.execute("BEGIN"))
        fill(connection, LIBRARY)

        @given(QUERY_TEXTS)
        @settings(max_examples=TEXTS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def compare(text: str) -> None:
            nonlocal found
            query = parse(text)
            ids = list(find(connection, query, now=NOW, today=TODAY, with_clips=False).ids)
            assert ids == search(query, LIBRARY, today=TODAY), repr(text)
            found += bool(ids)
            tried.add(text)

        compare()
    words = f"{TEXTS:,} texts, {len(tried):,} different, {found:,} found something"
    Figure("random searches agree with the slow filter", words, f"{TEXTS:,}", met=True).tell()
    return 0


if __name__ == "__main__":
    sys.exit(main())
