"""Several tasks at once: how they are selected, what stays selected, and what is done with them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import BatchBlocked, BatchQuestion
from sora_studio.domain.task import Phase, Task, TaskSection
from sora_studio.ui.tasks.bulk_bar import BulkBar
from tests.doubles.task_studio import NOW, task_in
from tests.gui.test_task_panel import Desk

SHIFT, CTRL, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
ALT = Qt.KeyboardModifier.AltModifier
QUESTION = BatchQuestion(2, "2 tasks at unknown prices.", "")
MIXED = (
    task_in(Phase.UNKNOWN, 9),
    task_in(Phase.PROCESSING, 8),
    task_in(Phase.WAITING, 6),
    task_in(Phase.WAITING, 7),
    task_in(Phase.READY, 5),
    task_in(Phase.FAILED, 4),
    task_in(Phase.CANCELLED, 3),
)


class BulkDesk(Desk):
    """The panel with room for seven cards."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot)
        self.panel.resize(372, 900)
        found = self.panel.findChild(BulkBar)
        assert found is not None
        self.bar = found

    def click(self, task: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
        place = self.view.visualRect(self.view._list.index_of(task)).center()
        self.bot.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifiers, place)

    def offered(self) -> list[str]:
        return [button.text() for button in self.bar.findChildren(QPushButton) if button.isVisible()]

    def says(self, words: str) -> bool:
        return any(words in label.text() for label in self.bar.findChildren(QLabel) if label.isVisible())

    def push(self, text: str) -> None:
        buttons = [button for button in self.bar.findChildren(QPushButton) if button.text() == text and button.isVisible()]
        self.bot.mouseClick(buttons[0], Qt.MouseButton.LeftButton)

    def has(self, task: int) -> bool:
        return self.view._list.section_of(task) is not None


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[BulkDesk]:
    QAccessible.setActive(True)
    made = BulkDesk(qtbot)
    yield made
    QAccessible.setActive(False)
    made.relay.mute()
    assert not made.errors


def test_shift_and_ctrl_select_over_the_headings_and_the_stage_keeps_its_task(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.click(8)
    assert [task.id for task in desk.selected] == [8]
    assert not desk.bar.isVisible()
    desk.click(7, SHIFT)
    assert desk.view.selected_tasks == [8, 6, 7]
    desk.click(6, CTRL)
    desk.click(4, CTRL)
    assert desk.view.selected_tasks == [8, 7, 4]
    assert desk.says("3 selected")
    assert [task.id for task in desk.selected] == [8]
    desk.click(5)
    assert not desk.bar.isVisible()
    assert [task.id for task in desk.selected] == [8, 5]


def test_by_keyboard_everything_is_selected_and_esc_goes_back_to_one(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.choose(6)
    desk.bot.keyClick(desk.view, Qt.Key.Key_Down, SHIFT)
    assert desk.view.selected_tasks == [6, 7]
    desk.bot.keyClick(desk.view, Qt.Key.Key_A, CTRL)
    assert len(desk.view.selected_tasks) == 7
    assert sorted(desk.offered()) == [
        *("Cancel 2 waiting", "Copy ids", "Hold 2", "Retry 2 failed", "Send 2 next", "Trash 5, hide 1"),
    ]
    desk.press(Qt.Key.Key_Escape)
    assert desk.view.selected_tasks == [7]
    assert not desk.bar.isVisible()


def arrivals(count: int) -> list[Task]:
    phases = (Phase.READY, Phase.FAILED, Phase.WAITING)
    return [task_in(phases[number % 3], 100 + number) for number in range(count)]


@pytest.mark.parametrize("count", [3, 300])
def test_what_is_selected_stays_so_while_tasks_come_move_and_go(desk: BulkDesk, count: int) -> None:
    desk.open(*MIXED)
    desk.click(8)
    desk.click(7, SHIFT)
    desk.studio.put(task_in(Phase.READY, 8), *arrivals(count))
    desk.bot.waitUntil(lambda: desk.has(99 + count))
    assert sorted(desk.view.selected_tasks) == [6, 7, 8]
    assert desk.says("3 selected")
    desk.studio.put(task_in(Phase.WAITING, 7, removed_at=NOW))
    desk.bot.waitUntil(lambda: sorted(desk.view.selected_tasks) == [6, 8])
    assert desk.says("2 selected")


def test_a_filter_and_back_keeps_the_selection_of_what_it_shows(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.view.selectAll()
    filtered = next(entry for entry in desk.panel._header.filter.menu().actions() if entry.text() == "Waiting")
    filtered.trigger()
    assert desk.view.selected_tasks == [6, 7]


def test_updates_steal_neither_scroll_nor_focus_from_a_selection(desk: BulkDesk) -> None:
    desk.open(*(task_in(Phase.READY, number) for number in range(1, 101)))
    desk.view.scrollTo(desk.view._list.index_of(50), desk.view.ScrollHint.PositionAtCenter)
    desk.view.setFocus()
    desk.click(51)
    desk.click(49, SHIFT)
    before = desk.top_of(50)
    desk.studio.put(*(task_in(Phase.PROCESSING, number) for number in range(200, 230)))
    desk.bot.waitUntil(lambda: desk.has(229))
    assert desk.top_of(50) == before
    assert desk.view.hasFocus()
    assert desk.view.selected_tasks == [51, 50, 49]


def test_a_task_shown_elsewhere_does_not_end_a_selection(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.click(6)
    desk.click(7, SHIFT)
    desk.panel.select(5)
    assert desk.view.selected_tasks == [6, 7]


def test_a_click_with_ctrl_on_a_poster_selects_and_plays_nothing(desk: BulkDesk) -> None:
    desk.open(task_in(Phase.READY, 1), task_in(Phase.READY, 2))
    desk.choose(2)
    place = desk.view.visualRect(desk.view._list.index_of(1)).center()
    place.setX(60)
    desk.bot.mouseClick(desk.view.viewport(), Qt.MouseButton.LeftButton, CTRL, place)
    assert desk.view.selected_tasks == [2, 1]
    assert not desk.played


def test_cancel_takes_back_what_waits_and_nothing_else(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.view.selectAll()
    desk.push("Cancel 2 waiting")
    desk.calls(("cancel", 6), ("cancel", 7))


def test_del_removes_all_but_what_needs_review(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.view.setFocus()
    desk.view.selectAll()
    desk.press(Qt.Key.Key_Delete)
    desk.bot.waitUntil(lambda: {call[1] for call in desk.studio.calls if call[0] == "trash"} == {3, 4, 5, 6, 7, 8})
    assert ("trash", 9) not in desk.studio.calls
    desk.bot.waitUntil(lambda: not desk.bar.isVisible())


def test_ids_are_copied_one_a_line(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.view.selectAll()
    desk.push("Copy ids")
    desk.bot.waitUntil(lambda: QGuiApplication.clipboard().text() == "task_8\ntask_5\ntask_4")


def test_retry_asks_first_where_it_costs_and_sends_once(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.studio.batch_answer = QUESTION
    desk.view.selectAll()
    desk.push("Retry 2 failed")
    desk.bot.waitUntil(lambda: desk.says("2 tasks at unknown prices. Create them?"))
    assert desk.studio.calls == []
    desk.push("Create 2")
    desk.bot.waitUntil(lambda: [call[0] for call in desk.studio.calls] == ["resubmit_failed"])
    assert not desk.says("Create them?")


def test_a_question_about_another_selection_is_withdrawn(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.studio.batch_answer = QUESTION
    desk.view.selectAll()
    desk.push("Retry 2 failed")
    desk.bot.waitUntil(lambda: desk.says("Create them?"))
    desk.studio.put(task_in(Phase.PROCESSING, 8, polls=4), *arrivals(2))
    desk.bot.waitUntil(lambda: desk.has(101))
    assert desk.says("Create them?"), "an update is no answer"
    desk.click(4, CTRL)
    assert not desk.says("Create them?")


def test_a_refusal_is_said_in_the_bar(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.studio.batch_answer = BatchBlocked("2 tasks for $6.00.", "Today's limit of $5.00 leaves $1.00.")
    desk.view.selectAll()
    desk.push("Retry 2 failed")
    desk.bot.waitUntil(lambda: desk.says("2 tasks for $6.00. Today's limit of $5.00 leaves $1.00."))
    assert "Create 2" not in desk.offered()


def test_the_menu_of_a_selection_is_about_all_of_it(desk: BulkDesk) -> None:
    desk.open(*MIXED)
    desk.click(6)
    desk.click(7, SHIFT)
    menu = desk.panel.bulk_menu()
    assert [entry.text() for entry in menu.actions()] == ["Hold 2", "Send 2 next", "Cancel 2 waiting", "Copy ids", "Trash 2"]
    menu.actions()[2].trigger()
    desk.calls(("cancel", 6), ("cancel", 7))


def waiting(desk: BulkDesk) -> list[int]:
    return list(desk.view._list._rows.tasks(TaskSection.WAITING))


def test_waiting_tasks_move_by_keyboard_and_stay_selected(desk: BulkDesk) -> None:
    desk.open(*(task_in(Phase.WAITING, number) for number in (1, 2, 3, 4)))
    desk.choose(3)
    desk.bot.keyClick(desk.view, Qt.Key.Key_Up, ALT)
    desk.bot.waitUntil(lambda: waiting(desk) == [1, 3, 2, 4])
    assert desk.view.selected_tasks == [3]
    desk.bot.keyClick(desk.view, Qt.Key.Key_Down, ALT)
    desk.bot.waitUntil(lambda: waiting(desk) == [1, 2, 3, 4])
    desk.bot.keyClick(desk.view, Qt.Key.Key_Down, SHIFT)
    desk.bot.keyClick(desk.view, Qt.Key.Key_Up, ALT)
    desk.bot.waitUntil(lambda: waiting(desk) == [1, 3, 4, 2])
    assert desk.view.selected_tasks == [3, 4]
    assert "number 2 in line" in desk.texts()[2]


def test_a_held_task_says_so_and_has_no_place_in_line(desk: BulkDesk) -> None:
    desk.open(*(task_in(Phase.WAITING, number) for number in (1, 2)))
    desk.take(1, "Hold")
    desk.bot.waitUntil(lambda: "Held" in desk.texts()[1])
    assert "next to start" in desk.texts()[2]
    desk.take(1, "Release")
    desk.bot.waitUntil(lambda: "next to start" in desk.texts()[1])
    desk.take(2, "Send next")
    desk.bot.waitUntil(lambda: desk.studio.calls[-1] == ("send_next", 2))
