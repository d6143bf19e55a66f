"""The writing room: the editor alone, and back again without a trace."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.ui.compose.editing.editor_look import ColumnWidth, EditorLook, LineHeight
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.window.main_view import MainView
from sora_studio.ui.window.rooms import Room
from sora_studio.ui.window.side_panel import USUAL_TABS, WRITING_TABS, SidePanel, SideTab

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LONG = "\n".join(f"Shot {number}: the ferry leaves the pier, mist on the water." for number in range(120))


@pytest.fixture
def window(loop: StudioEventLoop, qtbot: QtBot) -> Iterator[MainView]:
    made = MainView(Settings(), demo=False)
    made.resize(1600, 1000)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    editor_of(made).setFocus()
    qtbot.waitUntil(editor_of(made).hasFocus)
    yield made
    loop.run_until_complete(made.finish())
    made.close()
    made.deleteLater()


def editor_of(window: MainView) -> PromptEditor:
    editor = window.findChild(PromptEditor)
    assert editor is not None
    return editor


def write(window: MainView) -> None:
    QTest.keyClick(window, Qt.Key.Key_1, CTRL | SHIFT)
    assert window.rooms.room is Room.WRITING


def test_the_editor_has_the_centre_for_itself_and_esc_goes_back(window: MainView, qtbot: QtBot) -> None:
    editor = editor_of(window)
    heights = window.stage.height(), window.compose.height()
    write(window)
    assert window.stage.isHidden()
    assert window.compose.height() > sum(heights) - 5
    assert editor.hasFocus()
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert window.rooms.room is Room.MAKE
    assert (window.stage.height(), window.compose.height()) == heights
    assert editor.hasFocus()


def test_going_there_and_back_changes_nothing_of_the_text(window: MainView, qtbot: QtBot) -> None:
    editor = editor_of(window)
    editor.replace(LONG, caret=3000)
    QTest.keyClicks(editor, "and ")
    editor.verticalScrollBar().setValue(700)
    before = editor.text(), editor.caret(), editor.verticalScrollBar().value(), editor.document().availableUndoSteps()
    write(window)
    QTest.keyClick(window, Qt.Key.Key_3, CTRL)
    write(window)
    QTest.keyClick(window, Qt.Key.Key_1, CTRL)
    after = editor.text(), editor.caret(), editor.verticalScrollBar().value(), editor.document().availableUndoSteps()
    assert after == before


def test_dragging_the_editor_up_over_the_stage_leads_there(window: MainView, qtbot: QtBot) -> None:
    heights = window.stage.height(), window.compose.height()
    splitter = next(one for one in window.findChildren(QSplitter) if one.orientation() is Qt.Orientation.Vertical)
    handle = splitter.handle(1)
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(handle, middle - QPoint(0, 100))
    QTest.mouseMove(handle, middle - QPoint(0, heights[0]))
    assert window.rooms.room is Room.MAKE  # until the button is released
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=handle.rect().center())
    qtbot.waitUntil(lambda: window.rooms.room is Room.WRITING)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert (window.stage.height(), window.compose.height()) == heights


def test_a_drag_that_leaves_the_stage_some_room_stays_in_make(window: MainView, qtbot: QtBot) -> None:
    splitter = next(one for one in window.findChildren(QSplitter) if one.orientation() is Qt.Orientation.Vertical)
    handle, before = splitter.handle(1), window.stage.height()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=handle.rect().center())
    QTest.mouseMove(handle, handle.rect().center() - QPoint(0, 30))
    QTest.mouseMove(handle, handle.rect().center() - QPoint(0, 30))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=handle.rect().center())
    dragged = window.stage.height()
    assert 0 < dragged < before
    write(window)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.stage.height() == dragged


def test_focus_mode_leaves_the_editor_alone(window: MainView, qtbot: QtBot) -> None:
    write(window)
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.top_bar.isHidden()
    qtbot.waitUntil(lambda: window.compose.width() == window.width())
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.top_bar.isHidden()
    assert window.rooms.room is Room.WRITING


@pytest.mark.parametrize("width", list(ColumnWidth))
def test_the_column_is_as_wide_as_chosen_and_in_the_middle(window: MainView, qtbot: QtBot, width: ColumnWidth) -> None:
    editor = editor_of(window)
    window.navigation.toggle_focus_mode()
    write(window)
    qtbot.waitUntil(lambda: window.compose.width() == window.width())
    window.compose.writing.take_look(EditorLook(column=width))
    qtbot.waitUntil(lambda: editor.width() == width.ems * editor.size_px)
    left = editor.mapTo(window, QPoint()).x()
    assert left == pytest.approx(window.width() - left - editor.width(), abs=1)
    QTest.keyClick(editor, Qt.Key.Key_Plus, CTRL)
    assert editor.width() == width.ems * editor.size_px


def test_how_the_editor_looks_is_kept(window: MainView, tmp_path: Path) -> None:
    look = EditorLook(ColumnWidth.WIDE, LineHeight.LOOSE, 18, is_typewriter=True, shows_terms=False, language="de_DE")
    window.compose.writing.take_look(look)
    state = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window.remember(state)
    window.compose.writing.take_look(EditorLook())
    window.restore(state)
    assert window.compose.writing.look == look
    assert editor_of(window).size_px == 18
    state.setValue("editor/column", "enormous")
    state.setValue("editor/size", "large")
    assert EditorLook.restored(state).column is ColumnWidth.MEDIUM


def tabs_of(panel: SidePanel) -> list[str]:
    [bar] = panel.findChildren(QTabBar)
    return [bar.tabText(place) for place in range(bar.count())]


def test_each_room_has_its_tabs_and_keeps_its_own_choice(qtbot: QtBot) -> None:
    pages: dict[SideTab, Callable[[], QWidget]] = dict.fromkeys((SideTab.WORDS, SideTab.HINTS, SideTab.DETAILS), QWidget)
    panel = SidePanel(QWidget(), pages)
    qtbot.addWidget(panel)
    assert tabs_of(panel) == ["Tasks", "Details"]
    panel.show_tab(SideTab.DETAILS)
    panel.show_tabs(WRITING_TABS)
    panel.count(SideTab.HINTS, 2)
    assert tabs_of(panel) == ["Words", "Hints 2", "Tasks"]
    assert panel.tab is SideTab.WORDS
    panel.show_tab(SideTab.HINTS)
    panel.show_tabs(USUAL_TABS)
    assert panel.tab is SideTab.DETAILS
    assert panel.page(SideTab.DETAILS).isVisibleTo(panel)
    panel.show_tabs(WRITING_TABS)
    assert panel.tab is SideTab.HINTS
