"""The library as its room shows it: an index of task ids by day, and one small record for each tile."""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import accumulate
from pathlib import Path

from sora_studio.domain.judgement import Verdict

_FEW = 32
"""Up to so many ids, searching the array for each is faster than visiting all."""


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
        places = self._places(dropped)
        ids, begin = array("q"), 0
        for place in (*places, len(self.ids)):
            ids.extend(self.ids[begin:place])
            begin = place + 1
        ends = list(accumulate(group.count for group in self.groups))
        fewer = Counter(bisect_right(ends, place) for place in places)
        groups = [
            replace(group, count=group.count - fewer[number]) if number in fewer else group
            for number, group in enumerate(self.groups)
        ]
        return replace(self, ids=ids, groups=tuple(group for group in groups if group.count))

    def _places(self, tasks: Collection[int]) -> list[int]:
        """Return the sorted positions of the ids that are in the index."""
        if len(tasks) > _FEW:
            return [place for place, task in enumerate(self.ids) if task in tasks]
        found = list[int]()
        for task in tasks:
            with suppress(ValueError):
                found.append(self.ids.index(task))
        return sorted(found)


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
