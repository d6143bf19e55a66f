"""Spelling suggestions for a search that finds nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sora_studio.domain.query import Group, Query, Term, parse
from sora_studio.domain.query_filters import Words
from sora_studio.domain.search_words import fold

_SHORTEST = 3
"""In letters: shorter words are close to too many others."""


@dataclass(frozen=True, slots=True)
class Respelling:
    """A query with other words in the place of misspelt ones, and these words."""

    query: Query
    words: tuple[str, ...]


def suggest(word: str, vocabulary: Iterable[tuple[str, int]], *, most: int = 3) -> list[str]:
    """Return up to `most` words of a vocabulary that `word` may have been meant for, the likeliest first.

    The vocabulary has folded words, each with the number of texts that have it. Two letters may differ, one in a word of three
    or four letters; adjacent letters that are swapped count as one. Among equally close words, frequent ones come first.
    """
    folded = fold(word)
    if len(folded) < _SHORTEST:
        return []
    limit, letters = 1 if len(folded) < 5 else 2, set(folded)
    close = [
        (distance, -count, known)
        for known, count in vocabulary
        if _may_be_close(folded, letters, known, limit) and 0 < (distance := edit_distance(folded, known, limit=limit)) <= limit
    ]
    return [known for _, _, known in sorted(close)[:most]]


def respell(query: Query, spelling: Mapping[str, str]) -> Query:
    """Return the query with some of its words replaced; `spelling` maps the words as typed."""

    def spelled(term: Term) -> str:
        condition = term.condition
        if term.negated or not isinstance(condition, Words) or condition.text not in spelling:
            return str(term)
        return str(Words(spelling[condition.text], condition.quote))

    items = (" OR ".join(map(spelled, item.terms)) if isinstance(item, Group) else str(item) for item in query.items)
    return parse(" ".join(items))


def edit_distance(one: str, other: str, *, limit: int) -> int:
    """Return how many letters to insert, delete, replace or swap with the next one; `limit` + 1 if more than that."""
    before, last = list[int](), list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for place, known in enumerate(other, 1):
            least = min(last[place] + 1, row[-1] + 1, last[place - 1] + (letter != known))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == known:
                least = min(least, before[place - 2] + 1)
            row.append(least)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


def _may_be_close(word: str, letters: set[str], known: str, limit: int) -> bool:
    """Skip most of a vocabulary cheaply: by length, by the first letter, which is seldom wrong other than by a swap, and by
    the letters that are in one word only.
    """
    if abs(len(word) - len(known)) > limit or len(known) < 2:
        return False
    if known[0] not in word[:2] and known[1] != word[0]:
        return False
    return len(letters - set(known)) <= limit  # each edit brings in one letter at most
