"""The library's room with its menu, the field for tags and the way into the note, on a real database."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.clip import ClipState
from sora_studio.domain.errors import BatchQuestion
from sora_studio.domain.judgement import Judgement
from sora_studio.domain.library import LibraryIndex, TileFacts
from sora_studio.domain.query import parse
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.ui.library.details.note_editor import NoteEditor
from sora_studio.ui.library.library_room import LibraryRoom
from sora_studio.ui.library.tag_bar import TagBar
from sora_studio.viewmodels.library.completion import KnownNames
from sora_studio.viewmodels.library.library_services import LibraryServices
from sora_studio.viewmodels.library.room_services import RoomServices
from sora_studio.viewmodels.tasks.task_actions import TaskAction
from tests.gui.details_desk import DetailsDesk, details_desk


class ToolsDesk:
    """The room beside Details, connected as in the window."""

    def __init__(self, desk: DetailsDesk) -> None:
        self.desk, self.bot = desk, desk.bot
        desk.window.resize(1400, 1100)
        self.room = LibraryRoom(desk.scope, desk.window)
        self.room.setGeometry(380, 0, 1020, 1000)
        desk.tools.serve_room(self.room)
        self.room.selection_changed.connect(lambda: desk.panel.show_tasks(self.room.selected))

    def open(self, *prompts: str, state: ClipState = ClipState.SAVED) -> None:
        """Show clips of these prompts, the newest first, with the focus on the clips."""
        for prompt in prompts:
            self.desk.make(prompt, state=state)
        self.desk.open()
        with self.bot.waitSignal(self.room.model.searched):
            self.room.attach(self._services())
        self.room.view.setFocus()
        self.bot.waitUntil(self.room.view.hasFocus)

    @property
    def bar(self) -> TagBar:
        found = self.room.view.findChild(TagBar)
        assert found is not None
        return found

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.room.view, key, modifiers)

    def menu(self) -> QMenu:
        """The menu of the current clip by the keyboard."""
        place = self.room.view.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, self.room.view.mapToGlobal(place))
        QApplication.sendEvent(self.room.view, event)
        return self.desk.opened_menu(self.room)

    def _services(self) -> RoomServices:
        queries = LibraryQueries(self.desk.database)

        async def find(text: str) -> LibraryIndex:
            now = datetime.now(UTC)
            return await queries.index(parse(text), now=now, today=now.astimezone().date())

        async def rows(tasks: Sequence[int]) -> Sequence[TileFacts]:
            return await self.desk.tiles.rows(tasks, now=datetime.now(UTC))

        async def nothing(_: str) -> int:
            return 0

        async def no_spelling(_: str) -> None:
            return None

        async def no_strip(_: int) -> None:
            pass

        async def no_names() -> KnownNames:
            return KnownNames([], [], [])

        tiles = self.desk.tiles
        return RoomServices(
            library=LibraryServices(find, rows, tiles.takes_of, tiles.files_of),
            judging=self.desk.judging,
            count=nothing,
            save_search=nothing,
            spelling=no_spelling,
            names=no_names,
            make_strip=no_strip,
        )


@pytest.fixture
def at(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[ToolsDesk]:
    with details_desk(loop, qtbot, tmp_path) as opened:
        yield ToolsDesk(opened)
        assert not opened.errors


def test_t_tags_what_is_selected_and_gives_the_focus_back(at: ToolsDesk) -> None:
    at.open("A pier", "A bridge", "A boat")
    at.desk.judge(Judgement(tags=("harbour",)), 1)
    at.key(Qt.Key.Key_Home)
    at.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert list(at.room.selected) == [3, 2]
    at.key(Qt.Key.Key_T)
    field = at.bar.field
    at.bot.waitUntil(field.hasFocus)
    assert field.accessibleName() == "Tag 2 clips"
    completer = field.completer()
    at.bot.waitUntil(lambda: completer.model().rowCount() == 1)
    QTest.keyClicks(field, "hero, har")
    popup = completer.popup()
    assert popup is not None
    at.bot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert field.text() == "hero, harbour"
    QTest.keyClick(field, Qt.Key.Key_Return)
    at.desk.wait_task(2, tags=("harbour", "hero"))
    assert at.desk.task(3).tags == ("harbour", "hero")
    assert not at.bar.isVisible()
    assert at.room.view.hasFocus()


def test_esc_closes_the_field_without_a_tag(at: ToolsDesk) -> None:
    at.open("A pier")
    at.key(Qt.Key.Key_Home)
    at.key(Qt.Key.Key_T)
    at.bot.waitUntil(at.bar.field.hasFocus)
    QTest.keyClicks(at.bar.field, "hero")
    QTest.keyClick(at.bar.field, Qt.Key.Key_Escape)
    assert not at.bar.isVisible()
    assert at.room.view.hasFocus()
    assert at.desk.task(1).tags == ()


def test_n_leads_into_the_note_of_the_clip(at: ToolsDesk) -> None:
    at.open("A pier", "A bridge")
    at.key(Qt.Key.Key_Home)
    at.bot.waitUntil(lambda: list(at.desk.panel.shown) == [2])
    with at.bot.waitSignal(at.desk.tools.details_needed):
        at.key(Qt.Key.Key_N)
    note = at.desk.child(NoteEditor)
    assert note.hasFocus()
    QTest.keyClicks(note, "wet")
    at.desk.wait_task(2, note="wet")


def test_g_makes_the_longest_version_of_one_clip(at: ToolsDesk) -> None:
    at.open("A pier", "A bridge")
    at.key(Qt.Key.Key_Home)
    at.key(Qt.Key.Key_G)
    at.bot.waitUntil(lambda: at.desk.lengthened == [2])
    at.desk.button("15 s version").click()
    at.bot.waitUntil(lambda: at.desk.lengthened == [2, 2])


def test_the_menu_of_a_clip_by_the_keyboard(at: ToolsDesk) -> None:
    at.open("A pier", "A bridge")
    at.key(Qt.Key.Key_Home)
    menu = at.menu()
    words = [entry.text().partition("\t")[0] for entry in menu.actions() if entry.text()]
    assert words == [
        *("Keep", "Reject", "Not decided", "Go on to the next after judging", "Filter session"),
        *("Play", "Again", "Edit prompt", "15 s version"),
        *("Add tags…", "Note…", "Move to project"),
        *("Show in folder", "Copy file", "Copy prompt", "Copy id", "Copy report"),
        *("Copy clip to a folder…", "Export…"),
        "Move to trash",
    ]
    for entry in menu.actions():
        if entry.text() in ("Again", "Edit prompt", "Show in folder"):
            entry.trigger()
    assert at.desk.asked == [(action, 2) for action in (TaskAction.AGAIN, TaskAction.EDIT, TaskAction.SHOW_FOLDER)]
    next(entry for entry in menu.actions() if entry.text().startswith("Go on")).trigger()
    assert at.room.advances
    next(entry for entry in menu.actions() if entry.text().startswith("Move to trash")).trigger()
    at.bot.waitUntil(lambda: at.desk.task(2).trashed_at is not None)


def test_what_expired_is_retried_from_the_menu_after_a_question_in_details(at: ToolsDesk) -> None:
    at.open("A pier", "A bridge", state=ClipState.EXPIRED)
    at.desk.question = BatchQuestion(2, "2 tasks, about $0.50.", "")
    at.key(Qt.Key.Key_Home)
    at.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    menu = at.menu()
    with at.bot.waitSignal(at.desk.tools.details_needed):
        next(entry for entry in menu.actions() if entry.text().startswith("Retry 2")).trigger()
    at.desk.button("Create 2").click()
    at.bot.waitUntil(lambda: at.desk.retried == [[2, 1]])


def test_a_relative_is_selected_and_one_that_was_not_found_is_searched_for(at: ToolsDesk) -> None:
    at.open("A pier", "A bridge")
    at.desk.panel.relative_chosen.emit(1)
    assert list(at.room.selected) == [1]
    with at.bot.waitSignal(at.room.model.searched):
        at.room.search("bridge")
    at.bot.waitUntil(lambda: list(at.room.model.order.ids) == [2])
    at.desk.panel.relative_chosen.emit(1)
    at.bot.waitUntil(lambda: list(at.room.model.order.ids) == [1])
    assert at.room.box.text == "#1"
    at.bot.waitUntil(lambda: list(at.desk.panel.shown) == [1])
