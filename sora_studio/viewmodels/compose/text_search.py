"""Find and replace in a text, with words or a regular expression. Pure functions; run them off the window's thread.

Regular expressions are those of the `regex` package: it gives up at a deadline and lets other threads run meanwhile, so that a
pattern that backtracks for ever stops nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, cast

TIME_LIMIT_S = 0.5
_WHOLE = r"(?<!\w)(?:{})(?!\w)"


@dataclass(frozen=True, slots=True)
class TextSearch:
    """What is searched for."""

    text: str
    is_regex: bool = False
    match_case: bool = False
    whole_words: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A place that was found, from `start` up to `end` in characters."""

    start: int
    end: int


class SearchRefused(Exception):
    """The sentence says why nothing can be searched or replaced."""


class _Match(Protocol):
    def span(self) -> tuple[int, int]: ...
    def expand(self, template: str) -> str: ...


_FindIter = Callable[[str], Iterator[_Match]]


def find_all(search: TextSearch, text: str) -> list[Found]:
    """Return every match in order, empty ones included. Raises `SearchRefused`."""
    return [Found(*match.span()) for match in _matches(search, text)]


def replace_all(search: TextSearch, replacement: str, text: str) -> tuple[Found, str, int]:
    r"""Return the part of the text that changes, what it becomes, and the number of replacements. Raises `SearchRefused`.

    In the replacement of a regular expression, `\1` or `\g<name>` stands for a group.
    """
    pieces, place, first, count = list[str](), 0, None, 0
    for match in _matches(search, text):
        start, end = match.span()
        if first is None:
            first = place = start
        pieces += (text[place:start], _expanded(search, match, replacement))
        place, count = end, count + 1
    return Found(first or 0, place), "".join(pieces), count


def replacement_at(search: TextSearch, replacement: str, text: str, place: Found) -> str | None:
    """Return what replaces the match at this place; None if there is none. Raises `SearchRefused`."""
    for match in _matches(search, text):
        if match.span() == (place.start, place.end):
            return _expanded(search, match, replacement)
    return None


def _expanded(search: TextSearch, match: _Match, replacement: str) -> str:
    if not search.is_regex:
        return replacement
    try:
        return match.expand(replacement)
    except (re.error, IndexError, _regex_error()) as error:
        raise SearchRefused(f"The replacement is not valid: {_first_words(error)}.") from error


def _matches(search: TextSearch, text: str) -> Iterator[_Match]:
    if not search.text:
        return
    flags = re.MULTILINE | (0 if search.match_case else re.IGNORECASE)
    pattern = search.text if search.is_regex else re.escape(search.text)
    whole = _WHOLE.format(pattern) if search.whole_words else pattern
    if search.is_regex:
        yield from _in_time(_compiled(pattern, whole, flags), text)
    else:
        yield from re.compile(whole, flags).finditer(text)


def _in_time(finditer: "_FindIter", text: str) -> Iterator[_Match]:
    try:
        yield from finditer(text)
    except TimeoutError as error:
        raise SearchRefused("This pattern takes too long on this text.") from error


def _compiled(pattern: str, whole: str, flags: int) -> "_FindIter":
    import regex  # noqa: PLC0415 - 30 ms that only those pay who search by a pattern

    try:
        regex.compile(pattern, flags)  # by itself, so that the place of an error is that in what was typed
        compiled = regex.compile(whole, flags)
    except regex.error as error:
        position: int | None = getattr(error, "pos", None)
        place = f" at character {position + 1}" if position is not None else ""
        raise SearchRefused(f"The pattern is not valid: {_first_words(error)}{place}.") from error
    return lambda text: cast("Iterator[_Match]", compiled.finditer(text, timeout=TIME_LIMIT_S))


def _regex_error() -> type[Exception]:
    import regex  # noqa: PLC0415 - as above

    return regex.error


def _first_words(error: Exception) -> str:
    return str(error).partition(" at position")[0]
