"""The words of a text that a spell checker judges: not addresses, names with @, tags, or words with digits."""

import re
from collections.abc import Iterator

_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEFT_ALONE = re.compile(r"\d|://|@|www\.|^[#/<{]|\w\.\w|_", re.IGNORECASE)
"""A chunk between spaces that holds one of these is no prose: a size, an address, a file, a card, a tag."""


def spell_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and word. The parts of a word with hyphens are words; a single letter is none."""
    for chunk in _CHUNK.finditer(text):
        if _LEFT_ALONE.search(chunk[0]):
            continue
        for word in _WORD.finditer(text, chunk.start(), chunk.end()):
            if word.end() - word.start() > 1 and not _is_shouted(word[0]):
                yield word.start(), word.end(), word[0].replace("’", "'")


def _is_shouted(word: str) -> bool:
    """Return whether this is an abbreviation such as HDR."""
    return word.isupper() and len(word) <= 5
