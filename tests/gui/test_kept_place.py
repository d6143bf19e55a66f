"""What is pointed at or has the keyboard stays where it is on the screen while tasks change around it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QCursor, QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.task import Phase, Task
from tests.doubles.task_studio import task_in
from tests.gui.test_bulk_tasks import BulkDesk

MANY = [task_in(Phase.READY, number) for number in range(1, 41)]
FEW = [task_in(Phase.READY, number) for number in range(1, 4)]


class StillDesk(BulkDesk):
    def point_at(self, task: int) -> None:
        at = self.view.visualRect(self.view._list.index_of(task)).center()
        place = self.view.viewport().mapToGlobal(at)
        QCursor.setPos(place)
        self.view.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
        QApplication.sendEvent(self.view, QEnterEvent(QPointF(at), QPointF(at), QPointF(place)))

    def leave(self) -> None:
        QCursor.setPos(self.panel.mapToGlobal(QPoint(-50, -50)))
        self.view.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
        QApplication.sendEvent(self.view, QEvent(QEvent.Type.Leave))

    def height(self) -> int:
        """Of all rows."""
        return self.view.verticalHeader().length()

    def shows(self, task: Task) -> bool:
        found = self.view.task_under(self.view._list.index_of(task.id))
        return found is not None and found.phase is task.phase

    def change(self) -> list[Task]:
        """What an hour of work does: tasks come, run, end and fail, above and below."""
        return [
            task_in(Phase.WAITING, 90),
            task_in(Phase.WAITING, 91),
            task_in(Phase.SENDING, 90),
            task_in(Phase.PROCESSING, 90),
            task_in(Phase.UNKNOWN, 92),
            task_in(Phase.PROCESSING, 91),
            task_in(Phase.READY, 90),
            task_in(Phase.FAILED, 91),
        ]


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[StillDesk]:
    QAccessible.setActive(True)
    made = StillDesk(qtbot)
    made.leave()
    yield made
    made.leave()
    QAccessible.setActive(False)
    made.relay.mute()
    assert not made.errors


@pytest.mark.parametrize("tasks", [MANY, FEW], ids=["many", "few"])
@pytest.mark.parametrize("how", ["pointer", "keyboard"])
def test_it_keeps_its_place_through_every_change_even_at_the_top(desk: StillDesk, tasks: list[Task], how: str) -> None:
    desk.open(*tasks)
    task = tasks[-2].id
    if how == "pointer":
        desk.point_at(task)
    else:
        desk.choose(task)
        assert desk.view.hasFocus()
    before = desk.top_of(task)
    for step in desk.change():
        desk.studio.put(step)
        desk.bot.waitUntil(lambda step=step: desk.shows(step))
        assert desk.top_of(task) == before, step.phase
    if how == "keyboard":
        assert desk.current() == task
        assert desk.view.hasFocus()
    desk.view.clearFocus()
    desk.leave()
    assert desk.view.verticalScrollBar().value() <= max(0, desk.height() - desk.view.viewport().height())
