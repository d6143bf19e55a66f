"""A hint: what could be better at a place of a text, why, by which source, and what would mend it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

SHOWN_AT_ONCE = 5


class Level(StrEnum):
    """How much it matters. Nothing is ever blocked."""

    SUGGESTION = "suggestion"
    WARNING = "warning"
    ERROR = "error"
    """The service will probably refuse the text."""


_RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.SUGGESTION: 2}


@dataclass(frozen=True, slots=True)
class Replacement:
    """A mechanical fix: put `text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str

    def applied(self, to: str) -> str:
        """Return the text with the replacement made."""
        return f"{to[: self.start]}{self.text}{to[self.end :]}"


@dataclass(frozen=True, slots=True)
class Hint:
    """`start` equals `end` where the hint is about the text as a whole. `confidence` is 0 to 1."""

    rule: str
    level: Level
    start: int
    end: int
    message: str
    why: str
    source: str
    fix: Replacement | None = None
    confidence: float = 0.5

    def moved(self, by: int) -> Self:
        """Return the hint for a text in which its paragraph begins later by that many characters."""
        fix = self.fix and replace(self.fix, start=self.fix.start + by, end=self.fix.end + by)
        return replace(self, start=self.start + by, end=self.end + by, fix=fix)


def best(hints: Iterable[Hint], most: int = SHOWN_AT_ONCE) -> list[Hint]:
    """Return the most useful hints, best first: by level and confidence, and every rule once before one comes twice."""
    seen = Counter[str]()
    ranked = list[tuple[int, int, float, int, Hint]]()
    for hint in sorted(hints, key=lambda hint: (_RANK[hint.level], -hint.confidence, hint.start)):
        ranked.append((seen[hint.rule], _RANK[hint.level], -hint.confidence, hint.start, hint))
        seen[hint.rule] += 1
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])[:most]]
