"""The grammar of the search box."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.query import Query, parse
from sora_studio.domain.query_filters import Is, Name, Named, Quote, Sort
from tests.doubles.query_texts import QUERY_TEXTS
from tests.doubles.slow_filter import SearchFacts, matches, search

TODAY = date(2026, 11, 29)
FOX = SearchFacts(
    12,
    text="A red fox, 50% faster, isn't in snake_case",
    notes=("Best *take*",),
    tags=("hero shot", "夜の東京"),
    service_id="task_AbC123",
    stars=3,
    states=frozenset({Is.KEPT, Is.SEEN, Is.READY, Is.STALE}),
    model="bytedance/seedance-2",
    mode="text-to-video",
    project="Night market",
    day=date(2026, 11, 28),
    cost_usd=0.5,
    duration_s=15.04,
    width=720,
    height=1280,
    has_file=True,
)
REFUSED = SearchFacts(
    13,
    text="a blue whale",
    states=frozenset({Is.FAILED, Is.UNSEEN}),
    fail_code="CONTENT_VIOLATION",
    fail_message="Refused by the filter",
)


def _finds(text: str, facts: SearchFacts = FOX) -> bool:
    return matches(parse(text), facts, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "red",
        "FO re",
        '"red fox"',
        '"red fo',
        "-blue",
        '-"red foxes"',
        "blue OR red",
        "a whale OR fox fast",
        "blue OR whale OR -green",
        "50%",
        "_",
        "'",
        "*",
        "東京 京",
        "hero",
        "best",
        "12",
        "#12",
        "id:12",
        "id:task_A",
        "task_AbC123",
        "stars:3 stars:=3 stars:>=3 stars:<=3 stars:>2 stars:<4 stars:2..4 stars:≥3",
        "kept",
        "Kept is:kept -rejected -is:rejected",
        "is:seen -is:unseen is:ready is:stale -is:running",
        "model:seedance mode:text mode:video",
        'project:night project:"night market" PROJECT:market -project:none',
        'tag:hero tag:"Hero Shot" tag:京 -tag:her"o',
        "before:2026-12 after:2026-10 on:2026-11 on:2026 on:2026-11-28 on:yesterday before:today",
        "-fail: -is:failed",
        "cost:0.5 cost:>0.4 cost:<=0.50",
        "dur:15 -dur:>15 dur:8..15 dur:>10",
        "shape:portrait -shape:square",
        "has:note has:tag has:file -has:parent",
        "blue OR stars:3",
        "in:trash",
        "sort:cost",
    ],
)
def test_a_query_finds(text: str) -> None:
    assert _finds(text)


@pytest.mark.parametrize(
    "text",
    [
        "blue",
        "red blue",
        "ox",
        "-red",
        '"fox red"',
        '"red fo"',
        "blue OR green",
        "red -fox OR whale",
        "500",
        "60%",
        "red*",
        "13",
        "id:1",
        "id:sk_A",
        "stars:>3",
        "stars:0..2",
        "rejected",
        'project:"night"',
        "project:none",
        "tag:ero",
        "after:2026-11",
        "after:2026-11-28",
        "before:2026-11-28",
        "on:today",
        "fail:",
        "shape:landscape",
        "has:parent",
        "is:trashed",
        "stars:",
        "stars:9",
        "unknown:fox",
    ],
)
def test_a_query_does_not_find(text: str) -> None:
    assert not _finds(text)


@pytest.mark.parametrize("text", ["fail:", "is:failed", "fail:content", "fail:violation", "fail:refused", 'fail:"the filter"'])
def test_a_failure_is_found_by_its_code_and_words(text: str) -> None:
    assert _finds(text, REFUSED)
    assert not _finds(f"-{text}", REFUSED)


def test_unknown_figures_fit_no_comparison() -> None:
    assert not _finds("cost:<9", REFUSED)
    assert not _finds("dur:<99", REFUSED)
    assert not _finds("shape:square", REFUSED)


def test_trash_and_hidden_are_found_when_asked_for() -> None:
    kept, trashed = SearchFacts(1), SearchFacts(2, trashed=True)
    hidden, both = SearchFacts(3, hidden=True), SearchFacts(4, hidden=True, trashed=True)
    found = {
        text: search(parse(text), [kept, trashed, hidden, both], today=TODAY)
        for text in (
            "",
            "in:trash",
            "in:hidden",
            "in:trash in:hidden",
            "is:trashed",
            "is:hidden",
            "-is:trashed",
            "in:hidden is:trashed",
        )
    }
    assert found == {
        "": [1],
        "in:trash": [2, 1],
        "in:hidden": [3, 1],
        "in:trash in:hidden": [4, 3, 2, 1],
        "is:trashed": [2],
        "is:hidden": [3],
        "-is:trashed": [1],
        "in:hidden is:trashed": [4, 2],
    }


def test_the_last_sort_counts() -> None:
    assert parse("a").sort is Sort.NEWEST
    assert parse("sort:stars a SORT:Oldest").sort is Sort.OLDEST


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  red\n fox ", "red fox"),
        ("STARS:>=3.0", "stars:>=3"),
        ("stars:=3", "stars:3"),
        ("stars:≥3", "stars:>=3"),
        ("dur:12..8", "dur:8..12"),
        ("cost:>0.50", "cost:>0.5"),
        ("cost:<0.000001", "cost:<0.000001"),
        ("is:kept is:Rejected", "kept rejected"),
        ("#12", "id:12"),
        ("Tag:Hero", "tag:Hero"),
        ('tag:"a b "', 'tag:"a b"'),
        ('project:"a ""b"""', 'project:"a ""b"""'),
        ('"red"fox', '"red" fox'),
        ('""', ""),
        ('-"" OR " "', "OR"),
        ('a OR "" b', "a OR b"),
        ("Fail: project:NONE", "fail: project:none"),
    ],
)
def test_the_canonical_text(text: str, canonical: str) -> None:
    assert str(parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "stars:",
        "stars:>",
        "stars:6",
        "mode:",
        "tag:",
        'tag:"',
        'tag:""',
        "before:",
        "before:2026-1",
        "on:2026-02-30",
        "is:",
        "is:odd",
        "has:",
        "in:",
        "in:trsh",
        "-in:trash",
        "-sort:cost",
        "sort:",
        "shape:",
        "id:",
        "#",
        "#x",
        "cost:>0.",
        "dur:8..",
        "x:y",
        "OR",
        "-",
        "http://a",
    ],
)
def test_what_is_no_filter_yet_stays_a_word(text: str) -> None:
    query = parse(text)
    assert str(query) == text
    assert not query.chips


def test_chips_read_as_words() -> None:
    query = parse(
        'fox stars:>=3 cost:>0.5 dur:8..12 dur:15 -rejected kept OR stars:5 is:unseen -has:note has:tag project:"Night market" '
        "-project:none fail: fail:nsfw before:2026-11 on:2026-11 on:2026-11-03 on:today before:today #12 "
        "shape:portrait in:trash sort:stars"
    )
    assert [chip.words for chip in query.chips] == [
        "stars ≥ 3",
        "cost > $0.5",
        "length 8–12 s",
        "length = 15 s",
        "not rejected",
        "kept or stars = 5",
        "unseen",
        "has no note",
        "has a tag",
        "project Night market",
        "in a project",
        "failed",
        "failed with nsfw",
        "before 2026-11",
        "in 2026-11",
        "on 2026-11-03",
        "today",
        "before today",
        "task 12",
        "portrait",
        "with trash",
        "sorted by stars",
    ]


def test_a_chip_is_dropped_and_replaced() -> None:
    query = parse("fox stars:3 kept stars:3")
    first, kept, last = query.chips
    assert str(query.without(first)) == "fox kept stars:3"
    assert str(query.without(last)) == "fox stars:3 kept"
    assert str(query.replacing(kept, "rejected in:trash")) == "fox stars:3 rejected in:trash stars:3"
    assert str(query.replacing(first, 'tag:"a b')) == 'fox tag:"a b" kept stars:3'
    assert query.without(parse("kept").chips[0]) == query
    assert str(parse("fox").adding("kept")) == "fox kept"
    assert str(parse('"red fo').adding("kept")) == '"red fo" kept'
    assert str(parse("a OR in:trash b").without(parse("a OR in:trash b").chips[0])) == "a OR b"


def test_a_name_is_quoted_whatever_it_is() -> None:
    named = Named(Name.TAG, 'say "hi" OR -no: x', Quote.CLOSED)
    assert parse(f"-{named} b").groups[0].terms[0].condition == named


def test_words_to_mark_are_those_that_are_looked_for() -> None:
    assert [word.text for word in parse('red -blue "big fox" kept OR whale tag:x').words] == ["red", "big fox", "whale"]


@given(QUERY_TEXTS)
def test_every_text_is_a_query_and_its_canonical_text_is_the_same_query(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)
    assert isinstance(hash(query), int)
    matches(query, FOX, today=TODAY)


@given(QUERY_TEXTS, QUERY_TEXTS, st.data())
def test_changed_queries_are_canonical(text: str, other: str, data: st.DataObject) -> None:
    query = parse(text)
    changed: list[Query] = [query.adding(other)]
    if query.chips:
        chip = data.draw(st.sampled_from(query.chips))
        changed += [query.without(chip), query.replacing(chip, other)]
        assert query.replacing(chip, chip.text) == parse(str(query)) or chip.at == len(query.items) - 1
        assert len(query.without(chip).items) <= len(query.items)
    for one in changed:
        assert parse(str(one)) == one


@given(QUERY_TEXTS)
def test_no_visible_character_is_lost_from_plain_words(text: str) -> None:
    query = parse(text)
    if not query.chips and '"' not in text:
        assert str(query).split() == text.split()
