"""What several tasks share is counted over all of them, by indexes."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.domain.query_filters import Is
from sora_studio.domain.shared_facts import SharedFacts
from sora_studio.storage.migrations import migrate
from sora_studio.storage.shared_facts import CLIPS, KINDS, TAGS, read_shared
from tests.doubles.searched_tasks import facts_of, fill

LIBRARY = facts_of(60, seed=7)


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.row_factory = sqlite3.Row
        migrate(opened, Path("memory"), begin=lambda: opened.execute("BEGIN"))
        fill(opened, LIBRARY)
        yield opened


def test_it_counts_what_one_would_count_by_hand(connection: sqlite3.Connection) -> None:
    chosen = LIBRARY[5:45]
    found = read_shared(connection, json.dumps([*(facts.number for facts in chosen), 999]))
    assert found.count == len(chosen)
    assert found.models == Counter(facts.model for facts in chosen)
    assert sum(found.projects.values()) == len(chosen)
    assert found.projects[None] == sum(facts.project is None for facts in chosen)
    assert found.verdicts[None] == sum(not {Is.KEPT, Is.REJECTED} & facts.states for facts in chosen)
    assert found.stars == {facts.stars for facts in chosen}
    assert found.tags == Counter(tag for facts in chosen for tag in facts.tags)
    assert list(found.tags.values()) == sorted(found.tags.values(), reverse=True)
    priced = [facts.cost_usd for facts in chosen if facts.cost_usd is not None]
    assert (found.cost_usd, found.priced) == (pytest.approx(sum(priced)), len(priced))
    assert found.length_s == pytest.approx(sum(facts.duration_s or 0 for facts in chosen))
    assert found.with_file == sum(facts.has_file for facts in chosen)
    assert found.with_id == sum(facts.service_id is not None for facts in chosen)
    assert found.trashed == sum(facts.trashed for facts in chosen)
    assert found.put_aside == sum(facts.trashed or facts.hidden for facts in chosen)


def test_nothing_is_shared_by_tasks_that_are_gone(connection: sqlite3.Connection) -> None:
    assert read_shared(connection, "[998, 999]") == SharedFacts()


@pytest.mark.parametrize("query", [KINDS, CLIPS, TAGS])
def test_no_table_is_scanned(connection: sqlite3.Connection, query: str) -> None:
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", ("[1, 2]",))]
    assert not [step for step in plan if step.startswith("SCAN") and "json_each" not in step], plan
