"""Waiting tasks are dragged and moved by keyboard to another place in line, and nowhere else."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.task import Phase, TaskSection
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.tasks.task_words import moved_words
from tests.doubles.task_studio import task_in
from tests.gui.test_bulk_tasks import BulkDesk

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
KEYS = Qt.KeyboardModifier.NoModifier


class LineDesk(BulkDesk):
    """The list with what waits, and a mouse that is held down."""

    def line(self) -> list[int]:
        return list(self.view._list.tasks_in(TaskSection.WAITING))

    def spot(self, task: int, part: float = 0.5) -> QPoint:
        card = self.view.visualRect(self.view._list.index_of(task))
        return QPoint(card.center().x(), card.top() + round(card.height() * part))

    def _send(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        port = self.view.viewport()
        QApplication.sendEvent(port, QMouseEvent(kind, QPointF(at), QPointF(port.mapToGlobal(at)), button, held, KEYS))

    def grab(self, task: int) -> None:
        start = self.spot(task)
        self._send(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
        self.hover(start + QPoint(0, QApplication.startDragDistance() + 2))
        self.hover(start + QPoint(0, QApplication.startDragDistance() + 4))

    def hover(self, at: QPoint) -> None:
        self._send(QEvent.Type.MouseMove, at, NONE, LEFT)

    def let_go(self, at: QPoint) -> None:
        self._send(QEvent.Type.MouseButtonRelease, at, LEFT, NONE)

    def drag(self, task: int, to: QPoint) -> None:
        self.grab(task)
        assert self.view.drag.is_under_way
        self.hover(to)
        self.let_go(to)

    def line_at(self, y: int) -> bool:
        """Whether the drop line is painted there."""
        picture = self.view.viewport().grab().toImage()
        return picture.pixelColor(picture.width() // 2, y) == QColor(theme.tokens().accent)


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[LineDesk]:
    QAccessible.setActive(True)
    made = LineDesk(qtbot)
    made.open(
        task_in(Phase.PROCESSING, 9), *(task_in(Phase.WAITING, number) for number in range(1, 6)), task_in(Phase.READY, 8)
    )
    yield made
    QAccessible.setActive(False)
    made.relay.mute()
    assert not made.errors


def test_a_card_is_dragged_before_another_one_and_to_the_end(desk: LineDesk) -> None:
    desk.drag(5, desk.spot(2, 0.2))
    desk.bot.waitUntil(lambda: desk.line() == [1, 5, 2, 3, 4])
    assert desk.view.selected_tasks == [5]
    desk.drag(1, desk.spot(4, 0.9))
    desk.bot.waitUntil(lambda: desk.line() == [5, 2, 3, 4, 1])


def test_several_go_together_and_a_line_shows_where(desk: LineDesk) -> None:
    desk.click(2)
    desk.click(4, Qt.KeyboardModifier.ControlModifier)
    desk.grab(4)
    desk.hover(desk.spot(1, 0.2))
    assert desk.line_at(desk.spot(1, 0.0).y())
    desk.let_go(desk.spot(1, 0.2))
    desk.bot.waitUntil(lambda: desk.line() == [2, 4, 1, 3, 5])
    assert sorted(desk.view.selected_tasks) == [2, 4]
    desk.drag(2, desk.spot(4, 0.8))  # within themselves: they stay together, behind nothing that waits before them
    desk.bot.waitUntil(lambda: not desk.view.drag.is_under_way)
    assert desk.line() == [2, 4, 1, 3, 5]


@pytest.mark.parametrize("elsewhere", [9, 8])
def test_nothing_is_dropped_in_another_section(desk: LineDesk, elsewhere: int) -> None:
    desk.grab(3)
    desk.hover(desk.spot(elsewhere))
    assert desk.view.viewport().cursor().shape() is Qt.CursorShape.ForbiddenCursor
    desk.let_go(desk.spot(elsewhere))
    assert not desk.view.drag.is_under_way
    assert desk.line() == [1, 2, 3, 4, 5]


def test_only_what_waits_can_be_dragged_and_esc_leaves_it(desk: LineDesk) -> None:
    desk.grab(8)
    assert not desk.view.drag.is_under_way
    desk.let_go(desk.spot(8))
    desk.grab(3)
    desk.hover(desk.spot(1))
    desk.view.setFocus()
    desk.press(Qt.Key.Key_Escape)
    assert not desk.view.drag.is_under_way
    desk.let_go(desk.spot(1))
    assert desk.line() == [1, 2, 3, 4, 5]


def test_a_task_that_is_sent_while_it_is_dragged_stays_out_of_the_line(desk: LineDesk) -> None:
    desk.grab(1)
    desk.studio.put(task_in(Phase.SENDING, 1))
    desk.bot.waitUntil(lambda: desk.line() == [2, 3, 4, 5])
    desk.hover(desk.spot(5, 0.9))
    desk.let_go(desk.spot(5, 0.9))
    desk.bot.waitUntil(lambda: not desk.view.drag.is_under_way)
    assert desk.line() == [2, 3, 4, 5]


def test_every_move_is_announced(desk: LineDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = list[str]()
    monkeypatch.setattr("sora_studio.ui.tasks.panel.announce", lambda _view, words: said.append(words))
    desk.choose(2)
    alt = Qt.KeyboardModifier.AltModifier
    desk.bot.keyClick(desk.view, Qt.Key.Key_Up, alt)
    desk.bot.waitUntil(lambda: desk.line() == [2, 1, 3, 4, 5])
    desk.bot.keyClick(desk.view, Qt.Key.Key_Up, alt)
    desk.drag(2, desk.spot(5, 0.9))
    assert said == ["Moved to place 1 of 5 in line", "Already first in line", "Moved to place 5 of 5 in line"]
    assert moved_words(3, 2, 1200) == "3 tasks moved to places 2 to 4 of 1,200 in line"


def test_what_waits_is_held_released_and_sent_next_together(desk: LineDesk) -> None:
    desk.studio.put(task_in(Phase.WAITING, 2, held_at=task_in(Phase.WAITING).created_at))
    desk.bot.waitUntil(lambda: "Held" in desk.texts()[4])
    desk.click(1)
    desk.click(3, Qt.KeyboardModifier.ShiftModifier)
    assert {"Hold 2", "Release 1", "Send 3 next", "Cancel 3 waiting", "Trash 3"} <= set(desk.offered())
    desk.push("Hold 2")
    desk.bot.waitUntil(lambda: "Release 3" in desk.offered())
    desk.push("Release 3")
    desk.bot.waitUntil(lambda: "Hold 3" in desk.offered())
    desk.push("Send 3 next")
    desk.bot.waitUntil(lambda: desk.studio.calls[-1][0] == "send_next")
    assert desk.studio.calls == [("hold", 1, 3), ("release", 1, 2, 3), ("send_next", 1, 2, 3)]
