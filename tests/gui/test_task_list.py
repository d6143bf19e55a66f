"""The model and its feed: one query for many changes, pages when they are looked at, places that stay."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.events import CopyProgressed, TransferProgressed
from sora_studio.domain.task import Phase, Task, TaskSection
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.event_bridge import EventBridge
from sora_studio.viewmodels.tasks.task_feed import TaskFeed
from sora_studio.viewmodels.tasks.task_list import KEPT_TASKS, PAGE_ROWS, TaskListModel, TaskRole
from tests.doubles.task_studio import NOW, PROFILE, TaskStudio, index_of, task_in

ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole


class Desk:
    """A model that is fed by a fake studio."""

    def __init__(self, qtbot: QtBot) -> None:
        self.errors = list[BaseException]()
        self.studio = TaskStudio()
        self.relay = EventBridge()
        self.relay.listen(self.studio.events)
        self.model = TaskListModel(now=lambda: NOW)
        self.tester = QAbstractItemModelTester(self.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        self.feed = TaskFeed(self.model, TaskScope(lambda error, _name: self.errors.append(error)).start)
        self.qtbot = qtbot

    def have(self, *tasks: Task) -> None:
        """These are there from the start."""
        self.studio.rows = {task.id: task for task in tasks}

    def open(self) -> None:
        with self.qtbot.waitSignal(self.feed.loaded):
            self.feed.attach(self.studio, self.relay)

    def texts(self) -> list[str]:
        return [str(self.model.index(row).data(ACCESSIBLE)) for row in range(self.model.rowCount())]

    def shows(self, *beginnings: str) -> None:
        def check() -> None:
            found = self.texts()
            assert len(found) == len(beginnings)
            assert all(text.startswith(beginning) for text, beginning in zip(found, beginnings, strict=True)), found

        self.qtbot.waitUntil(check)


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    made.relay.mute()
    assert not made.errors


def test_rows_read_as_headings_and_whole_tasks(desk: Desk) -> None:
    desk.have(task_in(Phase.PROCESSING, 2, prompt="A pier"), task_in(Phase.READY, 1, prompt="A tram"))
    desk.open()
    desk.shows("Running · 1 · usually 4:00", "A pier. Sora 2 · 10 s landscape. Processing 2:10", "Ready · 1", "A tram. ")


def test_a_row_that_was_not_looked_at_costs_no_query(desk: Desk) -> None:
    desk.studio.rows = {task: task_in(Phase.READY, task) for task in range(1, 1001)}
    desk.open()
    desk.model.index(500).data(TaskRole.TASK)
    desk.qtbot.waitUntil(lambda: desk.model.index(500).data(TaskRole.TASK) is not None)
    assert [len(query) for query in desk.studio.queries] == [PAGE_ROWS]


def test_old_pages_are_forgotten(desk: Desk) -> None:
    desk.open()
    desk.model.load(index_of(task_in(Phase.READY, task) for task in range(1, KEPT_TASKS + 3)), {"sora-2": PROFILE})
    desk.model.take_page(task_in(Phase.READY, task) for task in range(1, KEPT_TASKS + 3))
    kept = sum(desk.model.task_at(desk.model.index(row)) is not None for row in range(desk.model.rowCount()))
    assert kept == KEPT_TASKS


def test_a_burst_of_changes_is_one_query(desk: Desk) -> None:
    desk.open()
    desk.studio.put(*(task_in(Phase.WAITING, task) for task in range(1, 201)))
    desk.qtbot.waitUntil(lambda: desk.model.rowCount() == 201)
    assert desk.studio.queries == [tuple(range(1, 201))]


def test_a_change_touches_only_its_own_row(desk: Desk) -> None:
    desk.have(*(task_in(Phase.PROCESSING, task) for task in (1, 2, 3)))
    desk.open()
    desk.shows("Running · 3 · usually 4:00", *["Slow dolly"] * 3)
    touched, resets = list[tuple[int, int]](), list[None]()
    desk.model.dataChanged.connect(lambda first, last: touched.append((first.row(), last.row())))
    desk.model.modelReset.connect(lambda: resets.append(None))
    desk.studio.put(replace(desk.studio.rows[2], trouble="The service cannot be reached."))
    desk.qtbot.waitUntil(lambda: bool(touched))
    assert touched == [(2, 2)]
    assert not resets


def test_a_task_moves_through_its_sections_and_out(desk: Desk) -> None:
    desk.have(task_in(Phase.WAITING, 1))
    desk.open()
    desk.shows("Waiting · 1", "Slow dolly in along a wooden pier. Sora 2 · 10 s landscape. Waiting · next to start")
    for phase, heading in ((Phase.PROCESSING, "Running · 1"), (Phase.DOWNLOADING, "Running · 1"), (Phase.READY, "Ready · 1")):
        desk.studio.put(task_in(phase, 1))
        desk.shows(heading, "Slow dolly")
    desk.studio.put(replace(desk.studio.rows[1], removed_at=NOW))
    desk.shows()


def test_everyone_behind_moves_up_in_line(desk: Desk) -> None:
    desk.have(task_in(Phase.WAITING, 1), task_in(Phase.WAITING, 2))
    desk.open()
    desk.qtbot.waitUntil(lambda: "number 2 in line" in desk.texts()[2])
    told = list[int]()
    desk.model.dataChanged.connect(lambda first, last: told.extend(range(first.row(), last.row() + 1)))
    desk.studio.put(task_in(Phase.SENDING, 1))
    desk.qtbot.waitUntil(lambda: desk.model.rowCount() == 4 and "next to start" in desk.texts()[3])
    assert 3 in told


def test_progress_stands_beside_the_task_and_goes_with_the_transfer(desk: Desk) -> None:
    desk.have(task_in(Phase.DOWNLOADING, 1))
    desk.open()
    for received in range(0, 12_000_001, 1_000_000):
        desk.studio.events.publish(TransferProgressed(1, 10, received, 24_000_000, 9.8e6))
    desk.qtbot.waitUntil(lambda: "Downloading 50 % of 24 MB · 9.8 MB/s" in desk.texts()[1])
    desk.studio.put(task_in(Phase.READY, 1))
    desk.shows("Ready · 1", "Slow dolly")
    assert desk.model.surroundings(desk.studio.rows[1]).transfer is None


def test_a_waiting_task_shows_the_copy_that_is_made_for_it(desk: Desk) -> None:
    desk.have(task_in(Phase.WAITING, 1))
    desk.open()
    desk.studio.events.publish(CopyProgressed(1, "walk.mp4", 0.4))
    desk.qtbot.waitUntil(lambda: "Preparing walk.mp4 · 40 %" in desk.texts()[1])
    desk.studio.events.publish(CopyProgressed(1, "walk.mp4", 1.0))
    desk.qtbot.waitUntil(lambda: "next to start" in desk.texts()[1])


def test_a_filter_shows_one_section_and_follows_it(desk: Desk) -> None:
    desk.have(task_in(Phase.FAILED, 1), task_in(Phase.READY, 2))
    desk.open()
    desk.model.show_only(TaskSection.FAILED)
    desk.shows("Failed · 1", "Slow dolly")
    desk.studio.put(task_in(Phase.FAILED, 3), task_in(Phase.READY, 4))
    desk.shows("Failed · 2", "Slow dolly", "Slow dolly")
    desk.model.show_only(None)
    assert desk.model.rowCount() == 6


def test_only_cards_can_be_chosen(desk: Desk) -> None:
    desk.have(task_in(Phase.READY, 1))
    desk.open()
    assert not desk.model.flags(desk.model.index(0)) & Qt.ItemFlag.ItemIsEnabled
    assert desk.model.flags(desk.model.index(1)) & Qt.ItemFlag.ItemIsSelectable
    assert desk.model.rowCount(desk.model.index(1)) == 0
    assert desk.model.rowCount(QModelIndex()) == 2


def test_what_changes_while_the_index_is_read_is_not_lost(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opening, read = asyncio.Event(), desk.studio.survey

    async def slow_survey() -> object:
        found = await read()
        await opening.wait()
        return found

    desk.studio.put(task_in(Phase.PROCESSING, 1))
    monkeypatch.setattr(desk.studio, "survey", slow_survey)
    desk.feed.attach(desk.studio, desk.relay)
    with desk.qtbot.waitSignal(desk.relay.tasks_changed):
        desk.studio.put(task_in(Phase.READY, 1))
    monkeypatch.setattr(desk.studio, "survey", read)
    opening.set()
    desk.shows("Ready · 1", "Slow dolly")


def test_after_a_failed_read_the_next_change_reads_everything(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open()
    read = desk.studio.get_many

    async def refuse(tasks: object) -> object:
        raise StorageFull

    monkeypatch.setattr(desk.studio, "get_many", refuse)
    desk.studio.put(task_in(Phase.READY, 1))
    desk.qtbot.waitUntil(lambda: bool(desk.errors))
    monkeypatch.setattr(desk.studio, "get_many", read)
    desk.studio.put(task_in(Phase.READY, 2))
    desk.shows("Ready · 2", "Slow dolly", "Slow dolly")
    assert [type(error) for error in desk.errors] == [StorageFull]
    desk.errors.clear()


def test_words_follow_the_clock_without_any_event(desk: Desk) -> None:
    now = [NOW]
    desk.model = TaskListModel(now=lambda: now[0])
    desk.model.load([(TaskSection.RUNNING, 1)], {"sora-2": PROFILE})
    desk.model.take_page([task_in(Phase.PROCESSING, 1)])
    now[0] += timedelta(seconds=5)
    assert "Processing 2:15 · next check 0:02" in desk.texts()[1]
