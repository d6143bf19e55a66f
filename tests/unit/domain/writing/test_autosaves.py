"""Pauses and great changes keep a version; age thins them out, however often it is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sora_studio.domain.writing.autosaves import changed, dropped, is_kept

NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
A_MINUTE, A_PAUSE = timedelta(minutes=1), timedelta(minutes=2)


@pytest.mark.parametrize(
    ("saved", "following", "kept", "since", "is_due"),
    [
        ("A pier at golden hour", "A pier at golden hour,", "", A_PAUSE, True),
        ("A pier at golden hour", "A pier at golden hour,", "", A_MINUTE, False),
        ("A pier", "A pier at", "", A_PAUSE, False),  # too little
        ("A pier at noon", "A pier at noon,", "A pier at dusk", A_PAUSE, False),  # likewise
        ("A pier", "x" * 300, "", A_MINUTE, True),  # replaced by a paste
        ("x" * 300, "", "", A_MINUTE, True),  # all of it deleted
        ("A pier at golden hour", "A pier", "A pier at golden hour", A_PAUSE, False),  # kept already
        (" \n", "A pier", "", A_PAUSE, False),
        ("A pier at golden hour", "A pier at golden hour,", "", -A_MINUTE, True),  # the clock was set back
    ],
)
def test_a_text_is_kept_when_it_is_due(saved: str, following: str, kept: str, since: timedelta, is_due: bool) -> None:
    assert is_kept(saved, following, kept=kept, since=since) is is_due


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_what_lies_between_the_common_ends(before: str, after: str) -> None:
    one = changed(before, after)
    kept = before[: one.start], before[one.start + one.removed :]
    assert after == kept[0] + after[one.start : one.start + one.added] + kept[1]
    assert (one.removed, one.added) == (0, 0) or before != after


def left(ages: list[int], now: datetime) -> set[int]:
    versions = {age: NOW - timedelta(seconds=age) for age in ages}
    gone = set(dropped(versions.items(), now))
    return versions.keys() - gone


def test_versions_thin_out_by_age() -> None:
    every_minute = list(range(0, 30 * 24 * 3600, 60))
    kept = left(every_minute, NOW)
    assert len([age for age in kept if age <= 3600]) == 61
    assert len([age for age in kept if 3600 < age <= 24 * 3600]) in (23 * 6, 23 * 6 + 1)
    assert len([age for age in kept if 24 * 3600 < age <= 7 * 24 * 3600]) in (6 * 24, 6 * 24 + 1)
    assert len([age for age in kept if age > 7 * 24 * 3600]) in (23, 24)


@settings(max_examples=60)
@given(st.sets(st.integers(0, 12 * 24 * 3600), max_size=120), st.lists(st.integers(0, 9 * 24 * 3600), max_size=6))
def test_thinning_often_leaves_what_thinning_once_leaves(ages: set[int], moments: list[int]) -> None:
    often = ages
    for moment in sorted(moments):
        often = left(sorted(often), NOW + timedelta(seconds=moment))
    end = NOW + timedelta(days=9)
    assert left(sorted(often), end) == left(sorted(ages), end)
