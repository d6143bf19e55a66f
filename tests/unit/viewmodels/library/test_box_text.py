"""Filters become chips as they are completed, and the query means the same before and after."""

import pytest
from hypothesis import given

from sora_studio.domain.query import parse
from sora_studio.viewmodels.library.box_text import BoxText, absorb, split
from tests.doubles.query_texts import QUERY_TEXTS


def typed_in(text: str) -> BoxText:
    """The box after every key."""
    box = BoxText()
    for key in text:
        box = BoxText(box.chips, box.typed + key)
        box = absorb(box) or box
    return box


@pytest.mark.parametrize(
    ("text", "chips", "typed"),
    [
        ("stars:>=3", (), "stars:>=3"),
        ("stars:>=3 ", ("stars:>=3",), ""),
        ("stars:>=3 slow dolly", ("stars:>=3",), "slow dolly"),
        ("slow kept ", (), "slow kept "),
        ("slow kept d", ("kept",), "slow d"),
        ("slow kept O", (), "slow kept O"),
        ("slow kept OR rejected fog", ("kept OR rejected",), "slow fog"),
        ("kept OR rejected ", ("kept OR rejected",), ""),
        ("slow  fog", (), "slow  fog"),
        ("-rejected kept ", ("-rejected", "kept"), ""),
        ('project:"Night market" ', ('project:"Night market"',), ""),
        ('project:"Night ', (), 'project:"Night '),
        ("kept OR", ("kept",), "OR"),
    ],
)
def test_a_filter_becomes_a_chip_when_something_follows_it(text: str, chips: tuple[str, ...], typed: str) -> None:
    assert typed_in(text) == BoxText(chips, typed)


def _meaning(text: str) -> tuple[object, ...]:
    query = parse(text)
    return sorted(map(str, query.groups)), query.sort, query.includes_trash, query.includes_hidden


@given(QUERY_TEXTS)
def test_the_meaning_stays_the_same(text: str) -> None:
    assert _meaning(split(text).text) == _meaning(text)
    assert _meaning(typed_in(text).text) == _meaning(text)
