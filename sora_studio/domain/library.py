"""The library as its room shows it: an index of task ids by day."""

from array import array
from dataclasses import dataclass, field
from datetime import date


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
