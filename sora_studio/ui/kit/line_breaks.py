"""Allows line breaks in long file names and addresses. For display only: keep accessible names unbroken."""

import re

BREAK = "\N{ZERO WIDTH SPACE}"
_LONG = 20
"""Words up to this length fit every column of the composer."""
_LONG_WORD = re.compile(rf"\S{{{_LONG + 1},}}")
_AFTER_MARK = re.compile(r"[_\-./?&=](?=.)")
_PIECE = re.compile(rf"[^{BREAK}]{{{_LONG}}}(?=[^{BREAK}])")


def breakable(text: str) -> str:
    """Insert zero-width spaces into long words: after punctuation, else every 20 characters."""
    return _LONG_WORD.sub(lambda word: _broken(word[0]), text)


def _broken(word: str) -> str:
    return _PIECE.sub(rf"\g<0>{BREAK}", _AFTER_MARK.sub(rf"\g<0>{BREAK}", word))
