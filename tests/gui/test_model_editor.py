"""The model editor: errors at their lines as one types, the exact request, and nothing typed is ever lost."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.services.models.model_library import ModelLibrary
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.models.error_list import FINE
from sora_studio.ui.settings.models.model_editor import ModelEditor
from tests.doubles.model_library import model_folders, model_library, write_own
from tests.doubles.models import HARBOUR, shipped_texts

NAME = "harbour-1.toml"


@dataclass
class Desk:
    """The editor at work on a folder of models."""

    editor: ModelEditor
    library: ModelLibrary
    own: Path
    loop: StudioEventLoop
    qtbot: QtBot

    def open(self, name: str = NAME, **where: int) -> None:
        self.editor.open(self.library, name=name, **where)
        self.qtbot.waitUntil(lambda: self.editor.model.file is not None and self.editor.model.file.name == name)

    def replace(self, before: str, after: str) -> None:
        """Select the first place of a text and type another one over it."""
        cursor = self.editor.text.document().find(before)
        assert not cursor.isNull()
        self.editor.text.setTextCursor(cursor)
        self.qtbot.keyClicks(self.editor.text, after)

    def click(self, words: str) -> None:
        (button,) = [each for each in self.editor.findChildren(QPushButton) if each.text() == words and each.isVisible()]
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def save(self) -> None:
        self.editor.activateWindow()
        self.qtbot.keyClick(self.editor.text, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    def says(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: words in self.editor.question.words)

    def errors(self, *rows: str) -> None:
        self.qtbot.waitUntil(lambda: self.editor.errors.words() == list(rows))

    def kept(self) -> str:
        self.loop.run_until_complete(self.editor.finish())
        path = self.own / "unsaved" / NAME
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def desk(loop: StudioEventLoop, tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    def fail(error: BaseException, name: str) -> None:
        pytest.fail(f"{name}: {error!r}")

    shipped, own = model_folders(tmp_path)
    write_own(own, "harbour-1")
    scope, parent = TaskScope(fail), QWidget()
    qtbot.addWidget(parent)
    desk = Desk(ModelEditor(scope, parent), model_library(shipped, own), own, loop, qtbot)
    desk.open()
    with qtbot.waitActive(desk.editor):
        desk.editor.activateWindow()
    yield desk
    loop.run_until_complete(scope.close())


def line_of(words: str, text: str = HARBOUR) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_an_error_stands_at_its_line_while_typing_and_a_click_goes_there(desk: Desk) -> None:
    desk.errors(FINE)
    desk.replace("required = true", "required = 1")
    line = line_of("required = true")
    desk.errors(f"Line {line}: required must be true or false, not a number.")
    (mark,) = desk.editor.text.extraSelections()
    assert mark.cursor.blockNumber() == line - 1  # type: ignore[attr-defined] - not in the stubs
    desk.editor.text.moveCursor(QTextCursor.MoveOperation.Start)
    item = desk.editor.errors.item(0)
    place = desk.editor.errors.visualItemRect(item).center()
    desk.qtbot.mouseClick(desk.editor.errors.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert desk.editor.text.textCursor().blockNumber() == line - 1
    assert desk.editor.text.hasFocus()
    desk.qtbot.keySequence(desk.editor.text, QKeySequence.StandardKey.Undo)
    desk.errors(FINE)


def test_the_exact_request_follows_form_and_text(desk: Desk) -> None:
    editor, qtbot = desk.editor, desk.qtbot
    assert editor.request.words() == "This would not be sent:\n• Choose Resolution first."
    (quality,) = [each for each in editor.form.findChildren(Segments) if each.accessibleName() == "Resolution"]
    qtbot.mouseClick(quality.buttons[0], Qt.MouseButton.LeftButton)
    (prompt,) = [each for each in editor.form.findChildren(QLineEdit) if each.accessibleName() == "Sample prompt"]
    prompt.clear()
    qtbot.keyClicks(prompt, "Mist")
    made = {"mode": "text-to-video", "prompt": "Mist", "seconds": "5", "quality": "720p"}
    assert json.loads(editor.request.words()) == {"model": "harbour-1", "provider": None, "input": made}

    desk.replace("default = 5", "default = 10")
    qtbot.waitUntil(lambda: '"seconds": "10"' in editor.request.words())
    desk.replace("default = 10", "default = 11")
    qtbot.waitUntil(lambda: any("those of the last text" in label for label in _labels(editor.request)))
    assert '"seconds": "10"' in editor.request.words()


def _labels(widget: QWidget) -> list[str]:
    return [child.accessibleName() for child in widget.findChildren(QWidget) if child.isVisible()]


def test_a_save_writes_the_file_and_says_when_it_counts(desk: Desk) -> None:
    desk.replace("Harbour 1", "My Harbour")
    assert desk.kept().count("My Harbour") == 1
    desk.save()
    desk.says("Saved. It takes effect at the next start.")
    assert (desk.own / NAME).read_text(encoding="utf-8") == HARBOUR.replace("Harbour 1", "My Harbour", 1)
    assert desk.kept() == ""


def test_a_save_keeps_what_was_changed_elsewhere(desk: Desk) -> None:
    desk.replace("Harbour 1", "My Harbour")
    write_own(desk.own, "harbour-1", "from elsewhere")
    desk.save()
    desk.says(f"that version is kept as {NAME}.bak.")
    assert (desk.own / f"{NAME}.bak").read_text(encoding="utf-8") == "from elsewhere"


def test_a_text_with_errors_is_saved_only_when_confirmed(desk: Desk) -> None:
    desk.replace("required = true", "required = 1")
    desk.save()
    desk.says("If you save it, the model is left out until it is mended.")
    assert (desk.own / NAME).read_text(encoding="utf-8") == HARBOUR
    desk.click("Cancel")
    desk.save()
    desk.says("If you save it")
    desk.click("Save anyway")
    desk.says("Saved.")
    assert "required = 1" in (desk.own / NAME).read_text(encoding="utf-8")


def test_what_is_typed_comes_back_and_revert_can_be_undone(desk: Desk) -> None:
    desk.replace("Harbour 1", "My Harbour")
    desk.editor.close()
    desk.qtbot.waitUntil((desk.own / "unsaved" / NAME).exists)
    desk.open("sora-2.toml")
    assert desk.editor.text.text() == shipped_texts()["sora-2"]
    desk.open(NAME)
    desk.says("Unsaved changes from earlier are shown.")
    assert "My Harbour" in desk.editor.text.text()
    desk.click("Revert")
    assert desk.editor.text.text() == HARBOUR
    assert desk.kept() == ""
    desk.qtbot.keySequence(desk.editor.text, QKeySequence.StandardKey.Undo)
    assert "My Harbour" in desk.editor.text.text()


def test_what_is_typed_is_kept_within_a_second_without_being_asked(desk: Desk) -> None:
    desk.replace("Harbour 1", "My Harbour")
    path = desk.own / "unsaved" / NAME
    desk.qtbot.waitUntil(lambda: path.exists() and "My Harbour" in path.read_text(encoding="utf-8"))


def test_a_shipped_profile_becomes_an_own_file_and_is_restored(desk: Desk) -> None:
    desk.open("sora-2.toml")
    desk.replace('"Sora 2"', '"My Sora"')
    desk.save()
    desk.says("Saved.")
    desk.replace('"My Sora"', '"Typed"')
    desk.click("Restore the shipped one…")
    desk.click("Restore")
    desk.says("The shipped profile is used from the next start.")
    assert desk.editor.text.text() == shipped_texts()["sora-2"]
    assert not (desk.own / "sora-2.toml").exists()
    desk.click("Undo")
    desk.says("Your own file is in use again.")
    assert '"Typed"' in desk.editor.text.text()


def test_a_duplicate_is_opened_under_its_own_slug(desk: Desk) -> None:
    desk.click("Duplicate…")
    desk.says("Slug of the copy")
    desk.qtbot.keyClick(desk.editor.question._name, Qt.Key.Key_Return)
    desk.says("The copy is saved as harbour-1-2.toml.")
    assert 'slug       = "harbour-1-2"' in desk.editor.text.text()
    desk.errors(FINE)


def test_a_proposal_is_installed_by_saving_it(desk: Desk) -> None:
    proposal = desk.own / "proposed" / "x" / NAME
    proposal.parent.mkdir(parents=True)
    proposal.write_text(HARBOUR.replace("Harbour 1", "Harbour Next"), encoding="utf-8")
    desk.editor.open(desk.library, proposal=proposal)
    desk.qtbot.waitUntil(lambda: "Harbour Next" in desk.editor.text.text())
    desk.save()
    desk.says(f"Saved. It takes effect at the next start. Your former file is kept as {NAME}.bak.")
    assert "Harbour Next" in (desk.own / NAME).read_text(encoding="utf-8")


def test_it_opens_at_a_line(desk: Desk) -> None:
    desk.open(NAME, line=7)
    desk.qtbot.waitUntil(lambda: desk.editor.text.textCursor().blockNumber() == 6)


def test_what_is_typed_while_another_file_opens_stays_with_its_own(desk: Desk) -> None:
    desk.editor.open(desk.library, name="sora-2.toml")
    desk.replace("Harbour 1", "My Harbour")
    desk.qtbot.waitUntil(lambda: desk.editor.text.text() == shipped_texts()["sora-2"])
    assert "My Harbour" in (desk.own / "unsaved" / NAME).read_text(encoding="utf-8")
    assert not (desk.own / "unsaved" / "sora-2.toml").exists()


def test_opening_the_same_file_again_loses_nothing(desk: Desk) -> None:
    desk.replace("Harbour 1", "My Harbour")
    desk.editor.open(desk.library, name=NAME)
    desk.says("Unsaved changes from earlier are shown.")
    assert "My Harbour" in desk.editor.text.text()
