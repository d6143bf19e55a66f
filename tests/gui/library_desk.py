"""A library view on a library in memory."""

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.domain.library import TileFacts
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.library_view import LibraryView
from sora_studio.viewmodels.library.library_model import LibraryModel
from tests.doubles.library_tiles import TODAY, MemoryLibrary

NO_KEYS = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class LibraryDesk:
    """The view is as wide as in the drawing: five columns of tiles."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.errors = list[BaseException]()
        self.scope = TaskScope(lambda error, _name: self.errors.append(error))
        self.library = MemoryLibrary()
        self.model = LibraryModel(self.scope.start, refresh_every_s=0)
        self.view = LibraryView(self.model, self.scope, today=lambda: TODAY)
        self.view.resize(1_021, 836)
        qtbot.addWidget(self.view)

    def open(self, *tiles: TileFacts) -> None:
        """Show these."""
        self.library.put(*tiles)
        self.view.show()
        with self.qtbot.waitSignal(self.model.searched):
            self.model.attach(self.library.services())
        self.wait_loaded()
        QTest.qWaitForWindowExposed(self.view)
        QApplication.sendEvent(self.view.viewport(), QEvent(QEvent.Type.Leave))  # wherever an earlier test left the pointer

    def wait_loaded(self) -> None:
        """Wait until everything on the screen is loaded."""
        self.qtbot.waitUntil(lambda: all(self.model.tile(place) for place in self.view.visible()))

    def refresh(self) -> None:
        with self.qtbot.waitSignal(self.model.searched):
            self.model.refresh()

    @property
    def ids(self) -> list[int]:
        return list(self.model.order.ids)

    @property
    def selected(self) -> list[int]:
        return list(self.model.selection.ids())

    def spot(self, task: int, *, in_words: bool = False) -> QPoint:
        """Return the middle of a tile's frame, or of its title, in the viewport."""
        place = self.ids.index(task)
        frame = self.view.frame_at(place)
        at = QPoint(frame.center().x(), frame.bottom() + 16) if in_words else frame.center()
        return at - QPoint(0, self.view.verticalScrollBar().value())

    def click(self, task: int, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifiers, self.spot(task))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def drag(self, begin: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NO_KEYS, *, release: bool = True) -> None:
        """Press at one point of the viewport, move to another, and release."""
        port = self.view.viewport()
        QTest.mousePress(port, Qt.MouseButton.LeftButton, modifiers, begin)
        QTest.mouseMove(port, (begin + end) / 2)
        QTest.mouseMove(port, end)
        if release:
            QTest.mouseRelease(port, Qt.MouseButton.LeftButton, modifiers, end)
