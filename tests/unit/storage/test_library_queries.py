"""Searches in the database find what the slow filter finds."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings

from sora_studio.domain.library import DayGroup
from sora_studio.domain.query import parse
from sora_studio.domain.query_filters import Is
from sora_studio.storage.library_queries import find, statement
from sora_studio.storage.library_tiles import STALE_ONES
from sora_studio.storage.migrations import migrate
from tests.doubles.query_texts import QUERY_TEXTS
from tests.doubles.searched_tasks import NOW, TODAY, facts_of, fill
from tests.doubles.slow_filter import SearchFacts, search

LIBRARY = facts_of(60, seed=12)


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.row_factory = sqlite3.Row
        migrate(opened, Path("memory"), begin=lambda: opened.execute("BEGIN"))
        fill(opened, LIBRARY)
        yield opened


def _found(connection: sqlite3.Connection, text: str, *, with_clips: bool = False) -> list[int]:
    return list(find(connection, parse(text), now=NOW, today=TODAY, with_clips=with_clips).ids)


def _expected(text: str) -> list[int]:
    return search(parse(text), LIBRARY, today=TODAY)


DATED = re.compile("^(?!.* OR ).*(before:|after:|on:)")
"""A query that limits the days; several joined by OR are compared with the rows of the whole index."""
FILTERS = [
    "on:2026-11 OR on:2026-10",
    "", "red", "red fo", "-red", "red OR whale", '"red fox"', "hero", "take red", "50%", "_", "東京", "京", "❤", "12",
    "#12", "task_12", "TASK_12", "id:task_1", "stars:>=3", "-stars:>=3", "stars:2..4", "kept", "-kept",
    "rejected OR kept", "cost:0.5", "cost:<1", "-cost:<1", "dur:15", "dur:>10", "-dur:15", "shape:portrait",
    "shape:square", "-shape:landscape", "has:note", "has:tag", "has:file", "has:parent", "-has:file", "project:night",
    'project:"night"', "project:none", "-project:night", "tag:hero", 'tag:"hero shot"', "-tag:hero", "model:sora",
    "mode:text", "fail:", "fail:content", "fail:filter", "-fail:content", "before:2026-11-28", "after:2026-11",
    "on:yesterday", "on:2026-11", "before:0001", "in:trash", "in:hidden", "in:trash in:hidden", "is:trashed",
    "is:hidden", "sort:oldest", "sort:stars", "sort:cost", "sort:duration",
    *(f"is:{state}" for state in Is), *(f"-is:{state}" for state in Is),
]  # fmt: skip


@pytest.mark.parametrize("text", FILTERS)
def test_a_query_finds_what_the_slow_filter_finds(connection: sqlite3.Connection, text: str) -> None:
    assert _found(connection, text) == _expected(text)


def test_the_tasks_vary_enough() -> None:
    assert [text for text in FILTERS if not _expected(text)] == ["after:2026-11", "before:0001"]
    assert all(len(_expected(f"is:{state}")) < len(LIBRARY) // 2 for state in Is)


@given(QUERY_TEXTS)
@settings(max_examples=300)
def test_any_text_finds_what_the_slow_filter_finds(connection: sqlite3.Connection, text: str) -> None:
    assert _found(connection, text) == _expected(text)


def test_the_library_has_only_tasks_with_clips(connection: sqlite3.Connection) -> None:
    with_clips = [facts.number for facts in LIBRARY if facts.has_clip and not facts.trashed and not facts.hidden]
    assert sorted(_found(connection, "", with_clips=True)) == sorted(with_clips)
    assert len(with_clips) < len(_found(connection, ""))


@pytest.mark.parametrize("text", ["", "sort:oldest"])
def test_days_follow_one_another(connection: sqlite3.Connection, text: str) -> None:
    index = find(connection, parse(text), now=NOW, today=TODAY, with_clips=False)
    days = {facts.number: facts.day for facts in LIBRARY}
    groups, at = list[DayGroup](), 0
    for group in index.groups:
        assert {days[task] for task in index.ids[at : at + group.count]} == {group.day}
        groups.append(group)
        at += group.count
    assert at == len(index.ids)
    order = [group.day for group in groups]
    assert order == sorted(set(order), reverse=not text)
    assert len(order) > 3


def test_an_order_by_figures_has_no_groups(connection: sqlite3.Connection) -> None:
    assert not find(connection, parse("sort:stars"), now=NOW, today=TODAY, with_clips=False).groups


def test_a_pasted_text_is_a_query(connection: sqlite3.Connection) -> None:
    many = [f"word{number}" for number in range(4000)]
    assert _found(connection, "red fox " * 2000) == _expected("red fox")
    assert _found(connection, " ".join(many)) == []
    assert _found(connection, " ".join(f"-{word}" for word in many)) == _expected("")
    assert _found(connection, " OR ".join([*many, "fox"])) == _expected("fox")
    assert _found(connection, " OR ".join([*many, "kept"])) == _expected("kept")


def test_a_changed_draft_makes_its_tasks_stale_until_it_is_changed_back() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection, Path("memory"), begin=lambda: connection.execute("BEGIN"))
        fill(connection, [SearchFacts(1, text="first"), SearchFacts(2, text="second")])
        connection.execute(
            "INSERT INTO drafts (id, revision, saved_at, takes, caret, model, route, options, images, prompt)"
            " SELECT document, 1, 1, 1, 0, '', '', '{}', '[]', 'first' FROM versions WHERE text = 'first'"
        )
        assert _found(connection, "is:stale") == []
        connection.execute("UPDATE drafts SET prompt = 'first, changed'")
        assert _found(connection, "is:stale") == [1]


def test_a_page_of_tiles_knows_the_same_stale_ones_without_a_scan(connection: sqlite3.Connection) -> None:
    listed = (json.dumps([facts.number for facts in LIBRARY]),)
    found = sorted(row["id"] for row in connection.execute(STALE_ONES, listed))
    assert found == sorted(_found(connection, "is:stale in:trash in:hidden"))
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {STALE_ONES}", listed)]
    assert not [step for step in plan if step.startswith("SCAN") and "json_each" not in step], plan


@pytest.mark.parametrize("text", [text for text in FILTERS if "sort:" not in text])
def test_no_filter_reads_a_whole_table(connection: sqlite3.Connection, text: str) -> None:
    sql, values = statement(connection, parse(text), now=NOW, today=TODAY, with_clips=True)
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert plan[0].startswith(("SCAN", "SEARCH")[bool(DATED.search(text))] + " tasks USING COVERING INDEX tasks_in_library")
    assert not [step for step in plan if "TEMP B-TREE" in step]
    allowed = (
        "COVERING INDEX",
        "USING INDEX tasks_failed",
        "USING INDEX tasks_with_note",
        "clips_with_note",
        "VIRTUAL TABLE",
        "SCAN drafts",
        "SCAN last",
    )
    scans = [step for step in plan if step.startswith("SCAN") and not any(word in step for word in allowed)]
    assert not scans, plan
