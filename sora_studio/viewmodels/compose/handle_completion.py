"""Which snippets or cards complete what was typed behind `/` or `@`. Pure functions."""

import re
from collections.abc import Iterable, Sequence

from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.handles import joins_words
from sora_studio.domain.writing.snippets import Snippet, insertion
from sora_studio.viewmodels.compose.term_completion import Completions, Offer

SNIPPET_SIGN, CARD_SIGN = "/", "@"
_MOST_GLOSS = 120
"""Characters."""
_NAME = re.compile(r"[/@][^\s/@]*\Z")


def snippet_offers(snippets: Iterable[Snippet]) -> tuple[Offer, ...]:
    """Return the names of snippets, with what they are for."""
    return tuple(Offer(f"{SNIPPET_SIGN}{one.name}", _about(one), "snippet") for one in snippets)


def card_offers(cards: Iterable[Card]) -> tuple[Offer, ...]:
    """Return the names of cards, with what they stand for."""
    return tuple(Offer(f"{CARD_SIGN}{one.name}", _one_line(one.text), one.kind) for one in cards)


def handle_completions(before: str, sign: str, offers: Sequence[Offer]) -> Completions:
    """Return the offers for the name that ends at the caret; first those that begin with it.

    A `/` names a snippet at the beginning of a line and after a space only, an `@` a card wherever it does not go on a word.
    """
    found = _NAME.search(before)
    if found is None or found[0][0] != sign or not _may_begin(before[: found.start()], sign):
        return Completions("", ())
    typed = found[0]
    wanted = typed.casefold()
    fitting = [offer for offer in offers if offer.words.casefold().startswith(wanted)]
    inside = wanted[1:]
    fitting += [offer for offer in offers if inside and inside in offer.words.casefold() and offer not in fitting]
    if sign == CARD_SIGN and [offer.words.casefold() for offer in fitting] == [wanted]:
        return Completions("", ())  # typed in full: Enter begins a new line
    return Completions(typed, fitting)


def _may_begin(before: str, sign: str) -> bool:
    if not before:
        return True
    return before[-1].isspace() if sign == SNIPPET_SIGN else not joins_words(before[-1])


def _about(snippet: Snippet) -> str:
    return snippet.about or _one_line(insertion(snippet.text).text)


def _one_line(text: str) -> str:
    return " ".join(text[: 2 * _MOST_GLOSS].split())[:_MOST_GLOSS]
