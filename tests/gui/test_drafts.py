"""Drafts in the real window: none is lost by switching, trashing or a restart, and each keeps its own undo steps."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.task import Task
from sora_studio.ui.compose.option_chips import OptionChips
from sora_studio.ui.window.rail_tree import RailTree, entry_of
from sora_studio.viewmodels.library.rail_model import RailKind
from tests.gui.real_window import Sitting, sitting
from tests.gui.test_main_view import DEAD_END

CONTROL = Qt.KeyboardModifier.ControlModifier


class Desk:
    """A person with the rail at the left of the editor."""

    def __init__(self, at: Sitting, loop: StudioEventLoop, bot: QtBot) -> None:
        self.at, self.loop, self.bot = at, loop, bot
        self.tree = at.named(RailTree, "Drafts, library and projects")

    def drafts(self) -> list[str]:
        """The drafts of the rail, by their words."""
        entries = [entry_of(line) for line in self.tree.lines()]
        return [entry.words for entry in entries if entry is not None and entry.kind is RailKind.DRAFT]

    def line(self, words: str) -> QTreeWidgetItem:
        return next(line for line in self.tree.lines() if line.text(0) == words)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = CONTROL) -> None:
        self.bot.keyClick(self.at.editor, key, modifiers)

    def write(self, words: str) -> None:
        self.bot.keyClicks(self.at.editor, words)

    def open(self, words: str) -> None:
        self.tree.itemClicked.emit(self.line(words), 0)
        self.until_text(words)

    def choose_takes(self, count: int) -> None:
        self.at.window.findChildren(OptionChips)[0].takes_chosen.emit(count)

    def begin(self) -> None:
        self.press(Qt.Key.Key_N)
        self.until_text("")

    def until_text(self, words: str) -> None:
        self.bot.waitUntil(lambda: self.at.editor.text() == words)

    def until_drafts(self, *words: str) -> None:
        self.bot.waitUntil(lambda: self.drafts() == list(words))


@contextmanager
def desk(loop: StudioEventLoop, qtbot: QtBot, folder: Path) -> Iterator[Desk]:
    with sitting(loop, qtbot, folder, DEAD_END) as at:
        yield Desk(at, loop, qtbot)


def test_each_draft_keeps_text_and_undo_steps_while_others_are_written_and_over_a_restart(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.write("Harbour")
        at.begin()
        at.write("Alley")
        at.until_drafts("Alley", "Harbour")
        at.open("Harbour")
        at.write("!")
        assert at.at.editor.text() == "Harbour!"
        at.press(Qt.Key.Key_Z)
        assert at.at.editor.text() == "Harbour"
        at.press(Qt.Key.Key_Tab)
        at.until_text("Alley")
        at.press(Qt.Key.Key_Z)
        assert at.at.editor.text() == ""
        at.press(Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
        assert at.at.editor.text() == "Alley"
    with desk(loop, qtbot, tmp_path) as at:
        at.bot.waitUntil(lambda: set(at.drafts()) == {"Alley", "Harbour"})
        assert at.at.editor.text() == "Alley"


def test_what_is_typed_while_a_draft_is_opened_belongs_to_the_one_that_is_shown(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.write("Harbour")
        at.begin()
        at.write("Alley")
        at.until_drafts("Alley", "Harbour")
        at.tree.itemClicked.emit(at.line("Harbour"), 0)
        at.write(" at night")  # before the other draft has been read
        at.until_text("Harbour")
        at.until_drafts("Alley at night", "Harbour")


def test_a_draft_is_renamed_copied_and_trashed_and_each_can_be_taken_back(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.write("Harbour")
        at.until_drafts("Harbour")
        at.tree.setCurrentItem(at.line("Harbour"))
        at.bot.keyClick(at.tree, Qt.Key.Key_F2)
        field = at.tree.findChild(QLineEdit)
        assert field is not None
        at.bot.keyClicks(field, "Opening")
        at.bot.keyClick(field, Qt.Key.Key_Return)
        at.until_drafts("Opening")
        at.at.window.drafts.duplicate(at.at.window.compose.draft)
        at.until_drafts("Harbour", "Opening")
        at.tree.setCurrentItem(at.line("Opening"))
        at.bot.keyClick(at.tree, Qt.Key.Key_Delete)
        at.until_drafts("Harbour")
        assert at.at.reads("1 draft moved to the trash")
        at.bot.keyClick(at.tree, Qt.Key.Key_Z, CONTROL)
        at.until_drafts("Harbour", "Opening")


def test_the_open_draft_goes_to_the_trash_and_the_next_one_is_shown(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.write("Harbour")
        at.begin()
        at.write("Alley")
        at.until_drafts("Alley", "Harbour")
        at.tree.setFocus()
        at.tree.setCurrentItem(at.line("Alley"))
        at.bot.keyClick(at.tree, Qt.Key.Key_Delete)
        at.until_text("Harbour")
        at.until_drafts("Harbour")
        assert at.tree.hasFocus()
        at.bot.keyClick(at.tree, Qt.Key.Key_Z, CONTROL)
        at.until_drafts("Alley", "Harbour")
        at.tree.setCurrentItem(at.line("Alley"))
        at.bot.keyClick(at.tree, Qt.Key.Key_Delete)
        at.until_drafts("Harbour")
    with desk(loop, qtbot, tmp_path) as at:
        assert at.at.editor.text() == "Harbour"


def test_only_a_draft_in_which_nothing_was_ever_written_is_not_kept(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.write("Harbour")
        at.begin()
        at.choose_takes(2)
        at.until_drafts("Empty draft", "Harbour")
        at.open("Harbour")
        at.until_drafts("Harbour")
        at.press(Qt.Key.Key_A)
        at.bot.keyClick(at.at.editor, Qt.Key.Key_Delete)
        at.begin()
        at.until_drafts("Empty draft")
        at.tree.itemClicked.emit(at.line("Empty draft"), 0)
        at.bot.waitUntil(lambda: at.at.window.compose.draft != 0)
        at.press(Qt.Key.Key_Z)
        assert at.at.editor.text() == "Harbour"


def test_a_task_belongs_to_its_draft_and_to_the_drafts_project(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    with desk(loop, qtbot, tmp_path) as at:
        at.write("Harbour")
        at.until_drafts("Harbour")
        new = at.line("New project")
        at.tree.itemClicked.emit(new, 0)
        field = at.tree.findChild(QLineEdit)
        assert field is not None
        at.bot.keyClicks(field, "Rain Film")
        at.bot.keyClick(field, Qt.Key.Key_Return)
        at.bot.waitUntil(lambda: any(line.text(0) == "Rain Film" for line in at.tree.lines()))
        draft, studio = at.at.window.compose.draft, at.at.studio
        loop.run_until_complete(studio.documents.move_to_project([draft], 1))
        at.at.editor.setFocus()
        at.at.press_generate()

        def tasks() -> list[Task]:
            return loop.run_until_complete(studio.tasks.get_many([1]))

        at.bot.waitUntil(lambda: len(tasks()) == 1)
        (task,) = tasks()
        assert (task.document, task.project) == (draft, 1)
