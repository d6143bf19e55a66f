r"""Snippets: texts with tab stops, inserted with `/name`.

`$1`, `$2` … are stops, visited in the order of their numbers; `${2:warm}` has a text to begin with, which may contain pairs of
braces; `$0` is where the caret ends, without one the end of the text. Stops of one number are typed together. `\$` is a dollar
sign, and inside `${…}` also `\}` and `\\` stand for the sign itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sora_studio.domain.writing.malformed import Flaw, MalformedText

UNCLOSED = r"This ${ has no }. Write \$ for a dollar sign."
_STOP = re.compile(r"\\\$|\$(?P<plain>[0-9]{1,2})|\$\{(?P<number>[0-9]{1,2})(?=[:}])")
_SIGN = re.compile(r"\\[$}\\]|[{}]")
_ESCAPED = re.compile(r"\\([$}\\])")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A named text. `about` is a line for the list."""

    name: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A tab stop and its places in the inserted text; several are typed together. `label` says what is asked for."""

    number: int
    spans: tuple[tuple[int, int], ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Insertion:
    """What a snippet inserts. The stops are in the order in which Tab visits them; the last one is the final caret."""

    text: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A stop in the snippet's text, from `start` to `end`; `words` None: those of another place with its number."""

    start: int
    end: int
    number: int
    words: str | None


def insertion(text: str) -> Insertion:
    """Return what a snippet with this text inserts. Raises `MalformedText`."""
    places = list(_places(text))
    first = dict[int, str]()
    for place in places:
        if place.words is not None:
            first.setdefault(place.number, place.words)
    parts, spans, length, at = list[str](), dict[int, list[tuple[int, int]]](), 0, 0
    for place in places:
        before = text[at : place.start]
        words = "$" if place.number < 0 else first.get(place.number, "")
        start = length + len(before)
        length, at = start + len(words), place.end
        parts += [before, words]
        if place.number >= 0:
            spans.setdefault(place.number, []).append((start, length))
    parts.append(text[at:])
    whole = "".join(parts)
    spans.setdefault(0, [(len(whole), len(whole))])
    numbers = [*sorted(number for number in spans if number), 0]
    return Insertion(whole, tuple(Stop(number, tuple(spans[number])) for number in numbers))


def escape(text: str) -> str:
    """Return the text of a snippet that inserts `text` as it is."""
    return _STOP.sub(lambda found: "\\" + found[0] if found[0].startswith("$") else "\\\\$", text)


def _places(text: str) -> Iterator[_Place]:
    """Yield the stops in order; an escaped dollar sign has a number below 0."""
    at = 0
    while found := _STOP.search(text, at):
        at = found.end()
        if found["plain"]:
            yield _Place(found.start(), at, int(found["plain"]), None)
        elif found["number"]:
            end = _end_of(text, at)
            if end is None:
                raise MalformedText(text, [Flaw(found.start(), found.start() + 2, UNCLOSED)])
            words = _ESCAPED.sub(r"\1", text[at + 1 : end]) if text[at] == ":" else None
            at = end + 1
            yield _Place(found.start(), at, int(found["number"]), words)
        else:
            yield _Place(found.start(), at, -1, None)


def _end_of(text: str, at: int) -> int | None:
    """Return the position of the brace that closes a stop; pairs of braces inside it belong to its text."""
    depth = 1
    for sign in _SIGN.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
        if not depth:
            return sign.start()
    return None
