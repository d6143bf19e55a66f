"""Splits a text into the pieces that a difference compares.

A piece is a word of a script with spaces, a single grapheme of a script without spaces, or a sign. What stands between two
pieces (spaces, line ends) is the gap before the second one. Pieces and gaps together are the text, character by character.
"""

import re
import unicodedata
from dataclasses import dataclass

from sora_studio.domain.search_words import UNSPACED_SCRIPTS

_WORD, _UNSPACED, _SIGN, _MARK, _JOINER, _FLAG, _APOSTROPHE, _SPACE = "w", "u", "s", "m", "j", "f", "a", " "
_PIECES = re.compile(f"({_SPACE}*)({_WORD}[wm]*(?:{_APOSTROPHE}{_WORD}[wm]*)*|{_UNSPACED}+m*|ff?|[wusma]m*(?:js?m*)*|[jm]+)")
"""Over the kinds of the characters. A sign takes what is joined to it: an emoji of several characters is one piece.

A run of a script without spaces is found as a whole, because it is taken apart faster by itself; marks belong to its last one.
"""
_SPECIAL = {
    **dict.fromkeys(map(ord, "'’"), _APOSTROPHE),
    **dict.fromkeys(range(0x1F3FB, 0x1F400), _MARK),  # skin tones of the emoji before them
    **dict.fromkeys(range(0x1F1E6, 0x1F200), _FLAG),  # two letters make a flag
    0x200D: _JOINER,  # of several emoji into one
}


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text and the gap before each; the last gap, which may be empty, ends the text."""

    words: list[str]
    gaps: list[str]


def split(text: str) -> Pieces:
    """Return the pieces of a text."""
    kinds = text.translate(_KINDS)
    words, gaps, end = list[str](), list[str](), 0
    for found in _PIECES.finditer(kinds):
        start, middle, end = found.start(), found.start(2), found.end()
        gaps.append(text[start:middle])
        if kinds[middle] == _UNSPACED and end - middle > 1:
            last = kinds.rindex(_UNSPACED, middle, end)
            words.extend(text[middle:last])
            gaps.extend([""] * (last - middle))
            words.append(text[last:end])
        else:
            words.append(text[middle:end])
    gaps.append(text[end:])
    return Pieces(words, gaps)


def count_words(text: str) -> int:
    """Return the number of words, without signs; each grapheme of a script without spaces counts."""
    return sum(1 for word in split(text).words if word[0].isalnum())


class _Kinds(dict[int, str]):
    """Map code points to the kind of their character, for `str.translate`. Each is looked up once."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _kind(code)
        return kind


def _kind(code: int) -> str:
    character = chr(code)
    if (special := _SPECIAL.get(code)) is not None:
        return special
    if character.isspace():
        return _SPACE
    if unicodedata.category(character)[0] == "M":
        return _MARK
    if not character.isalnum():
        return _SIGN
    return _UNSPACED if any(first <= code <= last for first, last in UNSPACED_SCRIPTS) else _WORD


_KINDS = _Kinds()
