"""Where the long names of files and addresses may break in a narrow column. For the eye alone: what is read out stays whole."""

import re

BREAK = "\N{ZERO WIDTH SPACE}"
_LONG = 20
"""So many letters fit every column of the composer."""
_LONG_WORD = re.compile(rf"\S{{{_LONG + 1},}}")
_AFTER_MARK = re.compile(r"[_\-./?&=](?=.)")
_PIECE = re.compile(rf"[^{BREAK}]{{{_LONG}}}(?=[^{BREAK}])")


def breakable(text: str) -> str:
    """Long words may break after their marks, and where there are none, anywhere."""
    return _LONG_WORD.sub(lambda word: _broken(word[0]), text)


def _broken(word: str) -> str:
    return _PIECE.sub(rf"\g<0>{BREAK}", _AFTER_MARK.sub(rf"\g<0>{BREAK}", word))
