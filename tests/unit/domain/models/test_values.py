"""Types are exact: 1 is not true, "10" is not 10, 5.0 is no int."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.values import MAX_NUMBER, is_among, is_number, is_on_step, is_same, is_whole, listed, shown


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), ("10", 10), (5, 5.0), (1.0, True), ("", False)])
def test_values_of_different_types_are_not_the_same(one: object, other: object) -> None:
    assert not is_same(one, other)
    assert not is_among(one, [other])
    assert is_same(one, one)
    assert is_among(one, [other, one])


def test_booleans_text_and_what_json_cannot_carry_are_no_numbers() -> None:
    assert [is_number(value) for value in (1, 1.5, -3, MAX_NUMBER, 0)] == [True] * 5
    others = (True, "1", None, float("nan"), float("inf"), -float("inf"), MAX_NUMBER + 1, 10**400, 1e300)
    assert [value for value in others if is_number(value)] == []
    assert [is_whole(value) for value in (1, True, 1.0, "1")] == [True, False, False, False]


@given(steps=st.integers(-10_000, 10_000), start=st.integers(-100, 100), step=st.sampled_from([0.1, 0.01, 0.25, 1, 3, 7.5]))
def test_whole_steps_are_on_the_grid_and_halves_are_not(steps: int, start: int, step: float) -> None:
    assert is_on_step(start + steps * step, start, step)
    assert not is_on_step(start + (steps + 0.5) * step, start, step)


@given(value=st.integers(-MAX_NUMBER, MAX_NUMBER), step=st.floats(min_value=0, exclude_min=True, max_value=1e-300))
def test_a_step_too_small_to_tell_values_apart_refuses_none(value: int, step: float) -> None:
    assert is_on_step(value, 0.0, step)


def test_values_are_shown_as_a_sentence_needs_them() -> None:
    assert [shown(value) for value in (True, False, 5, 5.0, 0.1, "auto")] == ["on", "off", "5", "5", "0.1", "auto"]


def test_words_are_listed() -> None:
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a or b"
    assert listed(iter("abc"), "and") == "a, b and c"
