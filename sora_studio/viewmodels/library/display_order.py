"""The order in which tiles are shown: an index, with the takes of opened stacks in place."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sora_studio.domain.library import DayGroup, LibraryIndex


@dataclass(frozen=True, slots=True)
class DisplayOrder:
    """`counts` are the tiles of each group, never 0; `groups` say how many items the query found.

    `head_of` maps each take to the task whose opened stack it is in.
    """

    ids: "array[int]"
    groups: tuple[DayGroup, ...]
    counts: tuple[int, ...]
    head_of: Mapping[int, int] = field(default_factory=dict[int, int])

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, task: int | None, *, near: int = 0) -> int | None:
        """Return the position of a task; searched from `near` first, then everywhere."""
        if task is None:
            return None
        for start in (max(0, near - 256), 0):
            try:
                return self.ids.index(task, start)
            except ValueError:
                continue
        return None

    def day_at(self, place: int) -> date | None:
        """Return the day of a position; None without groups."""
        for group, count in zip(self.groups, self.counts, strict=True):
            if place < count:
                return group.day
            place -= count
        return None


NOTHING = DisplayOrder(array("q"), (), ())


def ordered(index: LibraryIndex, stacks: Mapping[int, Sequence[int]]) -> DisplayOrder:
    """Return the order with the takes of each open stack right after its task; takes are not shown a second time."""
    head_of = {take: head for head, takes in stacks.items() for take in takes if take not in stacks}
    groups = index.groups
    if not head_of:
        return DisplayOrder(index.ids, groups, tuple(group.count for group in groups) or (len(index.ids),))
    found = stacks.keys() & set(index.ids)
    head_of = {take: head for take, head in head_of.items() if head in found}
    ids, counts = array("q"), list[int]()
    for part in _parts(index):
        before = len(ids)
        for task in part:
            if task not in head_of:
                ids.append(task)
            if task in found:
                ids.extend(take for take in stacks[task] if head_of.get(take) == task)
        counts.append(len(ids) - before)
    shown = [(group, count) for group, count in zip(groups, counts, strict=True) if count] if groups else []
    return DisplayOrder(ids, tuple(group for group, _ in shown), tuple(count for _, count in shown) or (len(ids),), head_of)


def changes(before: "array[int]", now: "array[int]") -> tuple[set[int], set[int]]:
    """Return the ids that are gone and those that are new. Fast when the orders differ in one place only."""
    begin = _common(before, now)
    end = _common(before[begin:][::-1], now[begin:][::-1])
    old, new = set(before[begin : len(before) - end]), set(now[begin : len(now) - end])
    return old - new, new - old


def _common(one: "array[int]", other: "array[int]") -> int:
    """Return how many ids are the same from the beginning: by bisection, because comparing arrays is fast."""
    known, end = 0, min(len(one), len(other))
    while known < end:
        middle = (known + end + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            end = middle - 1
    return known


def _parts(index: LibraryIndex) -> "Iterator[array[int]]":
    first = 0
    for group in index.groups or (DayGroup(date.min, len(index.ids)),):
        yield index.ids[first : first + group.count]
        first += group.count
