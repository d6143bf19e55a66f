"""When the text of a draft is kept as a version by itself, and which of these versions are dropped as they age."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

PAUSE = timedelta(minutes=2)
"""At most one version in this time, unless much is replaced at once."""
LEAST_CHANGE = 12
"""Characters: less is kept together with the next change."""
LEAP = 200
"""Characters that are removed or replaced between two saves, which are at most a second apart: no typing does that."""

_AGES = (
    (timedelta(hours=1), timedelta(0)),
    (timedelta(days=1), timedelta(minutes=10)),
    (timedelta(days=7), timedelta(hours=1)),
    (timedelta.max, timedelta(days=1)),
)
"""Up to which age one version is kept in which time: of the last hour all, then one in ten minutes, an hour, a day."""
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def is_kept(saved: str, following: str, *, kept: str, since: timedelta) -> bool:
    """Return whether the saved text becomes a version, now that another one replaces it.

    `kept` is the text of the newest version, `since` the time since it was made. A negative time means that the clock was set
    back: it says nothing, so that the text is kept.
    """
    if saved == kept or not saved.strip():
        return False
    leap = changed(saved, following)
    if leap.removed + leap.added >= LEAP:
        return True
    change = changed(kept, saved)
    return not timedelta(0) <= since < PAUSE and max(change.removed, change.added) >= LEAST_CHANGE


@dataclass(frozen=True, slots=True)
class Change:
    """Where one text turns into another: so many characters removed and added after a common beginning."""

    start: int
    removed: int
    added: int


def changed(before: str, after: str) -> Change:
    """Return what lies between the common beginning and the common end of two texts."""
    start = _common(before, after)
    most = min(len(before), len(after)) - start
    end = _common(before[::-1], after[::-1], most)
    return Change(start, len(before) - start - end, len(after) - start - end)


def dropped(versions: Iterable[tuple[int, datetime]], now: datetime) -> Iterator[int]:
    """Yield which of the autosaved versions, by id and time, are too many for their age: the newest of each time stays.

    The times are those of UTC and lie within one another, so that it makes no difference how often this is asked.
    """
    seen = set[tuple[timedelta, int]]()
    for version, at in sorted(versions, key=lambda one: (one[1], one[0]), reverse=True):
        slot = next(slot for age, slot in _AGES if now - at <= age)
        if slot:
            place = (slot, (at - _EPOCH) // slot)
            if place in seen:
                yield version
            seen.add(place)


def _common(before: str, after: str, most: int | None = None) -> int:
    """Return the length of the common beginning: by halves, each compared at once."""
    low, high = 0, min(len(before), len(after)) if most is None else most
    while low < high:
        middle = (low + high + 1) // 2
        if before[:middle] == after[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
