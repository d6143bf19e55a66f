"""From the first paint to the whole view: nothing moves, nothing typed is lost, and the window keeps its place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.domain.theme_choice import Theme
from sora_studio.ui.kit import theme
from sora_studio.ui.window.first_look import FirstLook
from sora_studio.ui.window.main_view import MainView
from sora_studio.ui.window.main_window import MainWindow

SIZES = [(1600, 1000), (1300, 700), (1000, 700), (720, 560)]


@pytest.fixture
def look(qtbot: QtBot) -> FirstLook:
    return FirstLook()


@pytest.fixture
def size() -> tuple[int, int]:
    return 1300, 800


@pytest.fixture
def window(look: FirstLook, qtbot: QtBot, size: tuple[int, int]) -> Iterator[MainWindow]:
    window = MainWindow(look, demo=False)
    window.resize(*size)
    with qtbot.waitSignal(look.painted):
        window.show()
    window.activateWindow()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def complete(window: MainWindow, look: FirstLook, loop: StudioEventLoop, qtbot: QtBot) -> Iterator[Callable[[], MainView]]:
    """Puts the whole view in the first look's place, as the program does."""
    made: list[MainView] = []

    def put() -> MainView:
        view = MainView(Settings(), demo=False, editor=look.editor)
        made.append(view)
        window.setCentralWidget(view)
        view.compose.focus_editor()
        qtbot.waitUntil(lambda: view.isVisible() and view.size() == window.size())
        return view

    yield put
    for view in made:
        loop.run_until_complete(view.finish())


def place(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def colours(window: QWidget) -> list[str]:
    """In a corner of each area: top bar, stage, editor, tasks, status bar."""
    image = window.grab().toImage()
    wide, high = window.width(), window.height()
    points = [(4, 4), (4, 60), (4, high - 40), (wide - 4, high - 60), (4, high - 4)]
    return [image.pixelColor(x, y).name() for x, y in points]


@pytest.mark.parametrize("size", SIZES)
def test_the_editor_does_not_move(window: MainWindow, look: FirstLook, complete: Callable[[], MainView]) -> None:
    before = place(window, look.editor)
    view = complete()
    assert view.compose.isAncestorOf(look.editor)
    assert place(window, look.editor) == before


@pytest.mark.parametrize("chosen", [Theme.DARK, Theme.LIGHT])
def test_the_areas_have_their_colours_at_once(
    window: MainWindow, complete: Callable[[], MainView], qapp: QApplication, chosen: Theme
) -> None:
    theme.apply(qapp, chosen)
    now = theme.tokens()
    drawn = [now.panel, now.stage, now.window, now.panel, now.panel]
    assert colours(window) == drawn
    complete()
    assert colours(window) == drawn


def test_what_was_typed_stays_with_caret_and_undo(
    window: MainWindow, look: FirstLook, complete: Callable[[], MainView], qtbot: QtBot
) -> None:
    editor = look.editor
    qtbot.waitUntil(editor.hasFocus)
    qtbot.keyClicks(editor, "Fog over the harbour")
    qtbot.keyClick(editor, Qt.Key.Key_Left)
    view = complete()
    qtbot.waitUntil(editor.hasFocus)
    qtbot.keyClicks(editor, "!")
    assert editor.text() == "Fog over the harbou!r"
    assert "Fog over the harbou!r" in {label.text() for label in view.compose.findChildren(QLabel)}  # as its title
    editor.undo()
    editor.undo()
    assert editor.text() == ""


def test_the_window_takes_its_place_again(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    state = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window.resize(760, 700)  # the offscreen screen is small
    window.remember(state)
    state.sync()
    again = MainWindow(QWidget(), demo=False)
    qtbot.addWidget(again)
    again.restore(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    assert again.size() == window.size()


def test_closing_says_so_and_hides_at_once(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.closing):
        window.close()
    assert not window.isVisible()
