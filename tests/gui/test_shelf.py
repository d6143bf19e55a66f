"""The shelf in the side panel: templates, snippets and cards found, used, made, changed, removed and shared."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QListView, QPlainTextEdit, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.prompt_item import read_item, write_item
from sora_studio.domain.writing.snippets import Snippet
from sora_studio.ui.kit.text_box import TextBox
from sora_studio.ui.window.side_panel import WRITING_TABS, SideTab
from tests.gui.real_window import Sitting, sitting
from tests.gui.test_drafts import DEAD_END

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ANNA = Card("anna", CardKind.CHARACTER, "Anna, 40, red coat")
RAIN = Snippet("rain", "rain on ${1:the roof} and $2$0")


class Desk:
    """A person in the writing room with the shelf open."""

    def __init__(self, at: Sitting, bot: QtBot) -> None:
        self.at, self.bot = at, bot
        QTest.keyClick(at.window, Qt.Key.Key_1, CTRL | SHIFT)
        assert at.window.side.tabs == WRITING_TABS
        at.window.side.show_tab(SideTab.SHELF)
        self.list = at.named(QListView, "Templates, snippets and cards")
        self.field = at.named(QLineEdit, "Search templates, snippets and cards")
        bot.waitUntil(lambda: len(self.rows()) > 3)

    def rows(self) -> list[str]:
        """The lines as a screen reader says them."""
        model = self.list.model()
        places = (model.index(row, 0) for row in range(model.rowCount()))
        return [str(place.data(Qt.ItemDataRole.AccessibleTextRole)) for place in places]

    def has(self, words: str) -> bool:
        return any(row.startswith(words) for row in self.rows())

    def choose(self, words: str) -> None:
        at = next(at for at, row in enumerate(self.rows()) if row.startswith(words))
        self.list.setCurrentIndex(self.list.model().index(at, 0))

    def press(self, name: str) -> None:
        QTest.mouseClick(self.at.named(QPushButton, name), Qt.MouseButton.LeftButton)

    def pick(self, name: str) -> None:
        QTest.mouseClick(self.at.named(QRadioButton, name), Qt.MouseButton.LeftButton)

    def fill(self, name: str, words: str) -> None:
        self.at.named(QLineEdit, name).setText(words)

    def preview(self) -> str:
        return self.at.named(QPlainTextEdit, "What it puts into the prompt").toPlainText()

    def answer(self, path: Path) -> None:
        """Choose a file in the dialog that is open."""
        [dialog] = [one for one in self.at.window.findChildren(QFileDialog) if one.isVisible()]
        dialog.fileSelected.emit(str(path))
        dialog.done(0)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of the person's own items, with one of each and a damaged file."""
    folder = tmp_path / "data" / "prompts"
    for item, shelf in ((ANNA, "cards"), (RAIN, "snippets")):
        (folder / shelf).mkdir(parents=True)
        (folder / shelf / f"{item.name}.toml").write_text(write_item(item), encoding="utf-8")
    (folder / "cards" / "broken.toml").write_text('kind = "place"\nname = "x\n', encoding="utf-8")
    return folder


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, own: Path) -> Iterator[Desk]:
    with sitting(loop, qtbot, tmp_path, DEAD_END) as at:
        yield Desk(at, qtbot)


def test_all_are_listed_with_counts_and_damaged_files_are_named_with_their_place(desk: Desk) -> None:
    assert desk.rows()[0] == "Templates, 10"
    assert desk.has("Snippets, 7")
    assert "@anna, character · yours, Anna, 40, red coat" in desk.rows()
    assert desk.at.reads("broken.toml, line 2: ")
    desk.field.setText("RED anna")
    assert desk.rows() == ["Cards, 1", "@anna, character · yours, Anna, 40, red coat"]
    assert desk.preview() == "Anna, 40, red coat"
    desk.field.setText("ra")
    assert desk.preview() == "rain on the roof and ", "what is called so, not the first line"
    desk.field.setText("no such thing")
    assert desk.at.reads("Nothing found.")


def test_enter_inserts_a_snippet_a_card_and_a_template(desk: Desk) -> None:
    editor = desk.at.editor
    desk.choose("/rain")
    QTest.keyClick(desk.list, Qt.Key.Key_Return)
    assert editor.text() == "rain on the roof and "
    assert editor.hasFocus()
    assert editor.textCursor().selectedText() == "the roof"
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    desk.field.setText("@anna")
    QTest.keyClick(desk.field, Qt.Key.Key_Return)
    assert editor.text() == "rain on the roof and @anna"
    desk.field.setText("trailer beat")
    desk.press("Fill the prompt: Trailer beat")
    assert editor.text().startswith("Style\n35mm film")
    assert editor.textCursor().selectedText().startswith("A lighthouse keeper")
    editor.undo()
    assert editor.text() == "rain on the roof and @anna"


def test_typed_names_are_completed_from_the_files(desk: Desk) -> None:
    editor = desk.at.editor
    editor.setFocus()
    QTest.keyClicks(editor, "Now @an")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, " in /rai")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.text() == "Now @anna in rain on the roof and "


def test_a_card_is_made_from_the_selection_edited_removed_and_brought_back(desk: Desk, own: Path) -> None:
    editor = desk.at.editor
    editor.replace("She waits on a long wooden pier.")
    editor.select(len("She waits on "), len("She waits on a long wooden pier"))
    desk.press("New snippet, card or template")
    assert desk.at.named(TextBox, "Text").text() == "a long wooden pier"
    desk.pick("Make a Card")
    desk.pick("Kind of card Place")
    desk.fill("Name", "anna")
    desk.press("Save to the shelf")
    desk.bot.waitUntil(lambda: desk.at.reads("There is @anna already. Choose another name."))
    desk.fill("Name", "pier")
    QTest.keyClick(desk.at.named(QLineEdit, "Name"), Qt.Key.Key_Return)
    desk.bot.waitUntil(lambda: desk.has("@pier"))
    kept = own / "cards" / "pier.toml"
    assert read_item(kept.read_text(encoding="utf-8"), "pier.toml") == Card("pier", CardKind.PLACE, "a long wooden pier")
    assert desk.list.hasFocus()
    desk.bot.waitUntil(lambda: desk.preview() == "a long wooden pier")
    QTest.keyClick(desk.list, Qt.Key.Key_F2)
    desk.at.named(TextBox, "Text").show_text("a short pier")
    desk.press("Save to the shelf")
    desk.bot.waitUntil(lambda: "@pier, place · yours, a short pier" in desk.rows())
    QTest.keyClick(desk.list, Qt.Key.Key_Delete)
    desk.bot.waitUntil(lambda: not desk.has("@pier"))
    assert not kept.exists()
    desk.list.setFocus()
    QTest.keyClick(desk.list, Qt.Key.Key_Z, CTRL)
    desk.bot.waitUntil(lambda: desk.has("@pier"))


def test_esc_leaves_the_form_and_what_was_typed_is_there_when_it_is_opened_again(desk: Desk) -> None:
    desk.press("New snippet, card or template")
    name, text = desk.at.named(QLineEdit, "Name"), desk.at.named(TextBox, "Text")
    desk.bot.waitUntil(name.hasFocus)
    text.show_text("half of an idea")
    QTest.keyClick(name, Qt.Key.Key_Escape)
    assert not name.isVisible()
    assert desk.list.hasFocus()
    assert desk.at.window.side.tabs == WRITING_TABS, "the window did not take Esc"
    desk.press("New snippet, card or template")
    assert text.text() == "half of an idea"
    desk.press("Cancel editing")
    desk.press("New snippet, card or template")
    assert text.text() == ""


def test_two_presses_of_save_are_one(desk: Desk, loop: StudioEventLoop) -> None:
    desk.press("New snippet, card or template")
    desk.fill("Name", "twice")
    desk.at.named(TextBox, "Text").show_text("text")
    told = list[object]()
    desk.at.window.shelf.model.saved.connect(told.append)
    desk.at.window.shelf.model.refused.connect(told.append)
    desk.press("Save to the shelf")
    desk.press("Save to the shelf")
    desk.bot.waitUntil(lambda: desk.has("/twice"))
    loop.run_until_complete(desk.at.studio.prompt_library.read())
    assert len(told) == 2, "that nothing was refused, and what was saved"


def test_the_arrows_go_over_the_headings(desk: Desk) -> None:
    desk.choose("Trailer beat")
    QTest.keyClick(desk.list, Qt.Key.Key_Down)
    assert desk.preview().startswith("Beats")
    QTest.keyClick(desk.list, Qt.Key.Key_Up)
    assert desk.preview().startswith("Style")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("", "x", "Give it a name."),
        ("two words", "x", "A name begins with a letter"),
        ("/rain-2", " ", "Write its text."),
        ("rain-2", "on ${1:the roof", "has no }."),
    ],
)
def test_the_form_says_what_is_missing_and_keeps_what_was_typed(desk: Desk, name: str, text: str, says: str) -> None:
    desk.press("New snippet, card or template")
    desk.fill("Name", name)
    desk.at.named(TextBox, "Text").show_text(text)
    desk.press("Save to the shelf")
    assert desk.at.reads(says)
    assert desk.at.named(TextBox, "Text").text() == text


def test_an_edited_shipped_one_is_the_persons_own_and_removing_it_brings_the_shipped_one_back(desk: Desk) -> None:
    desk.choose("Trailer beat")
    assert not desk.at.named(QPushButton, "Remove: Trailer beat").isVisible()
    desk.press("Edit: Trailer beat")
    desk.at.named(TextBox, "Text").show_text("[[hero]] runs to [[the-end]].")
    desk.press("Save to the shelf")
    desk.bot.waitUntil(lambda: desk.has("Trailer beat, 10 s · yours"))
    assert desk.preview() == "A lighthouse keeper in her sixties, yellow oilskin, grey braid runs to the end."
    desk.press("Remove: Trailer beat")
    desk.bot.waitUntil(lambda: desk.has("Trailer beat, 10 s, "))


def test_a_file_goes_out_and_comes_in_and_is_never_replaced(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "shared.toml"
    desk.choose("@anna")
    desk.press("Export: @anna")
    desk.answer(out)
    desk.bot.waitUntil(out.exists)
    desk.press("Export: @anna")
    desk.answer(out)
    desk.bot.waitUntil(lambda: desk.at.reads("There is a file shared.toml already."))
    out.write_text(out.read_text(encoding="utf-8").replace('"anna"', '"ida"'), encoding="utf-8")
    desk.press("Import a snippet, card or template")
    desk.answer(out)
    desk.bot.waitUntil(lambda: desk.has("@ida"))
    assert not [label for label in desk.at.window.findChildren(QLabel) if "already" in label.text() and label.isVisible()]
    out.write_text('kind = "poem"', encoding="utf-8")
    desk.press("Import a snippet, card or template")
    desk.answer(out)
    desk.bot.waitUntil(lambda: desk.at.reads("shared.toml, line 1: "))


def test_the_picture_of_a_card_is_kept_beside_it(desk: Desk, own: Path, tmp_path: Path) -> None:
    picture = tmp_path / "Anna.PNG"
    picture.write_bytes(b"pixels")
    desk.choose("@anna")
    desk.press("Edit: @anna")
    desk.press("Choose a picture for the card")
    desk.answer(picture)
    desk.press("Save to the shelf")
    desk.bot.waitUntil(lambda: desk.at.reads("Picture: anna.png"))
    assert (own / "cards" / "anna.png").read_bytes() == b"pixels"
