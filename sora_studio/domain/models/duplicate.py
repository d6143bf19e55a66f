"""Copies of a profile's text under another slug."""

import re

_SLUG_LINE = re.compile(r"""^([ \t]*slug[ \t]*=[ \t]*)("[^"\n]*"|'[^'\n]*')""", re.MULTILINE)
_TITLE_LINE = re.compile(r"""^([ \t]*title[ \t]*=[ \t]*)(?:"([^"\\\n]*)"|'([^'\n"\\]*)')""", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)


def duplicate(text: str, slug: str) -> str:
    """Return the text with another slug and ` (copy)` after the model's title; all else stays, comments too.

    A text without a plain slug or title line keeps what it has, and the reader then says what is wrong.
    """
    header = _HEADER.search(text)
    end = header.start() if header else len(text)
    top = _SLUG_LINE.sub(lambda found: f'{found[1]}"{slug}"', text[:end], count=1)
    top = _TITLE_LINE.sub(lambda found: f'{found[1]}"{found[2] or found[3] or ""} (copy)"', top, count=1)
    return top + text[end:]
