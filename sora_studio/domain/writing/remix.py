"""Remix: a prompt in another light, with another camera or pace, by rule. The source stays, and every change is told.

A recognised term is replaced by another of its group, wherever the same words stand. Groups are data: words that fit into the
same place of a sentence, since "at golden hour" can become "at dusk", but hardly "at side light". Where a prompt names nothing
of a kind, one sentence is added at its end. What people say in quotation marks stays. The same text gives the same variants.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sora_studio.domain.models.toml_file import parse_toml
from sora_studio.domain.models.toml_table import Table
from sora_studio.domain.writing.articles import article_for
from sora_studio.domain.writing.terms import TermKind, TermSpan

MOST_VARIANTS = 6
SCHEMA = 1
_QUOTED = re.compile(r"“[^”\n]*”|\"[^\"\n]*\"|«[^»\n]*»")
_ARTICLE = re.compile(r"\b(an?)([ \t]+)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """Words that may stand in one another's place; those in `also` are replaced, but never chosen."""

    words: tuple[str, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """What a variant changes: a kind of term. `added` are what a sentence that begins with `label` may say."""

    kind: TermKind
    title: str
    label: str
    groups: tuple[Group, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What replaces the characters from `start` to `end` of the source; equal ones are an insertion."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: its title, such as `Other light: dusk`, the whole text, and its changes in order."""

    title: str
    text: str
    changes: tuple[Change, ...]


def remix(text: str, terms: Sequence[TermSpan], axes: Sequence[Axis], *, most: int = MOST_VARIANTS) -> tuple[Variant, ...]:
    """Return at most `most` variants, the same number for each axis as far as it has words.

    `terms` are those that the vocabulary recognises in the text.
    """
    each = max(1, most // max(1, len(axes)))
    return tuple(variant for axis in axes for variant in _variants(text, terms, axis, each))[:most]


def apply(text: str, changes: Sequence[Change]) -> str:
    """Return the text with the changes, which are in order and do not overlap."""
    parts, at = list[str](), 0
    for change in changes:
        parts += [text[at : change.start], change.text]
        at = change.end
    return "".join([*parts, text[at:]])


def read_axes(text: str, source: str) -> tuple[Axis, ...]:
    """Return the axes of a file. Raises `ProfileError`."""
    root = parse_toml(text, source)
    if (schema := root.integer("schema", at_least=1)) != SCHEMA:
        raise root.error("schema", f"This program reads schema {SCHEMA}; the file has schema {schema}.")
    axes = tuple(map(_axis, root.tables("axis")))
    root.finish()
    return axes


def _axis(table: Table) -> Axis:
    axis = Axis(
        table.word("kind", TermKind),
        table.text("title"),
        table.text("label"),
        tuple(map(_group, table.tables("group"))),
        table.texts("added"),
    )
    table.finish()
    return axis


def _group(table: Table) -> Group:
    group = Group(table.texts("words"), table.maybe(table.texts, "also") or ())
    table.finish()
    return group


def _variants(text: str, terms: Sequence[TermSpan], axis: Axis, count: int) -> list[Variant]:
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    own = [term for term in terms if term.term.kind is axis.kind]
    if not own:
        sentences = axis.added[:count]
        return [_variant(text, axis, words, (_added(text, f"{axis.label}: {words}."),)) for words in sentences]
    spoken = [term for term in own if any(start < term.end and term.start < end for start, end in quoted)]
    named = {_words(text, term) for term in terms}
    for first in own:
        former = _words(text, first)
        group = next((group for group in axis.groups if former in (*group.words, *group.also)), None)
        if group is None or first in spoken:
            continue
        same = [term for term in own if term not in spoken and _words(text, term) == former]
        others = _others(group.words, former, named, count)
        return [_variant(text, axis, other, tuple(_replaced(text, term, other) for term in same)) for other in others]
    return []


def _variant(text: str, axis: Axis, words: str, changes: tuple[Change, ...]) -> Variant:
    return Variant(f"{axis.title}: {words}", apply(text, changes), changes)


def _words(text: str, term: TermSpan) -> str:
    return text[term.start : term.end].casefold()


def _others(words: Sequence[str], former: str, named: set[str], count: int) -> list[str]:
    """Return other words, as far as possible from the former ones and from each other: neighbours often say nearly the same."""
    at = words.index(former) if former in words else -1
    left = [word for word in [*words[at + 1 :], *words[: at + 1]] if word not in named]
    count = min(count, len(left))
    return [left[(2 * number + 1) * len(left) // (2 * count)] for number in range(count)]


def _replaced(text: str, term: TermSpan, other: str) -> Change:
    """Return the change of a term, with its capital and with the article before it."""
    former = text[term.start : term.end]
    words = other[:1].upper() + other[1:] if former[:1].isupper() else other
    article = _ARTICLE.search(text, max(0, term.start - 8), term.start)
    fitting = article_for(other)
    if article is None or fitting == article[1].lower():
        return Change(term.start, term.end, words)
    if article[1][:1].isupper():
        fitting = fitting.capitalize()
    return Change(article.start(), term.end, f"{fitting}{article[2]}{words}")


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
