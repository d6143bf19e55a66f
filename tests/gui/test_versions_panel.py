"""The versions of a draft in the side panel: listed by day, compared, named and restored, by mouse and keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit, QPushButton, QTabBar, QTextEdit, QTreeWidgetItem, QTreeWidgetItemIterator
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.intent import Intent
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.writing.difference import difference
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.window.side_panel import SideTab
from sora_studio.ui.writing.difference_view import DifferenceView
from sora_studio.ui.writing.version_list import VersionList
from sora_studio.viewmodels.writing.version_words import VersionRow
from tests.gui.real_window import Sitting, sitting
from tests.gui.test_drafts import DEAD_END
from tests.gui.test_filter_session import fill

FIRST, SECOND, NOW = "A pier at noon, in the rain.", "A long pier at dawn, in the rain.", "A long pier at dawn, in fog."
CONTROL = Qt.KeyboardModifier.ControlModifier


async def written(folder: Path) -> None:
    """Yesterday a text was sent twice, then two autosaves were made; then the last text was written."""
    database = Database(folder / "studio.db")
    await database.open()
    drafts, tasks = SqliteDrafts(database), SqliteTasks(database)
    at, number = datetime.now(UTC) - timedelta(days=1), 0
    for text, seconds in ((FIRST, 10), (SECOND, 10), (SECOND + " And a bell, far off.", 10), (NOW, 15)):
        at += timedelta(minutes=3)
        request = GenerationRequest("sora-2", text, {"duration": seconds})
        number = (await drafts.save(Draft(number, request), at=at)).id
        if text == FIRST:
            await tasks.add([request] * 2, gateway="g", at=at, intents=[Intent(document=number)] * 2)
    await database.close()


class Desk:
    """A person with the panel of versions."""

    def __init__(self, at: Sitting, bot: QtBot) -> None:
        self.at, self.bot = at, bot
        bot.waitUntil(lambda: at.editor.text() == NOW)
        at.window.side.show_tab(SideTab.VERSIONS)
        self.list = at.named(VersionList, "Versions")
        bot.waitUntil(lambda: bool(self.rows()))

    def items(self) -> list[QTreeWidgetItem]:
        found, walk = list[QTreeWidgetItem](), QTreeWidgetItemIterator(self.list)
        while (item := walk.value()) is not None:
            found.append(item)
            walk += 1
        return found

    def rows(self) -> list[VersionRow]:
        data = [item.data(0, Qt.ItemDataRole.UserRole) for item in self.items()]
        return [row for row in data if isinstance(row, VersionRow)]

    def item(self, title: str) -> QTreeWidgetItem:
        return next(item for item in self.items() if item.text(0).startswith(title))

    def choose(self, title: str) -> None:
        place = self.list.visualItemRect(self.item(title)).center()
        self.bot.mouseClick(self.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def press(self, name: str) -> None:
        self.bot.mouseClick(self.at.named(QPushButton, name), Qt.MouseButton.LeftButton)

    def said(self) -> str:
        """What a screen reader says about the comparison."""
        return self.at.named(QTextEdit, "What changed").accessibleDescription()


@contextmanager
def desk(loop: StudioEventLoop, qtbot: QtBot, folder: Path) -> Iterator[Desk]:
    (folder / "data").mkdir()
    loop.run_until_complete(written(folder / "data"))
    with sitting(loop, qtbot, folder, DEAD_END) as at:
        yield Desk(at, qtbot)


def test_versions_stand_by_day_and_are_compared_with_now_and_with_one_another(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        titles = [item.text(0) for item in at.items()]
        assert titles[0] == "Yesterday"
        assert titles[1:3] == ["Version 1", "2 autosaves"]
        assert not at.item("2 autosaves").isExpanded()
        spoken = str(at.item("Version 1").data(0, Qt.ItemDataRole.AccessibleTextRole))
        assert spoken.startswith("Version 1, sent, ")
        assert "2 under way" in spoken
        qtbot.waitUntil(lambda: at.said() == "Removed: the rain. And a bell, far off. Added: fog. Duration: 10 s, then 15 s.")
        at.choose("Version 1")
        qtbot.waitUntil(lambda: "Removed: noon." in at.said())
        assert at.said() == (
            "Added: long. Removed: noon. Added: dawn. Removed: the rain. Added: fog. Duration: 10 s, then 15 s."
        )
        assert at.at.reads("Version 1 → now · +3 −3 words")
        qtbot.keyClick(at.list, Qt.Key.Key_Down)
        qtbot.keyClick(at.list, Qt.Key.Key_Space)
        assert at.item("2 autosaves").isExpanded()
        at.item("Version 1").setSelected(True)
        oldest = at.item("2 autosaves").child(1)
        assert oldest is not None
        oldest.setSelected(True)
        qtbot.waitUntil(lambda: at.said() == "Added: long. Removed: noon. Added: dawn.")
        qtbot.mouseClick(at.at.named(Segments, "Difference").buttons[1], Qt.MouseButton.LeftButton)
        assert at.at.named(QTextEdit, "Text before").toPlainText() == FIRST
        assert at.at.named(QTextEdit, "Text after").toPlainText() == SECOND


def test_a_version_is_named_and_restored_and_both_can_be_taken_back(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.choose("Version 1")
        qtbot.keyClick(at.list, Qt.Key.Key_F2)
        field = at.list.findChild(QLineEdit)
        assert field is not None
        qtbot.keyClicks(field, "Before the rewrite")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: any(item.text(0) == "“Before the rewrite”" for item in at.items()))
        assert at.at.reads("Version named")
        qtbot.keyClick(at.list, Qt.Key.Key_Z, CONTROL)
        qtbot.waitUntil(lambda: any(item.text(0) == "Version 1" for item in at.items()))
        at.choose("Version 1")
        at.at.editor.set_caret(len(NOW))
        qtbot.keyClicks(at.at.editor, "!")
        at.press("Restore this version")
        qtbot.waitUntil(lambda: at.at.editor.text() == FIRST)
        assert at.at.window.compose.request.options["duration"] == 10
        qtbot.keyClick(at.at.editor, Qt.Key.Key_Z, CONTROL)
        assert at.at.editor.text() == f"{NOW}!"
        qtbot.keyClick(at.at.editor, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)

        def texts() -> list[str]:
            return [row.version.request.prompt for row in sorted(at.rows(), key=lambda row: -row.version.id)]

        qtbot.waitUntil(lambda: texts()[:2] == [FIRST, f"{NOW}!"])
        qtbot.waitUntil(lambda: any(" · now" in item.text(0) for item in at.items()))


def test_clips_that_are_selected_in_the_library_are_followed_and_two_are_compared(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    loop.run_until_complete(fill(tmp_path, 2))
    with sitting(loop, qtbot, tmp_path, DEAD_END) as at:
        at.window.side.show_tab(SideTab.VERSIONS)
        qtbot.keyClick(at.window, Qt.Key.Key_3, CONTROL)
        qtbot.waitUntil(lambda: at.window.library.room is not None and at.window.library.room.model.is_known)
        room = at.window.library.room
        assert room is not None
        room.view.setFocus()
        qtbot.keyClick(room.view, Qt.Key.Key_Home)
        qtbot.waitUntil(lambda: at.window.versions.model.document != 0)
        qtbot.waitUntil(lambda: [version.request.prompt for version in at.window.versions.model.versions] == ["Clip number 2"])
        assert at.window.side.tab is SideTab.VERSIONS
        qtbot.keyClick(room.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda: at.reads("Task 1 → task 2 · +1 −1 words"))


def test_changes_are_marked_by_lines_not_by_colour_alone(qtbot: QtBot) -> None:
    view = DifferenceView()
    qtbot.addWidget(view)
    view.show_difference(difference("a red\ncat", "a blue cat"), spoken="Removed: red. Added: blue.")
    reader = view.findChildren(QTextEdit)[0]
    assert reader.toPlainText() == "a red¶blue cat"

    def look(words: str) -> tuple[bool, bool]:
        cursor = QTextCursor(reader.document().find(words))
        return cursor.charFormat().fontStrikeOut(), cursor.charFormat().fontUnderline()

    assert (look("red"), look("blue"), look("a ")) == ((True, False), (False, True), (False, False))


def test_the_header_tells_the_newest_version_and_how_long_the_action_takes(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        qtbot.waitUntil(lambda: at.at.reads("version 1"))
        bar = next(bar for bar in at.at.window.side.findChildren(QTabBar) if bar.isVisible())
        assert "Versions 1" in [bar.tabText(tab) for tab in range(bar.count())]
        at.at.editor.replace('Anna says: "' + "We will row to the far lighthouse before the storm comes. " * 6 + '"')
        qtbot.waitUntil(lambda: at.at.reads("s of action for 15 s"))
        at.at.editor.replace("A pier.")
        qtbot.waitUntil(lambda: not at.at.reads("s of action"))
