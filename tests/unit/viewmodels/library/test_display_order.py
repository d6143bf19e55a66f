"""The order on the screen, and what opened stacks make of it."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.library import LibraryIndex
from sora_studio.viewmodels.library.display_order import changes, ordered
from tests.doubles.library_tiles import index_of, tile

INDEX = index_of([tile(9), tile(8), tile(7, days_ago=1), tile(6, days_ago=1)])


def test_without_stacks_it_is_the_index() -> None:
    order = ordered(INDEX, {})
    assert order.ids is INDEX.ids
    assert order.counts == (2, 2)


def test_takes_follow_their_task_and_are_shown_once() -> None:
    order = ordered(INDEX, {9: [7, 3]})
    assert list(order.ids) == [9, 7, 3, 8, 6]
    assert order.counts == (4, 1)
    assert order.head_of == {7: 9, 3: 9}
    assert [group.count for group in order.groups] == [2, 2], "headings count what was found"


def test_a_day_whose_tasks_all_stand_elsewhere_has_no_heading() -> None:
    order = ordered(INDEX, {9: [7, 6]})
    assert list(order.ids) == [9, 7, 6, 8]
    assert order.counts == (4,)
    assert [group.day for group in order.groups] == [INDEX.groups[0].day]


def test_a_stack_whose_task_is_not_found_is_not_shown() -> None:
    assert list(ordered(INDEX, {1: [7, 3]}).ids) == [9, 8, 7, 6]


def test_an_order_without_days_is_one_group() -> None:
    order = ordered(LibraryIndex(array("q", [3, 1, 2])), {1: [5]})
    assert list(order.ids) == [3, 1, 5, 2]
    assert (order.groups, order.counts) == ((), (4,))


def test_a_place_is_found_from_near_and_from_far() -> None:
    order = ordered(LibraryIndex(array("q", range(1_000))), {})
    assert order.place(700, near=690) == order.place(700) == 700
    assert order.place(3, near=900) == 3
    assert order.place(5_000) is order.place(None) is None


def test_an_index_without_some_ids_has_no_empty_days() -> None:
    left = INDEX.without({7, 6, 8})
    assert list(left.ids) == [9]
    assert [group.count for group in left.groups] == [1]


ids = st.lists(st.integers(0, 12), unique=True, max_size=10)


@given(ids, ids)
def test_changes_are_what_is_gone_and_what_is_new(before: list[int], now: list[int]) -> None:
    assert changes(array("q", before), array("q", now)) == (set(before) - set(now), set(now) - set(before))
