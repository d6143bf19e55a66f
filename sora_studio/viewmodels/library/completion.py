"""Values for the filter that is being typed: models, projects and tags by name, and what the other filters know."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sora_studio.domain.query_filters import Having, Is, Name, Named, Place, Quote, Shape, Sort, State
from sora_studio.domain.query_ranges import When
from sora_studio.domain.search_words import fold, has_word

_TYPED = re.compile(r'(?:^|(?<=\s))(?P<sign>-?)(?P<name>[a-z]+):(?:"(?P<quoted>[^"]*)|(?P<bare>[^\s"]*))$', re.IGNORECASE)
_REST = re.compile(r'[^\s"]*"?')
_STARS = (("5", "★★★★★"), (">=4", "★★★★ or more"), (">=3", "★★★ or more"), (">=1", "rated"), ("0", "not rated"))


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names in use: models as slug and title, projects, and tags, those of most clips first."""

    models: Sequence[tuple[str, str]] = ()
    projects: Sequence[str] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """A filter in the place of what is typed of it: `start` to `end` of the text. `note` explains its value."""

    start: int
    end: int
    filter: str
    note: str = ""


def completions(text: str, caret: int, names: KnownNames) -> list[Completion]:
    """Return the filters that the one before the caret may become; none if it is complete or there is none."""
    typed = _TYPED.search(text[:caret])
    values = _VALUES.get(typed["name"].lower()) if typed else None
    if typed is None or values is None:
        return []
    rest = _REST.match(text, caret)
    end = rest.end() if rest else caret
    asked = fold(typed["quoted"] or typed["bare"] or "")
    found = [
        Completion(typed.start(), end, f"{typed['sign']}{value}", note)
        for value, words, note in values(names)
        if has_word(fold(words), asked) or has_word(fold(note), asked)
    ]
    is_complete = len(found) == 1 and fold(found[0].filter) == fold(text[typed.start() : end])
    return [] if is_complete else found


_Values = Iterator[tuple[str, str, str]]
"""Filters, each with the words that it is found by and a note."""


def _models(names: KnownNames) -> _Values:
    return ((str(Named(Name.MODEL, slug)), slug, title) for slug, title in names.models)


def _named(name: Name, texts: Sequence[str]) -> _Values:
    return ((str(Named(name, text, Quote.CLOSED)), text, "") for text in texts)


def _projects(names: KnownNames) -> _Values:
    yield from _named(Name.PROJECT, names.projects)
    yield str(Named(Name.PROJECT, "none")), "none", "no project"


def _listed(prefix: str, values: Sequence[tuple[str, str]]) -> Callable[[KnownNames], _Values]:
    def listed(_: KnownNames) -> _Values:
        return ((f"{prefix}:{value}", value, note) for value, note in values)

    return listed


def _plain(values: Sequence[str]) -> list[tuple[str, str]]:
    return [(value, "") for value in values]


_VALUES: dict[str, Callable[[KnownNames], _Values]] = {
    Name.MODEL: _models,
    Name.PROJECT: _projects,
    Name.TAG: lambda names: _named(Name.TAG, names.tags),
    "is": _listed("is", [(state, words if (words := State(state).words) != state else "") for state in Is]),
    "in": _listed("in", [(place, f"with what is {'in the trash' if place is Place.TRASH else 'hidden'}") for place in Place]),
    "has": _listed("has", _plain(list(Having))),
    "shape": _listed("shape", _plain(list(Shape))),
    "sort": _listed("sort", _plain(list(Sort))),
    "stars": _listed("stars", _STARS),
    **{when: _listed(when, _plain(["today", "yesterday"])) for when in When},
}
