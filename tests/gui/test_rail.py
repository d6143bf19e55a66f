"""The rail on a real database: what stands in it, how it leads to clips, and how projects are kept."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.project import SavedSearch
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.window.rail_filter import RailFilter
from sora_studio.ui.window.rail_tree import entry_of
from tests.gui.test_drafts import Desk, desk
from tests.gui.test_filter_session import fill


def words(at: Desk) -> list[tuple[str, int | None]]:
    entries = [entry_of(line) for line in at.tree.lines()]
    return [(entry.words, entry.count) for entry in entries if entry is not None]


def test_places_and_searches_stand_there_with_counts(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    loop.run_until_complete(fill(tmp_path, 2))
    with desk(loop, qtbot, tmp_path) as at:
        studio = at.at.studio
        loop.run_until_complete(studio.projects.save_search(SavedSearch(0, "Second", "number 2")))
        at.at.window.library.rail_model.touch()
        qtbot.waitUntil(lambda: ("Second", 1) in words(at))
        assert words(at) == [
            ("New draft", None),
            *(("All clips", 2), ("Not seen", 2), ("Kept", 0), ("Expiring", 0), ("Trash", 0)),
            ("Second", 1),
            ("New project", None),
        ]
        at.tree.setCurrentItem(at.line("Second"))
        at.bot.keyClick(at.tree, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: at.at.window.library.room is not None)
        room = at.at.window.library.room
        assert room is not None
        assert room.box.text == "number 2"


def test_a_search_that_was_removed_can_be_brought_back(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        loop.run_until_complete(at.at.studio.projects.save_search(SavedSearch(0, "Second", "number 2")))
        at.at.window.library.rail_model.touch()
        qtbot.waitUntil(lambda: "Second" in dict(words(at)))
        at.tree.setCurrentItem(at.line("Second"))
        at.bot.keyClick(at.tree, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda: "Second" not in dict(words(at)))
        assert at.at.reads("Search Second removed")
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        for modifiers, is_there in ((control, True), (control | shift, False), (control, True)):
            at.bot.keyClick(at.tree, Qt.Key.Key_Z, modifiers)
            qtbot.waitUntil(lambda is_there=is_there: ("Second" in dict(words(at))) is is_there)


def test_a_project_is_made_renamed_removed_and_brought_back(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        qtbot.waitUntil(lambda: ("New project", None) in words(at))

        def name(line: str, new: str) -> None:
            at.tree.setCurrentItem(at.line(line))
            at.bot.keyClick(at.tree, Qt.Key.Key_F2)
            (field,) = [field for field in at.tree.findChildren(QLineEdit) if field.isVisible()]
            at.bot.keyClicks(field, new)
            at.bot.keyClick(field, Qt.Key.Key_Return)

        name("New project", "Rain Film")
        qtbot.waitUntil(lambda: ("Rain Film", 0) in words(at))
        name("Rain Film", "Snow Film")
        qtbot.waitUntil(lambda: ("Snow Film", 0) in words(at))
        name("New project", "snow film")
        qtbot.waitUntil(lambda: at.at.reads("There is a project Snow Film already."))
        at.tree.setCurrentItem(at.line("Snow Film"))
        at.bot.keyClick(at.tree, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda: "Snow Film" not in dict(words(at)))
        at.bot.keyClick(at.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: ("Snow Film", 0) in words(at))


def test_drafts_are_found_by_their_words_and_new_ones_when_the_window_is_activated(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        field = at.at.named(RailFilter, "Find a draft by its words")
        assert not field.isVisible()
        drafts = [
            Draft(0, GenerationRequest("sora-2", f"Title {n}\nA pier in {'fog' if n == 3 else 'rain'}")) for n in range(9)
        ]
        loop.run_until_complete(at.at.studio.drafts.add_all(drafts, projects=[None] * 9, at=datetime.now(UTC)))
        QApplication.sendEvent(at.at.window, QEvent(QEvent.Type.WindowActivate))
        qtbot.waitUntil(field.isVisible)
        assert len(at.drafts()) == 8
        qtbot.keyClicks(field, "PIER fo")
        at.until_drafts("Title 3")
        loop.run_until_complete(at.at.studio.documents.rename(drafts_number(at), "Harbour"))
        at.until_drafts("Harbour")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.keyClick(at.tree, Qt.Key.Key_Return)
        at.until_text("Title 3\nA pier in fog")
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: len(at.drafts()) == 8)


def drafts_number(at: Desk) -> int:
    entries = [entry_of(line) for line in at.tree.lines()]
    return next(entry.number for entry in entries if entry is not None and entry.words == "Title 3")
