"""Finds as many errors of a profile's text as can be told for certain, for an editor that shows them while one types."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import MAX_PROFILE_CHARS, read_file
from sora_studio.domain.models.toml_lines import key_lines

MOST_ERRORS = 20
_NAMED = ("option", "media")
"""Tables that rules, prices and times refer to."""
_NAMING = ("rule", "price", "generation_time")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The profile that a text describes, or why it describes none; the first error is the reader's own."""

    profile: ModelProfile | None
    errors: tuple[ProfileError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the file: its lines from `first` to before `end`, counted from 1."""

    kind: str
    first: int
    end: int


def diagnose(text: str, name: str) -> Diagnosis:
    """Return the profile of a file with that name, or its errors. Takes milliseconds: run it off the window's thread.

    The reader stops at the first error. To find more, the table with the error is left out and the rest is read again, as long
    as what is left out cannot be the cause of the next error.
    """
    try:
        return Diagnosis(read_file(text, name))
    except ProfileError as error:
        first = error
    return Diagnosis(None, (first, *_more(text, name, first)))


def _more(text: str, name: str, first: ProfileError) -> Sequence[ProfileError]:
    tables = _tables(text)
    table = _around(first, tables)
    lines, more, left_out = text.split("\n"), list[ProfileError](), set[str]()
    while table is not None and len(more) < MOST_ERRORS - 1:
        lines[table.first - 1 : table.end - 1] = [""] * (table.end - table.first)
        left_out.add(table.kind)
        try:
            read_file("\n".join(lines), name)
        except ProfileError as error:
            table = _around(error, tables)
            if table is not None and table.kind in _NAMING and left_out.intersection(_NAMED):
                return more  # it may name what was left out
            more += [error] if table is not None else []
        else:
            return more
    return more


def _tables(text: str) -> list[_Table]:
    """Return the tables of the file in order; none if it is no TOML, for then there is one error only."""
    if len(text) > MAX_PROFILE_CHARS:
        return []
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return []
    lines = key_lines(text)
    starts = sorted((line, str(path[0])) for path, line in lines.items() if len(path) == 2 and isinstance(path[1], int))
    others = [line for path, line in lines.items() if len(path) == 1]
    ends = sorted({*others, *(line for line, _ in starts), text.count("\n") + 2})
    return [_Table(kind, line, next(end for end in ends if end > line)) for line, kind in starts]


def _around(error: ProfileError, tables: Sequence[_Table]) -> _Table | None:
    """Return the table that can be left out for the error, if it lies in one."""
    return next(
        (table for table in tables if table.first <= error.line < table.end and table.kind in (*_NAMED, *_NAMING)), None
    )
