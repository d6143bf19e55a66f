"""Finds many phrases in a text at once: a tree of words, so that the time grows with the text and not with the phrases."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from sora_studio.domain.writing.inflections import inflections

T = TypeVar("T")
_WORD = re.compile(r"\w+")
_GAPS = frozenset({" ", "  ", "\t", "-", "\u2010", "\u2011", "–", " - ", "'", "’", "/", ".", "&"})
"""What may stand between two words of a phrase: `dolly-in` is `dolly in`."""
ANY_WORD = "*"
"""Stands for exactly one word within a phrase, or at its end."""


class Tokens(NamedTuple):
    """The words of a text in lower case, and where each begins and ends."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]


class Match(NamedTuple, Generic[T]):
    """A phrase that was found: the place of its first word, the place after its last, and its value."""

    first: int
    after: int
    value: T


def tokenise(text: str) -> Tokens:
    """Split a text into words: letters, digits and underscores of any script."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters become two, and positions must be those of the text
        lowered = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    found = list(_WORD.finditer(lowered))
    return Tokens(text, [word[0] for word in found], [word.start() for word in found], [word.end() for word in found])


def phrase_words(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase in lower case, with `*` where any word may stand."""
    return tuple(re.findall(r"\w+|\*", phrase.lower()))


@dataclass(slots=True)
class _Node(Generic[T]):
    """`after` has several nodes for a word that is a form of several: `lighting` is one of light, too."""

    values: list[T] = field(default_factory=list[T])
    base: "dict[tuple[str, bool], _Node[T]]" = field(default_factory=dict)
    after: "dict[str, list[_Node[T]]]" = field(default_factory=dict)
    any_word: "_Node[T] | None" = None
    goes_on: bool = False


class PhraseIndex(Generic[T]):
    """Whole words in any case, at most one gap sign apart; an adverb may stand between them: `pushes slowly in`."""

    def __init__(self) -> None:
        self._root = _Node[T]()

    def add(self, phrase: str, value: T, *, inflected: bool) -> None:
        """Add a phrase that begins with a word; `inflected` finds the forms of its words, too."""
        node = self._root
        for word in phrase_words(phrase):
            node = _any_word(node) if word == ANY_WORD else _child(node, word, inflected=inflected)
        node.values.append(value)

    def find(self, tokens: Tokens) -> Iterator[Match[T]]:
        """Yield every match, by its first word and the longest first; matches overlap."""
        known = self._root.after
        for first, word in enumerate(tokens.words):
            if word in known:
                found = [Match(first, after, value) for after, node in self._reached(tokens, first) for value in node.values]
                found.sort(key=lambda match: -match.after)
                yield from found

    def longest(self, tokens: Tokens) -> Iterator[Match[T]]:
        """Yield the longest match at each place that no earlier one covers; of equal ones the phrase that was added first."""
        known, free, words = self._root.after, 0, [*tokens.words, ""]
        for first, word in enumerate(tokens.words):
            if word not in known or first < free:
                continue
            nodes = known[word]
            if len(nodes) == 1 and not _may_go_on(nodes[0], words[first + 1]):  # most words end here
                if nodes[0].values:
                    free = first + 1
                    yield Match(first, free, nodes[0].values[0])
                continue
            free, values = first, list[T]()
            for after, node in self._reached(tokens, first):
                if after > free:
                    free, values = after, node.values
            if values:
                yield Match(first, free, values[0])

    def _reached(self, tokens: Tokens, first: int) -> Iterator[tuple[int, _Node[T]]]:
        """Yield the nodes that the words from `first` lead to, each with the place after its last word."""
        text, words, starts, ends = tokens
        pending = [(first + 1, node) for node in self._root.after[words[first]]]
        for after, node in pending:  # which grows
            if node.values:
                yield after, node
            if not node.goes_on or after == len(words) or text[ends[after - 1] : starts[after]] not in _GAPS:
                continue
            word = words[after]
            if word in node.after:
                pending += [(after + 1, following) for following in node.after[word]]
            if node.any_word:
                pending.append((after + 1, node.any_word))
            elif word.endswith("ly") and after - first <= 2:
                pending.append((after + 1, _without_values(node)))


def _may_go_on(node: _Node[T], word: str) -> bool:
    return node.goes_on and (word in node.after or node.any_word is not None or word.endswith("ly"))


def _child(node: _Node[T], word: str, *, inflected: bool) -> _Node[T]:
    node.goes_on = True
    if (word, inflected) not in node.base:
        child = node.base[word, inflected] = _Node[T]()
        for form in inflections(word) if inflected else (word,):
            node.after.setdefault(form, []).append(child)
    return node.base[word, inflected]


def _any_word(node: _Node[T]) -> _Node[T]:
    node.goes_on = True
    node.any_word = node.any_word or _Node[T]()
    return node.any_word


def _without_values(node: _Node[T]) -> _Node[T]:
    """Return the node for what follows an adverb: the adverb itself ends no phrase."""
    return _Node(after=node.after, goes_on=True)
