"""A prompt's first line and its slug, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.prompt import first_line, slug


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A cat, on the Moon!", "a-cat-on-the-moon"),
        ("\n\n  Second line\nthird", "second-line"),
        ("Straße ÉTÉ", "strasse-été"),
        ("हिन्दी में", "हिन्दी-में"),
        ("夜の東京", "夜の東京"),
        ("❤️ 🎬", "clip"),
        ("", "clip"),
        ("snake_case 16:9", "snake-case-16-9"),
        ("word " * 30, "-".join(["word"] * 8)),
        ("x" * 90, "x" * 40),
    ],
)
def test_a_slug_is_words_of_the_prompt(prompt: str, expected: str) -> None:
    assert slug(prompt) == expected


@given(st.text(st.characters(exclude_categories=()), max_size=200), st.integers(1, 60))
def test_a_slug_is_never_empty_and_within_its_limit(prompt: str, limit: int) -> None:
    made = slug(prompt, limit)
    assert made == "clip" or 1 <= len(made) <= limit
    assert not made.startswith("-")
    assert not set(made) & set(" ./\\:_")


@given(st.text(st.characters(exclude_categories=()), max_size=200), st.integers(1, 60))
def test_a_first_line_is_one_line_within_its_limit(prompt: str, limit: int) -> None:
    line = first_line(prompt, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert bool(line) == bool(prompt.strip())
