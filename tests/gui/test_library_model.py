"""The library's model: reads what is looked at, follows changes in small steps, and keeps what is under the pointer."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import StorageFull
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.library.library_model import LibraryModel
from sora_studio.viewmodels.library.tile_cache import BATCH
from tests.doubles.library_tiles import MemoryLibrary, tile


class Desk:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.errors = qtbot, list[BaseException]()
        self.library = MemoryLibrary()
        self.model = LibraryModel(TaskScope(lambda error, _name: self.errors.append(error)).start, refresh_every_s=0)
        self.told = list[range]()
        self.model.tiles_changed.connect(self.told.append)

    def open(self, count: int) -> None:
        self.library.put(*(tile(task, days_ago=(count - task) // 50) for task in range(1, count + 1)))
        with self.qtbot.waitSignal(self.model.searched):
            self.model.attach(self.library.services())

    def show(self, visible: range, ahead: range | None = None) -> None:
        self.model.show(visible, ahead or visible)

    def wait_for(self, places: range) -> None:
        self.qtbot.waitUntil(lambda: all(self.model.tile(place) for place in places))

    def refresh(self) -> None:
        with self.qtbot.waitSignal(self.model.searched):
            self.model.refresh()


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    assert not made.errors


def test_only_what_is_looked_at_is_read_the_visible_first(desk: Desk) -> None:
    desk.open(1_000)
    assert not desk.library.reads
    desk.show(range(500, 520), range(490, 540))
    desk.wait_for(range(490, 540))
    (read,) = desk.library.reads
    assert sorted(read, reverse=True) == desk.model.order.ids[490:540].tolist()
    assert list(read[:20]) == desk.model.order.ids[500:520].tolist()
    desk.show(range(505, 525), range(495, 545))
    desk.wait_for(range(495, 545))
    assert [len(read) for read in desk.library.reads] == [50, 5]


def test_what_was_scrolled_away_is_not_waited_for(desk: Desk) -> None:
    desk.open(1_000)
    desk.library.gate = asyncio.Event()
    desk.show(range(20))
    desk.qtbot.waitUntil(lambda: len(desk.library.reads) == 1)
    desk.show(range(5, 25))
    desk.show(range(800, 820))
    desk.qtbot.waitUntil(lambda: len(desk.library.reads) == 2)
    desk.library.gate.set()
    desk.wait_for(range(800, 820))
    assert len(desk.library.cancelled) == 1
    assert desk.model.tile(0) is None


def test_a_large_screen_is_read_in_batches(desk: Desk) -> None:
    desk.open(1_000)
    desk.show(range(250))
    desk.wait_for(range(250))
    assert max(map(len, desk.library.reads)) == BATCH


def test_a_change_is_read_again_and_touches_only_its_tile(desk: Desk) -> None:
    desk.open(100)
    desk.show(range(20))
    desk.wait_for(range(20))
    desk.told.clear()
    desk.library.reads.clear()
    ids = desk.model.order.ids
    desk.library.put(replace(desk.library.tiles[ids[3]], stars=5), replace(desk.library.tiles[ids[90]], stars=5))
    desk.model.mark_changed([ids[3], ids[4], ids[90]])
    desk.qtbot.waitUntil(lambda: bool(desk.told))
    assert desk.told == [range(3, 4)], "an unchanged tile is not painted again"
    assert desk.library.reads == [(ids[3], ids[4])]


def test_a_change_during_a_read_is_read_once_more(desk: Desk) -> None:
    desk.open(100)
    desk.library.gate = asyncio.Event()
    desk.show(range(5))
    desk.qtbot.waitUntil(lambda: len(desk.library.reads) == 1)
    desk.model.mark_changed([desk.model.order.ids[0]])
    desk.library.gate.set()
    desk.qtbot.waitUntil(lambda: len(desk.library.reads) == 2)
    assert desk.library.reads[1] == (desk.model.order.ids[0],)


def test_a_task_that_is_gone_is_asked_for_once(desk: Desk) -> None:
    desk.open(10)
    del desk.library.tiles[5]
    desk.show(range(10))
    desk.qtbot.waitUntil(lambda: desk.model.tile(0) is not None)
    desk.show(range(9), range(10))
    assert len(desk.library.reads) == 1
    assert desk.model.tile_of(5) is None


def test_after_a_failed_read_looking_again_reads_again(desk: Desk) -> None:
    desk.open(10)
    desk.library.trouble = StorageFull()
    desk.show(range(5))
    desk.qtbot.waitUntil(lambda: bool(desk.errors))
    desk.errors.clear()
    desk.library.trouble = None
    desk.show(range(6))
    desk.wait_for(range(6))


def test_a_refresh_without_a_change_moves_nothing(desk: Desk) -> None:
    desk.open(10)
    updates = list[None]()
    desk.model.updated.connect(lambda: updates.append(None))
    desk.refresh()
    assert not updates


def test_a_refresh_during_a_search_is_not_lost(desk: Desk) -> None:
    desk.open(10)
    desk.model.refresh()
    desk.library.put(tile(11))
    desk.model.refresh()
    desk.model.refresh()
    desk.qtbot.waitUntil(lambda: 11 in desk.model.order.ids)
    assert len(desk.library.searches) <= 3


def test_changes_one_after_the_other_are_one_refresh(desk: Desk) -> None:
    desk.open(10)
    desk.library.searches.clear()
    for task in range(11, 31):
        desk.library.put(tile(task))
        desk.model.refresh()
    desk.qtbot.waitUntil(lambda: 30 in desk.model.order.ids)
    assert len(desk.library.searches) <= 2


def test_the_last_search_wins(desk: Desk) -> None:
    desk.open(20)
    desk.model.search("ducks")
    desk.model.search("snow")
    with desk.qtbot.waitSignal(desk.model.searched):
        desk.model.search("neon")
    assert {desk.library.tiles[task].title for task in desk.model.order.ids} == {"Neon alley, handheld"}
    assert desk.library.searches[-1] == "neon"


def test_new_items_wait_while_the_pointer_is_there_and_gone_ones_go(desk: Desk) -> None:
    desk.open(10)
    held = list[int]()
    desk.model.held.connect(held.append)
    desk.model.holds = True
    desk.library.put(tile(11), tile(12))
    del desk.library.tiles[3]
    desk.refresh()
    assert desk.model.order.ids.tolist() == [10, 9, 8, 7, 6, 5, 4, 2, 1]
    assert held == [2]
    desk.model.show_held()
    assert desk.model.order.ids.tolist()[:3] == [12, 11, 10]
    assert held == [2, 0]


def test_what_the_person_brings_back_is_not_held(desk: Desk) -> None:
    desk.open(10)
    desk.model.holds = True
    desk.library.put(tile(11))
    with desk.qtbot.waitSignal(desk.model.searched):
        desk.model.refresh(at_once=True)
    assert 11 in desk.model.order.ids


def test_a_stack_opens_in_place_and_closes_from_any_take(desk: Desk) -> None:
    desk.open(10)
    desk.library.put(tile(101), tile(102))
    desk.library.stacks[8] = (8, 101, 5, 102)
    del desk.library.tiles[101], desk.library.tiles[102]
    desk.model.selection.select_only([8])
    desk.model.open_stack(8)
    desk.qtbot.waitUntil(lambda: desk.model.is_open(8))
    assert desk.model.order.ids.tolist() == [10, 9, 8, 101, 5, 102, 7, 6, 4, 3, 2, 1]
    desk.model.close_stack(5)
    assert desk.model.order.ids.tolist() == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert list(desk.model.selection.ids()) == [8]


def test_everything_is_selected_but_not_what_comes_later(desk: Desk) -> None:
    desk.open(10)
    selection = desk.model.selection
    selection.select_all()
    assert len(selection) == 10
    selection.toggle(4)
    desk.library.put(tile(11))
    del desk.library.tiles[7]
    desk.refresh()
    assert list(selection.ids()) == [10, 9, 8, 6, 5, 3, 2, 1]
    assert len(selection) == 8
    assert 11 not in selection
    selection.add([4])
    assert 4 in selection


def test_a_selection_of_everything_ends_with_everything(desk: Desk) -> None:
    desk.open(3)
    desk.model.selection.select_all()
    desk.library.tiles = {9: tile(9)}
    desk.refresh()
    assert (len(desk.model.selection), 9 in desk.model.selection) == (0, False)


def test_the_current_item_passes_on_to_the_next_one(desk: Desk) -> None:
    desk.open(10)
    selection = desk.model.selection
    selection.select_only([5, 6])
    selection.make_current(5)
    del desk.library.tiles[5]
    desk.refresh()
    assert (selection.current, list(selection.ids())) == (4, [6])
    desk.library.tiles = {9: tile(9), 8: tile(8)}
    desk.refresh()
    assert (selection.current, len(selection)) == (8, 0)


def test_after_the_only_selected_item_is_gone_the_next_one_is_selected(desk: Desk) -> None:
    desk.open(10)
    selection = desk.model.selection
    selection.select_only([5])
    selection.make_current(5)
    del desk.library.tiles[5]
    desk.refresh()
    assert (selection.current, list(selection.ids())) == (4, [4])
    selection.select_only([4, 3])
    del desk.library.tiles[4]
    desk.refresh()
    assert (selection.current, list(selection.ids())) == (3, [3])
