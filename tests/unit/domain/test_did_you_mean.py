"""Spelling suggestions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.did_you_mean import edit_distance, respell, suggest
from sora_studio.domain.query import parse

VOCABULARY = [
    ("portrait", 40),
    ("portal", 5),
    ("night", 90),
    ("light", 200),
    ("nights", 3),
    ("neon", 12),
    ("rain", 30),
    ("train", 8),
]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("protrait", ["portrait"]),
        ("Nihgt", ["night", "nights"]),
        ("nigt", ["night"]),
        ("noen", ["neon"]),
        ("rian", ["rain"]),
        ("rrain", ["rain", "train"]),
        ("ne", []),
        ("xylophone", []),
        ("night", ["nights"]),
    ],
)
def test_close_words_are_suggested(word: str, expected: list[str]) -> None:
    assert suggest(word, VOCABULARY) == expected


def test_frequent_words_come_first_and_few_are_named() -> None:
    words = [("cats", 1), ("cart", 9), ("cast", 5), ("coat", 7)]
    assert suggest("cat", words, most=2) == ["cart", "coat"]


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_is_symmetric_and_limited(one: str, other: str) -> None:
    distance = edit_distance(one, other, limit=9)
    assert distance == edit_distance(other, one, limit=9)
    assert (distance == 0) is (one == other)
    assert abs(len(one) - len(other)) <= distance <= max(len(one), len(other))
    assert edit_distance(one, other, limit=1) == min(distance, 2)


def test_a_query_is_respelled_where_words_are_looked_for() -> None:
    query = parse('nihgt OR rian -nihgt kept tag:nihgt "nihgt" in:trash')
    assert str(respell(query, {"nihgt": "night"})) == 'night OR rian -nihgt kept tag:nihgt "night" in:trash'
