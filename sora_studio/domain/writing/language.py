"""Whether a text is English: the rules about words know no other language, and stay silent in it."""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from sora_studio.domain.writing.inflections import word_set
from sora_studio.domain.writing.phrases import Tokens

_ENGLISH = word_set(
    "the and of with at to from into over is are her his she he they its as by through across while then this that under "
    "towards toward behind along between slowly camera light we you it on for near against around not without"
)
_OTHERS = word_set(
    "der das und ein eine einer mit auf im dem den des von zu ist nicht le la les une un et du dans sur avec est pas "
    "el los las una con y en por para del es il lo gli di che si nel della um uma de da na em que ne pas het een "
    "met aan och ett med av på w z na się jest ve bir ile"
)
"""Frequent words of other languages in Latin letters, without those that are English, too."""
_ACCENTED_MOST = 0.02


class LanguageCounts(NamedTuple):
    """Words, frequent English and other words, letters, letters outside ASCII, and of those the ones that are not Latin."""

    words: int = 0
    english: int = 0
    others: int = 0
    letters: int = 0
    accented: int = 0
    other_scripts: int = 0


def count_language(tokens: Tokens) -> LanguageCounts:
    """Return what decides about the language of a paragraph."""
    foreign = [letter for letter in tokens.text if letter > "\x7f" and letter.isalpha()]
    return LanguageCounts(
        words=len(tokens.words),
        english=sum(1 for word in tokens.words if word in _ENGLISH),
        others=sum(1 for word in tokens.words if word in _OTHERS),
        letters=sum(map(len, tokens.words)),
        accented=len(foreign),
        other_scripts=sum(1 for letter in foreign if not _is_latin(letter)),
    )


def is_english(paragraphs: Iterable[LanguageCounts]) -> bool:
    """Return whether the paragraphs together look English; terse ones such as `Golden hour, handheld` do, too."""
    whole = LanguageCounts(*map(sum, zip(LanguageCounts(), *paragraphs, strict=True)))
    if whole.other_scripts * 2 > whole.letters or whole.others > whole.english:
        return False
    return whole.english * 8 >= whole.words or whole.accented <= _ACCENTED_MOST * whole.letters


def _is_latin(letter: str) -> bool:
    return letter < "\u0250" or unicodedata.name(letter, "").startswith("LATIN")
