"""What a search that finds nothing may have meant."""

from collections.abc import Mapping
from itertools import islice, product
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.did_you_mean import Respelling, respell, suggest
from sora_studio.domain.query import Query
from sora_studio.domain.search_words import fold, is_plain_word

if TYPE_CHECKING:
    from sora_studio.storage.library_queries import LibraryQueries

_MOST_WORDS = 4
"""More misspelt words than this are a pasted text."""
_MOST_TRIES = 8
"""Combinations of suggestions that are counted."""


class Spelling:
    """Suggests words of the person's own prompts, notes and tags."""

    def __init__(self, queries: "LibraryQueries", clock: Clock) -> None:
        self._queries, self._clock = queries, clock

    async def suggest(self, query: Query) -> Respelling | None:
        """Return the likeliest respelling of a query that finds something; None if there is none.

        Only words that no text has are respelt. Where no respelling finds anything together with the query's filters, one that
        does without them is returned: the filters are a question of their own.
        """
        choices = await self._choices(query)
        if not choices:
            return None
        respellings = [
            Respelling(respell(query, dict(zip(choices, words, strict=True))), words)
            for words in islice(product(*choices.values()), _MOST_TRIES)
        ]
        for respelling in respellings:
            if await self._count(respelling.query):
                return respelling
        for respelling in respellings if query.chips else ():
            if await self._count(_words_of(respelling.query)):
                return respelling
        return None

    async def _choices(self, query: Query) -> Mapping[str, list[str]]:
        """Return suggestions for each text of the query that has unknown words; empty if one of them cannot be mended."""
        choices = dict[str, list[str]]()
        texts = list(dict.fromkeys(words.text for words in query.words))
        for text in texts if len(texts) <= _MOST_WORDS else ():
            spellings = await self._spellings(text)
            if spellings is not None:
                choices[text] = spellings
        return choices if all(choices.values()) else {}

    async def _spellings(self, text: str) -> list[str] | None:
        """Return respellings of a word, or of the unknown words of a phrase; None if all are known."""
        pieces = list[list[str]]()
        is_known = True
        for piece in text.split():
            folded = fold(piece)
            near: Mapping[str, int] = {}
            if len(folded) > 1 and is_plain_word(folded):
                near = await self._queries.words_near(folded)
            if not near or any(known.startswith(folded) for known in near):
                pieces.append([piece])
                continue
            is_known = False
            pieces.append(suggest(piece, near.items()))
        return None if is_known else [" ".join(words) for words in islice(product(*pieces), _MOST_TRIES)]

    async def _count(self, query: Query) -> int:
        now = self._clock.now()
        return await self._queries.count(query, now=now, today=now.astimezone().date())


def _words_of(query: Query) -> Query:
    """Return the query without its filters."""
    while query.chips:
        query = query.without(query.chips[0])
    return query
