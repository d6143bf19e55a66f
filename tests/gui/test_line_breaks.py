"""Long names break where a person would break them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.ui.kit.line_breaks import BREAK, breakable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("harbour.jpg is not a picture.", "harbour.jpg is not a picture."),
        ("the_harbour_at_night-2.jpg is empty.", "the_|harbour_|at_|night-|2.|jpg is empty."),
        ("https://example.org/a.png", "https:/|/|example.|org/|a.|png"),
        ("x" * 45, f"{'x' * 20}|{'x' * 20}|{'x' * 5}"),
    ],
)
def test_only_long_words_may_break(text: str, shown: str) -> None:
    assert breakable(text).replace(BREAK, "|") == shown


@given(st.text(alphabet=st.characters(exclude_characters=BREAK)))
def test_nothing_else_is_changed(text: str) -> None:
    assert breakable(text).replace(BREAK, "") == text
