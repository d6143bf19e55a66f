"""The search's words: what they match, and that the index finds exactly that."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.search_words import fold, fts_expression, has_word, index_words, is_exact

MIXED_CHARACTERS = "abAB19éßİ\u0301\u3099 \t\n_-*'\"%^():.,東京タワーกขค့ကခ❤🎬\ufe0f\u200d¨Ａ％हिन्दी\x01\0\ud800"
MIXED = st.text(st.sampled_from(MIXED_CHARACTERS), max_size=14)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=20)


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(tokens, tokenize='ascii', prefix='2 3')")
    yield connection
    connection.close()


def _finds(index: sqlite3.Connection, text: str, word: str, *, whole: bool = False) -> bool:
    expression = fts_expression(word, whole=whole)
    if expression is None:
        return True
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words VALUES (?)", (index_words(text),))
    return bool(index.execute("SELECT count(*) FROM words WHERE words MATCH ?", (expression,)).fetchone()[0])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A red Fox", "FO"),
        ("Straße", "STRASSE"),
        ("50% off", "50%"),
        ("snake_case", "_"),
        ("snake_case", "case"),
        ("snake_case", "snake_c"),
        ("five o'clock", "'"),
        ("five o'clock", "o'c"),
        ("five o'clock", "clock"),
        ("2 * 3", "*"),
        ('a 5" film', '5"'),
        ("(wide) shot", "wide"),
        ("(wide) shot", ")"),
        ("夜の東京タワー", "東京"),
        ("夜の東京タワー", "京"),
        ("夜の東京タワー", "ー"),
        ("夜の東京タワー", "の東京タワ"),
        ("สวัสดีครับ", "ดีค"),
        ("東京tokyo", "tok"),
        ("I ❤️ rain", "❤"),
        ("I ❤ rain", "❤️"),
        ("loud🎬loud", "🎬"),
        ("Ｆｕｌｌ　width", "full width"),
        ("red\n\tfox", "red fox"),
        ("café", "CAFÉ"),
        ("हिन्दी में", "हिन्"),
        ("soft\u00adhyphen", "softhy"),
    ],
)
def test_a_word_is_found(index: sqlite3.Connection, text: str, word: str) -> None:
    assert has_word(fold(text), fold(word))
    assert _finds(index, text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("concatenate", "cat"),
        ("500 off", "50%"),
        ("50 % off", "50%"),
        ("plain", "_"),
        ("plain", "*"),
        ("plain", "p*"),
        ("plain", "%"),
        ("plain", "'"),
        ("red, fox", "red fox"),
        ("red x fox", "red fox"),
        ("東 京", "東京"),
        ("東京 タワー", "京タ"),
        ("❤", "🎬"),
        ("", "a"),
    ],
)
def test_a_word_is_not_found(index: sqlite3.Connection, text: str, word: str) -> None:
    assert not has_word(fold(text), fold(word))
    assert not _finds(index, text, word)


@pytest.mark.parametrize(
    ("text", "found"), [("a red fox runs", True), ("red foxes", False), ("tired fox", False), ("red fox's", True)]
)
def test_a_whole_phrase_ends_at_a_word(index: sqlite3.Connection, text: str, found: bool) -> None:
    assert has_word(fold(text), "red fox", whole=True) is found
    assert _finds(index, text, "red fox", whole=True) is found


@given(st.one_of(MIXED, ANYTHING), st.one_of(MIXED, ANYTHING), st.booleans())
def test_the_index_finds_what_has_the_word(index: sqlite3.Connection, text: str, word: str, whole: bool) -> None:
    assert _finds(index, text, word, whole=whole) is has_word(fold(text), fold(word), whole=whole)


@given(st.one_of(MIXED, ANYTHING), st.integers(0, 20), st.integers(1, 6), st.booleans())
def test_the_index_finds_every_part_that_is_there(
    index: sqlite3.Connection, text: str, start: int, length: int, whole: bool
) -> None:
    part = fold(text)[start : start + length]
    assert _finds(index, text, part, whole=whole) is has_word(fold(text), fold(part), whole=whole)


def test_the_longest_words_are_found_but_not_exactly(index: sqlite3.Connection) -> None:
    text = "x" * 40_000
    assert _finds(index, text, text)
    assert not is_exact(text)
    assert is_exact("x" * 8_000)
    assert _finds(index, text + "y", text + "z")


@given(st.one_of(MIXED, ANYTHING))
def test_folding_leaves_one_line_without_controls(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not set(folded) & set(map(chr, [*range(32), 127]))
