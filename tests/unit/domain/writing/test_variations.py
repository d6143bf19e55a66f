"""A prompt with groups is a table: every text exactly once in its place, and a prompt without groups is itself."""

import json
import re
import time
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sora_studio.domain.writing.malformed import Flaw, MalformedText
from sora_studio.domain.writing.variations import (
    MOST_GROUPS,
    MOST_NESTING,
    TOO_DEEP,
    UNCLOSED,
    UNOPENED,
    Variations,
    escape,
    expand,
    find_flaws,
)

WORDS = st.text(alphabet="ab \n\r\\{|}éש🌧", max_size=6)


Tree: TypeAlias = "list[str | list[Tree]]"
"""A list is a sequence; a list inside it is a group, whose items are sequences again."""


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.lists(st.one_of(WORDS, st.lists(inner, min_size=2, max_size=3)), max_size=3)


WORD_LISTS = st.lists(WORDS, max_size=2).map(list[str | list[Tree]])
TREES = st.recursive(WORD_LISTS, grown, max_leaves=8)


def source_of(tree: Tree) -> str:
    parts = (
        re.sub(r"[{|}\\]", r"\\\g<0>", part) if isinstance(part, str) else "{" + "|".join(map(source_of, part)) + "}"
        for part in tree
    )
    return "".join(parts)


def texts_of(tree: Tree) -> list[str]:
    """The texts by definition: the first part changes slowest."""
    texts = [""]
    for part in tree:
        own = [part] if isinstance(part, str) else [text for option in part for text in texts_of(option)]
        texts = [before + text for before in texts for text in own]
    return texts


@given(TREES)
def test_a_table_is_what_its_definition_says(tree: Tree) -> None:
    source = source_of(tree)
    if "{" not in source and "}" not in source:
        assert expand(source) == [source]
        return
    found = Variations(source)
    assert expand(source) == texts_of(tree)
    assert found.count == len(texts_of(tree))


@settings(max_examples=30)
@given(st.text(max_size=30))
def test_a_text_without_braces_is_never_changed(text: str) -> None:
    text = text.replace("{", "").replace("}", "")
    assert expand(text) == [text]


@given(st.text(alphabet="a{|}\\ \n"))
def test_any_text_is_read_or_explained(text: str) -> None:
    flaws = find_flaws(text)
    assert all(text[flaw.start : flaw.end] in {"{", "}"} for flaw in flaws)
    if flaws:
        with pytest.raises(MalformedText) as caught:
            expand(text)
        assert caught.value.flaws == flaws
        return
    rows = list(Variations(text).rows(0, 200))
    assert len(rows) == min(200, Variations(text).count)
    assert [Variations(text).row(row.number) for row in rows[-3:]] == rows[-3:]


@given(st.text(alphabet="a{|}\\ "))
def test_an_escaped_text_stands_for_itself(text: str) -> None:
    assert expand(escape(text)) == [text]


def test_the_leftmost_group_changes_slowest_and_inner_groups_take_their_place() -> None:
    assert expand("{dawn|{blue|pink} dusk} over {sea|land}") == [
        "dawn over sea",
        "dawn over land",
        "blue dusk over sea",
        "blue dusk over land",
        "pink dusk over sea",
        "pink dusk over land",
    ]


def test_a_row_tells_what_it_took_of_each_group() -> None:
    found = Variations("A {red|{wet|dry} blue} boat{|, sails up}")
    assert [group.options for group in found.groups] == [("red", "{wet|dry} blue"), ("wet", "dry"), ("", ", sails up")]
    assert "".join(found.source[group.start : group.end] for group in found.groups[1:]) == "{wet|dry}{|, sails up}"
    row = found.row(3)
    assert row.text == "A wet blue boat, sails up"
    assert [(pick.group, pick.option, row.text[pick.start : pick.end]) for pick in row.picks] == [
        (0, 1, "wet blue"),
        (1, 0, "wet"),
        (2, 1, ", sails up"),
    ]
    assert [pick.group for pick in found.row(0).picks] == [0, 2]


@pytest.mark.parametrize(
    "text",
    [
        '{"scene": "a harbour", "camera": {"move": "dolly in"}, "beats": []}',
        r"\frac{a}{b} on a blackboard",
        "{} {1..3} {word}",
        "<<<image_1>>> and @Image1 meet",
        r"C:\films\new | a \n b",
    ],
)
def test_braces_without_a_bar_are_part_of_the_text(text: str) -> None:
    assert expand(text) == [text]


def test_a_prompt_in_json_varies_inside_its_values() -> None:
    texts = expand('{"light": "{dawn|dusk}", "camera": {"move": "{crane|dolly}"}}')
    assert [json.loads(text)["light"] for text in texts] == ["dawn", "dawn", "dusk", "dusk"]


@pytest.mark.parametrize(
    ("text", "flaws"),
    [
        ("A {red|blue boat", [Flaw(2, 3, UNCLOSED)]),
        ("A red} boat", [Flaw(5, 6, UNOPENED)]),
        ("}{|{", [Flaw(0, 1, UNOPENED), Flaw(1, 2, UNCLOSED), Flaw(3, 4, UNCLOSED)]),
        (r"\{a|b}", [Flaw(5, 6, UNOPENED)]),
    ],
)
def test_a_brace_without_partner_is_explained_at_its_character(text: str, flaws: list[Flaw]) -> None:
    assert list(find_flaws(text)) == flaws


def test_the_error_says_where_in_words() -> None:
    with pytest.raises(MalformedText, match=r"^Line 2, character 4: This \{ has no \}\."):
        expand("A\nat {dawn|dusk")


def test_escapes_stand_for_signs_and_other_backslashes_for_themselves() -> None:
    assert expand(r"\{a\|b\} {c\|d|\\e} \n") == [r"{a|b} c|d \n", r"{a|b} \e \n"]


def test_millions_are_counted_and_any_row_is_found_without_making_the_others() -> None:
    found = Variations("{a|b|c|d|e|f|g|h|i|j}" * 40)
    assert found.count == 10**40
    assert found.row(10**40 - 1).text == "j" * 40
    assert found.row(1234567890).text == "a" * 30 + "bcdefghija"
    assert found.count_words == "more than 1,000,000,000,000,000"
    assert Variations("{a|b}" * 20).count_words == "1,048,576"
    with pytest.raises(IndexError):
        found.row(10**40)


def test_hostile_texts_are_read_at_once() -> None:
    began = time.perf_counter()
    assert expand("{" * 5000 + "}" * 5000) == ["{" * 5000 + "}" * 5000]
    assert len(find_flaws("{" * 10_000)) == 10_000
    deep = "{a|" * (MOST_NESTING + 5) + "}" * (MOST_NESTING + 5)
    assert [flaw.message for flaw in find_flaws(deep)] == [TOO_DEEP]
    assert Variations("{a|" * MOST_NESTING + "}" * MOST_NESTING).count == MOST_NESTING + 1
    assert len(find_flaws("{a|b}" * (MOST_GROUPS + 1))) == 1
    assert expand("{a}" * 30_000) == ["{a}" * 30_000]
    assert time.perf_counter() - began < 10
