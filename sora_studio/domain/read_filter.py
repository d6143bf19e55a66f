"""Reads a single word of a search as a filter or as a setting of the search."""

import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from sora_studio.domain.query_filters import (
    Filter,
    Has,
    Having,
    Identity,
    Is,
    Name,
    Named,
    Place,
    Shape,
    Shaped,
    Sort,
    Sorted,
    State,
    Widened,
    number_in,
)
from sora_studio.domain.query_ranges import Dated, Figure, Measure, Relation, When, days_of

_Choice = TypeVar("_Choice", bound=StrEnum)

_FILTER = re.compile(r"([a-z]+):(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,6})?)"
_COMPARISON = re.compile(rf"(>=|<=|[<>=≥≤]?){_NUMBER}")
_RANGE = re.compile(rf"{_NUMBER}\.\.{_NUMBER}")
_RELATIONS = {"": Relation.EQUAL, "≥": Relation.AT_LEAST, "≤": Relation.AT_MOST}
_MOST_STARS = 5
_PERIOD = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}")


def read_setting(text: str) -> Widened | Sorted | None:
    """Return what `in:trash`, `sort:stars` and their like mean; None for any other word."""
    name, _, value = text.lower().partition(":")
    if name == "in" and (place := _member(Place, value)):
        return Widened(place)
    by = _member(Sort, value) if name == "sort" else None
    return Sorted(by) if by else None


def read_filter(text: str) -> Filter | None:
    """Return the filter that a word is; None if it is a plain word."""
    if text.lower() in {"kept", "rejected"}:
        return State(Is(text.lower()))
    if text.startswith("#"):
        return Identity(text[1:]) if number_in(text[1:]) is not None else None
    found = _FILTER.fullmatch(text)
    read = _READERS.get(found[1].lower()) if found else None
    return read(found[1].lower(), found[2]) if found and read else None


def _figure(name: str, text: str) -> Figure | None:
    measure = Measure(name)
    if found := _RANGE.fullmatch(text):
        least, most = sorted((Decimal(found[1]), Decimal(found[2])))
        figure = Figure(measure, Relation.BETWEEN, least, most)
    elif found := _COMPARISON.fullmatch(text):
        figure = Figure(measure, _RELATIONS.get(found[1]) or Relation(found[1]), Decimal(found[2]))
    else:
        return None
    possible = measure is not Measure.STARS or max(figure.value, figure.most or 0) <= _MOST_STARS
    return figure if possible else None


def _state(_: str, text: str) -> State | None:
    state = _member(Is, text)
    return State(state) if state else None


def _has(_: str, text: str) -> Has | None:
    what = _member(Having, text)
    return Has(what) if what else None


def _shape(_: str, text: str) -> Shaped | None:
    shape = _member(Shape, text)
    return Shaped(shape) if shape else None


def _named(name: str, text: str) -> Named | None:
    if not text:
        return Named(Name.FAIL, "") if name == Name.FAIL else None
    if name == Name.PROJECT and text.lower() == "none":
        text = "none"
    return None if text.startswith('"') else Named(Name(name), text)


def _dated(name: str, text: str) -> Dated | None:
    if text.lower() in {"today", "yesterday"}:
        return Dated(When(name), text.lower())
    if not _PERIOD.fullmatch(text):
        return None
    try:
        days_of(text)
    except ValueError:
        return None
    return Dated(When(name), text)


def _identity(_: str, text: str) -> Identity | None:
    return Identity(text) if text else None


_READERS: dict[str, Callable[[str, str], Filter | None]] = {
    **dict.fromkeys(Measure, _figure),
    **dict.fromkeys(When, _dated),
    **dict.fromkeys(Name, _named),
    "is": _state,
    "has": _has,
    "shape": _shape,
    "id": _identity,
}


def _member(choices: type[_Choice], text: str) -> _Choice | None:
    return next((choice for choice in choices if choice == text.lower()), None)
