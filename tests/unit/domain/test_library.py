"""The index of a query's result."""

from array import array
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.library import DayGroup, LibraryIndex


@given(st.lists(st.integers(1, 30), max_size=8), st.sets(st.integers(0, 200)), st.booleans())
def test_what_is_dropped_is_missing_from_its_day(counts: list[int], dropped: set[int], is_grouped: bool) -> None:
    first = date(2026, 11, 25)
    groups = tuple(DayGroup(first - timedelta(days=ago), count) for ago, count in enumerate(counts))
    index = LibraryIndex(array("q", range(sum(counts))), groups if is_grouped else ())
    left = index.without(dropped)
    assert list(left.ids) == [task for task in index.ids if task not in dropped]
    days = [group.day for group in groups for _ in range(group.count)]
    expected = [day for task, day in enumerate(days) if task not in dropped]
    assert [group.day for group in left.groups for _ in range(group.count)] == (expected if is_grouped else [])
    assert all(group.count for group in left.groups)
