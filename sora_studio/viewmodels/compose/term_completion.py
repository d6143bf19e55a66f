"""Which film terms complete what was just typed. Pure functions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_OFFERS = 200
_LAST_WORDS = re.compile(r"(?:[\w'’-]+ ){0,2}[\w'’-]+$")


@dataclass(frozen=True, slots=True)
class Offer:
    """A term to insert, and what it means."""

    words: str
    gloss: str
    kind: str


@dataclass(frozen=True, slots=True)
class Completions:
    """Offers in the place of `typed`, the end of the text before the caret."""

    typed: str
    offers: Sequence[Offer]


def completions(before: str, offers: Sequence[Offer]) -> Completions:
    """Return the offers that begin with the last words before the caret, with as many of the words as lead to one.

    The last word alone may also begin a later word of a term. After a space or a sign, all are offered.
    """
    found = _LAST_WORDS.search(before)
    if found is None:
        return Completions("", offers[:MOST_OFFERS])
    words = found[0].split(" ")
    for first in range(len(words)):
        typed = " ".join(words[first:])
        wanted = typed.casefold()
        fitting = [offer for offer in offers if offer.words.casefold().startswith(wanted)]
        if first == len(words) - 1:
            fitting += [offer for offer in offers if f" {wanted}" in offer.words.casefold() and offer not in fitting]
        if fitting:
            return Completions(typed, fitting[:MOST_OFFERS])
    return Completions("", ())
