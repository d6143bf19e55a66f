"""The order in which tiles are shown: an index, with the takes of opened stacks in place."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    begin = _same(min(len(before), len(now)), lambda first, last: before[first:last] == now[first:last])
    most = min(len(before), len(now)) - begin
    tail, other_tail = len(before), len(now)
    end = _same(most, lambda first, last: before[tail - last : tail - first] == now[other_tail - last : other_tail - first])
    old, new = set(before[begin : tail - end]), set(now[begin : other_tail - end])
    return old - new, new - old


def _same(most: int, is_same: Callable[[int, int], bool]) -> int:
    """Return how many items are the same from one end, at most `most`: by bisection, because comparing arrays is fast."""
    known = 0
    while known < most:
        middle = (known + most + 1) // 2
        if is_same(known, middle):
            known = middle
        else:
            most = middle - 1
    return known


def _parts(index: LibraryIndex) -> "Iterator[array[int]]":
    first = 0
    for group in index.groups or (DayGroup(date.min, len(index.ids)),):
        yield index.ids[first : first + group.count]
        first += group.count
