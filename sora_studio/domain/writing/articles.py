"""The indefinite article that English words take."""

_VOWELS = frozenset("aeiou")
_UNLIKE_THEIR_SPELLING = {
    **dict.fromkeys(("hour", "honest", "8", "11 ", "11-", "18"), "an"),
    **dict.fromkeys(("one", "uniform", "unique", "united", "universal", "euro", "use", "usual"), "a"),
}
"""Beginnings of words whose article their first letter does not tell."""


def article_for(words: str) -> str:
    """Return `a` or `an`, as the first of the words wants it."""
    lower = words.lower()
    known = next((article for start, article in _UNLIKE_THEIR_SPELLING.items() if lower.startswith(start)), None)
    return known or ("an" if lower[:1] in _VOWELS else "a")
