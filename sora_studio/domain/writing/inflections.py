"""Simple inflections of an English word, for matching. Formed by rule, so some of them are no words; that harms nothing."""

from functools import cache

_VOWELS = "aeiou"


def word_set(words: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces between them."""
    return frozenset(words.split())


_FIXED = word_set(
    "a an the in on at to of up out off by for from into over under with and or no not very as is it its his her their"
)
_SHORTEST = 3


@cache
def inflections(word: str) -> tuple[str, ...]:
    """Return the word in lower case, and its forms in -s, -ed and -ing; particles and other scripts only as they are."""
    if word in _FIXED or len(word) < _SHORTEST or not word.isascii() or not word.isalpha():
        return (word,)
    stem = _stem(word)
    past = f"{word[:-1]}ied" if _ends_in_single_y(word) else f"{stem}ed"
    return tuple(dict.fromkeys((word, third_person(word), past, f"{stem}ing")))


@cache
def third_person(word: str) -> str:
    """Return the form in -s, which is the plural of a noun too."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if _ends_in_single_y(word):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("go", "do")) else f"{word}s"


def _stem(word: str) -> str:
    """Return what -ing is added to: `pann` for pan, `glid` for glide."""
    if word.endswith("e") and not word.endswith(("ee", "ye", "oe")):
        return word[:-1]
    is_short = len(word) <= 4 and word[-1] not in f"{_VOWELS}wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS
    return f"{word}{word[-1]}" if is_short else word


def _ends_in_single_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in _VOWELS
