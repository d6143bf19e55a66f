"""The library as its room shows it: an index of task ids by day, and one small record for each tile."""

from array import array
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """What the person decided about a clip. Without a decision there is none."""

    KEPT = "kept"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class DayGroup:
    """A local calendar day and how many items of it follow one another in the index."""

    day: date
    count: int


def _no_ids() -> "array[int]":
    return array("q")


@dataclass(frozen=True, slots=True)
class LibraryIndex:
    """The result of a query: the task ids in display order (typecode `q`), and the days that they fall into.

    The counts of `groups` add up to the number of ids. An order other than by time has no groups.
    """

    ids: "array[int]" = field(default_factory=_no_ids)
    groups: tuple[DayGroup, ...] = ()
    took_ms: float = 0.0

    def without(self, dropped: Collection[int]) -> "LibraryIndex":
        """Return the index without these ids."""
        if not self.groups:
            return replace(self, ids=array("q", [task for task in self.ids if task not in dropped]))
        ids, groups, first = array("q"), list[DayGroup](), 0
        for group in self.groups:
            kept = [task for task in self.ids[first : first + group.count] if task not in dropped]
            first += group.count
            if kept:
                ids.extend(kept)
                groups.append(replace(group, count=len(kept)))
        return replace(self, ids=ids, groups=tuple(groups))


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What a tile shows of a task. Lengths are in seconds and sizes in pixels, None while they are unknown.

    `title` is the first line of the prompt, `options` a short text such as `10 s · landscape`. `takes` counts the stack that
    the task stands for, itself included. `states` are words for what needs attention, such as `expires in 2 days`.
    """

    id: int
    title: str
    day: date
    created_at: datetime
    model: str = ""
    options: str = ""
    clips: int = 1
    takes: int = 1
    length_s: float | None = None
    width: int | None = None
    height: int | None = None
    stars: int = 0
    verdict: Verdict | None = None
    poster: Path | None = None
    filmstrip: Path | None = None
    states: tuple[str, ...] = ()
    is_stale: bool = False
    is_seen: bool = True
    cost_usd: float | None = None
    is_cost_estimated: bool = False
