r"""Variations: `{dawn|dusk|noon}` in a prompt stands for several texts, which make a table in a fixed order.

- Braces with a `|` directly between them are a group; its options may be empty and may contain groups. Nothing is trimmed.
- Braces without a `|` are part of the text, and groups between them count. A prompt as JSON or LaTeX stays what it is.
- `\{`, `\|`, `\}` and `\\` stand for the sign itself; any other backslash is an ordinary character. A text without any brace
  is never changed: escapes matter only where braces do.
- A brace without its partner is a flaw. What a model itself names, `@Image1` or `<<<image_1>>>`, has no braces and stays.
- Order: the leftmost group changes slowest, as the digits of a number do; an option with groups inside takes all of its own
  texts in its place. Nothing is random.
- Equal texts stay, because the count is the product that the person sees; `prompt_table` marks them.

Texts are counted without being made, and made one by one: a million of them cost nothing until they are asked for.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from sora_studio.domain.writing.malformed import Flaw, MalformedText

MOST_NESTING = 50
"""Groups within groups. Far beyond what anyone writes; a text of braces only must not exhaust the stack."""
MOST_GROUPS = 1_000
"""Groups of a text: 10,000 characters hold hardly more."""
_MOST_SPELLED_OUT = 10**15

UNCLOSED = r"This { has no }. Write \{ for a brace that is part of the text."
UNOPENED = r"This } has no {. Write \} for a brace that is part of the text."
TOO_MANY = f"A text can have {MOST_GROUPS:,} groups; this is one more."
TOO_DEEP = f"Groups can be {MOST_NESTING} deep; this one is deeper."

_SIGN = re.compile(r"\\[{|}\\]|[{|}]")


@dataclass(frozen=True, slots=True)
class Group:
    """Braces with options: a column of the table. `options` are as typed; `start` and `end` enclose the braces."""

    start: int
    end: int
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """The option that a row took of a group, both counted from 0, and where it stands in the row's text."""

    group: int
    option: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One exact text, counted from 0. A group inside an option that was not taken has no pick."""

    number: int
    text: str
    picks: tuple[Pick, ...]


@dataclass(slots=True)
class _Choice:
    """A group's options. `ends[i]` counts the texts of the options up to and with the i-th."""

    number: int
    options: "list[_Sequence]"
    ends: list[int] = field(default_factory=list[int])


@dataclass(slots=True)
class _Sequence:
    """Text and choices one after another. `below[i]` is how many texts the parts after the i-th make together."""

    parts: "list[str | _Choice]" = field(default_factory=list["str | _Choice"])
    below: list[int] = field(default_factory=list[int])

    def count(self) -> int:
        """Count the texts once all parts are there."""
        count, below = 1, list[int]()
        for part in reversed(self.parts):
            below.append(count)
            if isinstance(part, _Choice):
                count *= part.ends[-1]
        self.below = below[::-1]
        return count


@dataclass(slots=True)
class _Braces:
    """A pair of braces while it is read: where it begins, its bars, and how deep the groups inside are nested."""

    start: int
    bars: list[int] = field(default_factory=list[int])
    depth: int = 0


class Variations:
    """The texts that a prompt stands for. `source` is the prompt; `count` is exact, however large."""

    def __init__(self, source: str) -> None:
        """Read the prompt. Raises `MalformedText`."""
        self.source = source
        self.groups, flaws = _find_groups(source)
        if flaws:
            raise MalformedText(source, flaws)
        self._root = _build(source, self.groups)
        self.count = self._root.count()

    @property
    def varies(self) -> bool:
        """Whether there is any group."""
        return bool(self.groups)

    @property
    def count_words(self) -> str:
        """The count as `1,000`; beyond a thousand million million, that it is more."""
        return f"{self.count:,}" if self.count <= _MOST_SPELLED_OUT else f"more than {_MOST_SPELLED_OUT:,}"

    def row(self, number: int) -> Row:
        """Return one row. Raises `IndexError` for a number outside the table."""
        if not 0 <= number < self.count:
            raise IndexError(number)
        words, picks = list[str](), list[Pick]()
        _write(self._root, number, words, 0, picks)
        return Row(number, "".join(words), tuple(sorted(picks, key=lambda pick: pick.group)))

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[Row]:
        """Yield rows in order, one at a time."""
        end = self.count if stop is None else min(stop, self.count)
        number = start
        while number < end:  # `range` takes no number beyond a machine word
            yield self.row(number)
            number += 1


def expand(text: str) -> list[str]:
    """Return all texts in order. Raises `MalformedText`."""
    return [row.text for row in Variations(text).rows()]


def escape(text: str) -> str:
    """Return a text that stands for `text` alone, whatever signs it contains."""
    return re.sub(r"[{|}\\]", r"\\\g<0>", text) if "{" in text or "}" in text else text


def find_flaws(text: str) -> tuple[Flaw, ...]:
    """Return what is malformed, in order; empty for a text that can be read."""
    return _find_groups(text)[1]


def _find_groups(text: str) -> tuple[tuple[Group, ...], tuple[Flaw, ...]]:
    """Return the groups of a text in the order of their beginnings, and its flaws."""
    opened, groups, flaws = list[_Braces](), list[Group](), list[Flaw]()
    for sign in _SIGN.finditer(text):
        at, mark = sign.start(), sign[0]
        if mark == "{":
            opened.append(_Braces(at))
        elif mark == "|" and opened:
            opened[-1].bars.append(at)
        elif mark == "}" and not opened:
            flaws.append(Flaw(at, at + 1, UNOPENED))
        elif mark == "}":
            braces = opened.pop()
            if braces.bars:
                braces.depth += 1
                groups.append(_group(text, braces, at))
                if braces.depth == MOST_NESTING + 1:
                    flaws.append(Flaw(braces.start, braces.start + 1, TOO_DEEP))
            if opened:
                opened[-1].depth = max(opened[-1].depth, braces.depth)
    flaws.extend(Flaw(braces.start, braces.start + 1, UNCLOSED) for braces in opened)
    groups.sort(key=lambda group: group.start)
    if len(groups) > MOST_GROUPS:
        first = groups[MOST_GROUPS].start
        flaws.append(Flaw(first, first + 1, TOO_MANY))
    return tuple(groups), tuple(sorted(flaws, key=lambda flaw: flaw.start))


def _group(text: str, braces: _Braces, end: int) -> Group:
    bars = [*braces.bars, end]
    starts = [braces.start, *braces.bars]
    return Group(braces.start, end + 1, tuple(text[start + 1 : bar] for start, bar in zip(starts, bars, strict=True)))


def _build(text: str, groups: Sequence[Group]) -> _Sequence:
    """Return the tree of a text without flaws."""
    root = _Sequence()
    if "{" not in text and "}" not in text:
        root.parts = [text]
        return root
    numbers = {group.start: number for number, group in enumerate(groups)}
    ends = {group.end - 1 for group in groups}
    opened = list[_Choice]()
    here, at = root, 0
    for sign in _SIGN.finditer(text):
        here.parts.append(text[at : sign.start()])
        at, mark = sign.end(), sign[0]
        if mark == "{" and sign.start() in numbers:
            opened.append(_Choice(numbers[sign.start()], [here := _Sequence()]))
        elif mark == "|" and opened:
            opened[-1].options.append(here := _Sequence())
        elif mark == "}" and sign.start() in ends:
            choice = opened.pop()
            choice.ends = list(accumulate(option.count() for option in choice.options))
            here = opened[-1].options[-1] if opened else root
            here.parts.append(choice)
        else:  # an escaped sign, or one that is part of the text
            here.parts.append(mark[-1])
    here.parts.append(text[at:])
    return root


def _write(sequence: _Sequence, number: int, words: list[str], at: int, picks: list[Pick]) -> int:
    """Append the words of a sequence's text with that number, and what it takes; return where it ends in the whole text."""
    for part, below in zip(sequence.parts, sequence.below, strict=True):
        if isinstance(part, str):
            words.append(part)
            at += len(part)
            continue
        index, number = divmod(number, below)
        option = bisect_right(part.ends, index)
        first = part.ends[option - 1] if option else 0
        start = at
        at = _write(part.options[option], index - first, words, at, picks)
        picks.append(Pick(part.number, option, start, at))
    return at
