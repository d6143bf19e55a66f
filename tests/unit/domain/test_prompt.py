"""A prompt's first line and its slug, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.prompt import find_unsendable, first_line, is_blank, place_of, slug, without_controls


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
    assert bool(line) == (not is_blank(prompt))


INVISIBLE = {
    "zero-width space": "\u200b",
    "joiners": "\u200c\u200d\u2060",
    "byte order mark": "\ufeff\ufeff",
    "Hangul fillers": "\u3164\u115f\u1160\uffa0",
    "blank in Braille": "\u2800",
    "variation selectors": "\ufe0f\U000e0100",
    "soft hyphen": "\xad",
    "bidi marks": "\u200e\u200f\u202a\u202e\u2066\u2069\u061c",
    "grapheme joiner": "\u034f",
    "Mongolian": "\u180e\u180b",
    "Khmer": "\u17b4",
    "tags": "\U000e0041\U000e007f",
    "music": "\U0001d173\U0001d159",
    "shorthand": "\U0001bca0",
    "annotation": "\ufff9\ufffb",
    "pasted object": "\ufffc",
    "noncharacters": "\ufffe\uffff",
    "controls": "\x1b\x07\0\x7f\x9b",
    "spaces": " \t\r\n\u3000\xa0\u2028\x85",
}


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)
    assert first_line(f"{text}\nA cat") == "A cat"
    assert not is_blank(f"{text}x")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "🎬",
        "👩\u200d🚀",
        "❤\ufe0f",
        "🏴\U000e0067\U000e007f",
        "\u200fש",
        "ـ",
        "가",
        "⠁",
        "\u06dd",
        "\u0600",
        "·",
        "।",
        "𝄞",
        "\ue000",
    ],
)
def test_what_can_be_seen_is_not_blank_and_stays_as_it_is(text: str) -> None:
    assert not is_blank(text)
    assert find_unsendable(text) is None
    assert without_controls(text) == (text, 0)


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("\0", "Character 1"),
        ("A cat\x1b[31m", "Character 6"),
        ("A cat\nsleeps\x07", "Line 2, character 7"),
        ("A cat\r\nsleeps\r\x7f", "Line 3, character 1"),
        ("one\x9b\ntwo", "Line 1, character 4"),
        ("👩\u200d🚀\ud83d", "Character 4"),
    ],
)
def test_the_first_character_that_cannot_be_sent_is_found_at_its_place(prompt: str, place: str) -> None:
    index = find_unsendable(prompt)
    assert index is not None
    assert place_of(prompt, index) == place


def test_tabs_and_line_ends_can_be_sent() -> None:
    assert find_unsendable("a\tb\nc\r\nd\re") is None


@pytest.mark.parametrize(
    ("pasted", "kept", "removed"),
    [
        ("\ufeffA cat\r\nsleeps\r", "A cat\nsleeps\n", 0),
        ("\x1b[1;31mA red\x1b[0m cat", "A red cat", 11),
        ("\x1b]8;;https://x.example\x07A cat\x1b]8;;\x1b\\", "A cat", 30),
        ("A\0 \x07c\x7fat\x1b", "A cat", 4),
        ("A\tcat", "A\tcat", 0),
    ],
)
def test_pasted_text_loses_what_no_prompt_may_hold(pasted: str, kept: str, removed: int) -> None:
    assert without_controls(pasted) == (kept, removed)
