"""Handles: the names by which a prompt calls a snippet (`/beats`), a card (`@anna`) or a template's field (`[[subject]]`)."""

import unicodedata

from sora_studio.domain.search_words import is_plain_word

MOST_CHARS = 60
HANDLE_RULE = f"A name begins with a letter and has letters, digits, - and _ only, at most {MOST_CHARS} of them."


def is_handle(name: str) -> bool:
    """Return whether a name can be typed behind `/` or `@` and ends by itself. Letters of every script are allowed."""
    letters = all(unicodedata.category(character)[0] in "LMN" or character in "-_" for character in name)
    return bool(name) and len(name) <= MOST_CHARS and letters and name[0].isalpha() and name[-1] not in "-_"


def joins_words(character: str) -> bool:
    """Return whether a character goes on a word; one of a script that is written without spaces does not."""
    return character == "_" or character.isdecimal() or is_plain_word(character)
