"""Remix: a prompt in another light, with another camera or pace, by rule. The source stays, and every change is told.

Terms of a kind are replaced by others of the same kind from the vocabulary, wherever the same words stand; where a prompt names
none, one sentence is added at its end. What people say in quotation marks stays. The same text and vocabulary give the same
variants.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST_VARIANTS = 6
_QUOTED = re.compile(r"“[^”\n]*”|\"[^\"\n]*\"|«[^»\n]*»")
_ARTICLE = re.compile(r"\b(an?)([ \t]+)\Z", re.IGNORECASE)
_VOWELS = frozenset("aeiou")
_UNLIKE_THEIR_SPELLING = {
    **dict.fromkeys(("hour", "honest", "8", "11 ", "11-", "18"), "an"),
    **dict.fromkeys(("one", "uniform", "unique", "united", "universal", "euro", "use", "usual"), "a"),
}
"""Beginnings of words whose article their first letter does not tell."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recognised term of the vocabulary, from `start` to `end` of the text."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Axis:
    """What a variant changes: a kind of term, its title, and the word that begins a sentence about it."""

    kind: str
    title: str
    label: str


AXES = (
    Axis("light", "Other light", "Light"),
    Axis("camera-move", "Other camera", "Camera"),
    Axis("pace", "Other pace", "Pace"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """What replaces the characters from `start` to `end` of the source; equal ones are an insertion."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: its title, such as `Other light: moonlight`, the whole text, and its changes in order."""

    title: str
    text: str
    changes: tuple[Change, ...]


def remix(
    text: str,
    terms: Sequence[Found],
    of_kind: Callable[[str], Sequence[str]],
    axes: Sequence[Axis],
    *,
    most: int = MOST_VARIANTS,
) -> tuple[Variant, ...]:
    """Return at most `most` variants, the same number for each axis as far as its kind has terms.

    `terms` are those that the vocabulary recognises in the text, `of_kind` its words for a kind, in a fixed order.
    """
    each = max(1, most // max(1, len(axes)))
    variants = [variant for axis in axes for variant in _variants(text, terms, of_kind(axis.kind), axis, each)]
    return tuple(variants[:most])


def apply(text: str, changes: Sequence[Change]) -> str:
    """Return the text with the changes, which are in order and do not overlap."""
    parts, at = list[str](), 0
    for change in changes:
        parts += [text[at : change.start], change.text]
        at = change.end
    return "".join([*parts, text[at:]])


def _variants(text: str, terms: Sequence[Found], words: Sequence[str], axis: Axis, count: int) -> list[Variant]:
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    own = [
        term
        for term in terms
        if term.kind == axis.kind and not any(start < term.end and term.start < end for start, end in quoted)
    ]
    named = {text[term.start : term.end].casefold() for term in terms}
    former = text[own[0].start : own[0].end].casefold() if own else ""
    variants = list[Variant]()
    for other in _others(words, former, named, count):
        if own:
            same = [term for term in own if text[term.start : term.end].casefold() == former]
            changes = tuple(_replaced(text, term, other) for term in same)
        else:
            changes = (_added(text, f"{axis.label}: {other}."),)
        variants.append(Variant(f"{axis.title}: {other}", apply(text, changes), changes))
    return variants


def _others(words: Sequence[str], former: str, named: set[str], count: int) -> list[str]:
    """Return other terms, as far as possible from the former one and from each other: neighbours often say nearly the same."""
    folded = [word.casefold() for word in words]
    at = folded.index(former) if former in folded else -1
    left = [word for word in [*words[at + 1 :], *words[: at + 1]] if word.casefold() not in named]
    count = min(count, len(left))
    return [left[(2 * number + 1) * len(left) // (2 * count)] for number in range(count)]


def _replaced(text: str, term: Found, other: str) -> Change:
    """Return the change of a term, with its capital and with the article before it."""
    former = text[term.start : term.end]
    words = other[:1].upper() + other[1:] if former[:1].isupper() else other
    article = _ARTICLE.search(text, max(0, term.start - 8), term.start)
    if article is None or not other.isascii():
        return Change(term.start, term.end, words)
    fitting = _article(other)
    if article[1][:1].isupper():
        fitting = fitting.capitalize()
    if fitting == article[1]:
        return Change(term.start, term.end, words)
    return Change(article.start(), term.end, f"{fitting}{article[2]}{words}")


def _article(words: str) -> str:
    lower = words.lower()
    known = next((article for start, article in _UNLIKE_THEIR_SPELLING.items() if lower.startswith(start)), None)
    return known or ("an" if lower[:1] in _VOWELS else "a")


def _added(text: str, sentence: str) -> Change:
    """Return the change that adds a sentence at the end: on a line of its own where the text has several."""
    end = len(text.rstrip())
    body = text[:end]
    if not body:
        return Change(end, end, sentence)
    line_end = next((sign for sign in ("\r\n", "\n", "\r") if sign in body), "")
    if line_end:
        return Change(end, end, f"{line_end}{sentence}")
    ends_sentence = body[-1] in '.!?…。！？:;"”»)'
    return Change(end, end, f"{'' if ends_sentence else '.'} {sentence}")
