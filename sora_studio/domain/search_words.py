"""Words of the full-text search: how text is folded and indexed, what a word matches, and how the index is asked for it.

`has_word` defines what matches. The index stores, for every text, a sequence of tokens that tells the folded text apart from
every other one, so that the answer of the index is exact (`is_exact`):

- a run of letters, digits and combining marks is one token;
- a run of a script that is written without spaces is indexed as overlapping pairs and its last character, so that every
  substring can be found;
- every other character (punctuation, symbols, emoji) is a token of its own;
- a space is implied between two runs of the first kind, and a token everywhere else.

Tokens are separated by spaces and are made for the `ascii` tokenizer of SQLite's FTS5, which takes every character beyond ASCII
as part of a token and ASCII punctuation as a separator. ASCII punctuation is therefore stored in its fullwidth form, and a
space as an ideographic space: folding leaves neither in a text.
"""

import re
import unicodedata
from collections.abc import Iterator

_WORD, _UNSPACED, _SYMBOL, _SPACE = "w", "u", "s", " "
_RUNS = re.compile("w+|u+|s| ")
_GAP = "\N{IDEOGRAPHIC SPACE}"
_BREAK = _GAP * 2
"""Stands between two texts."""
_LONGEST_EXACT = 8_000
"""In characters. FTS5 cuts tokens at 32,768 bytes, so that longer words may agree in their beginning only."""

_CONTROLS = re.compile("[\0-\b\x0e-\x1b\x7f]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
"""Characters without a look of their own: soft hyphens, joiners, direction marks, variation selectors."""

UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19FF),  # Tai Le, New Tai Lue, Khmer symbols
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),  # Han repetition marks and zero
    (0x3021, 0x312F),  # Hangzhou numerals, Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31FF),  # Bopomofo and Katakana extensions
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA980, 0xA9FF),  # Javanese, Myanmar extension
    (0xAA60, 0xAADF),  # Myanmar extension, Tai Viet
    (0xF900, 0xFAFF),  # Han compatibility
    (0x16FE0, 0x18DFF),  # Tangut, Khitan
    (0x1AFF0, 0x1B2FF),  # Kana extensions, Nushu
    (0x20000, 0x3FFFF),  # Han extensions
)


class _Classes(dict[int, str]):
    """Map code points to the kind of their character, for `str.translate`. Each is looked up once."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(chr(code))
        return kind


def fold(text: str) -> str:
    """Return `text` normalized for search.

    Case is folded, equivalent characters are unified (NFKC), invisible ones are left out, and every run of whitespace and
    control characters becomes one space. The result neither begins nor ends with a space.
    """
    text = _CONTROLS.sub(" ", text.encode(errors="replace").decode())
    if text.isascii():
        return " ".join(text.casefold().split())
    text = _INVISIBLE.sub("", text)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.split())


def has_word(folded_text: str, word: str, *, whole: bool = False) -> bool:
    """Return whether a folded text has a word or phrase, given folded as well.

    A word that begins with a letter or digit of a script with spaces matches where a word begins; any other matches anywhere.
    The end is free (`cat` matches `cats`), unless `whole`. The empty word matches every text.
    """
    if not word:
        return True
    from_start = _CLASSES[ord(word[0])] == _WORD
    to_end = whole and _CLASSES[ord(word[-1])] == _WORD
    at = folded_text.find(word)
    while at >= 0:
        end = at + len(word)
        begins = not (from_start and at and _CLASSES[ord(folded_text[at - 1])] == _WORD)
        ends = not (to_end and end < len(folded_text) and _CLASSES[ord(folded_text[end])] == _WORD)
        if begins and ends:
            return True
        at = folded_text.find(word, at + 1)
    return False


def index_words(*texts: str) -> str:
    """Return the tokens of texts, separated by spaces, as the index stores them. No phrase reaches from one into the next."""
    return f" {_BREAK} ".join(" ".join(_tokens(fold(text))) for text in texts)


def fts_expression(word: str, *, whole: bool = False) -> str | None:
    """Return the FTS5 expression for a word or phrase, as typed; None if nothing of it is visible, so that all texts match.

    It finds every text that `has_word`, and only those if `is_exact`.
    """
    folded = fold(word)
    if not folded:
        return None
    tokens = list(_tokens(folded))
    last = _CLASSES[ord(folded[-1])]
    if last == _UNSPACED and len(tokens) > 1 and len(tokens[-2]) == 2 and tokens[-2][1] == tokens[-1]:
        # The text may go on where the word ends: only a run's own end has the single character.
        del tokens[-1]
    any_end = (last == _WORD and not whole) or (last == _UNSPACED and len(tokens[-1]) == 1)
    # No token contains a quotation mark: it is stored in its fullwidth form.
    return f'"{" ".join(tokens)}"{"*" if any_end else ""}'


def is_exact(word: str) -> bool:
    """Return whether the index finds no text without the word, so that its answer needs no check with `has_word`."""
    return len(word) <= _LONGEST_EXACT


def is_plain_word(token: str) -> bool:
    """Return whether a token of the index is a whole word as it is read, and neither a sign nor a part of unspaced text."""
    return bool(token) and all(_CLASSES[ord(character)] == _WORD for character in token) and not token.isdecimal()


def _tokens(folded: str) -> Iterator[str]:
    kinds = folded.translate(_CLASSES)
    for run in _RUNS.finditer(kinds):
        start, end = run.span()
        kind = kinds[start]
        if kind == _WORD:
            yield folded[start:end]
        elif kind == _UNSPACED:
            for at in range(start, end - 1):
                yield folded[at : at + 2]
            yield folded[end - 1]
        elif kind == _SYMBOL:
            yield _symbol_token(folded[start])
        elif kinds[start - 1] != _WORD or kinds[end] != _WORD:
            yield _GAP


def _symbol_token(character: str) -> str:
    """Return a symbol as a token; ASCII ones in their fullwidth form."""
    return chr(ord(character) + 0xFEE0) if character.isascii() else character


def _kind(character: str) -> str:
    if character == " ":
        return _SPACE
    if not (character.isalnum() or unicodedata.category(character)[0] in "LMN"):
        return _SYMBOL
    code = ord(character)
    return _UNSPACED if any(first <= code <= last for first, last in UNSPACED_SCRIPTS) else _WORD


_CLASSES = _Classes()
