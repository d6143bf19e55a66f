"""The prompt editor, as a person types into it."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.ui.compose.prompt_editor import DEFAULT_PX, LARGEST_PX, SMALLEST_PX, USUAL_LINE_HEIGHT, PromptEditor

MIXED = "Ferry 🛥️ at dawn — שלום עולם, مرحبا 👩‍👩‍👧 and on"


@pytest.fixture
def editor(qtbot: QtBot) -> PromptEditor:
    made = PromptEditor()
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.show()
    made.setFocus()
    qtbot.waitExposed(made)
    return made


def marked_text(editor: PromptEditor) -> str:
    return "".join(selection.cursor.selectedText() for selection in editor.extraSelections())


def test_lines_stand_one_and_six_tenths_of_the_type_apart_in_every_paragraph(editor: PromptEditor) -> None:
    editor.replace("one\ntwo")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "three")
    layout, blocks = editor.document().documentLayout(), [editor.document().findBlockByNumber(n) for n in range(3)]
    tops = [layout.blockBoundingRect(block).top() for block in blocks]
    assert tops[1] - tops[0] == pytest.approx(1.6 * DEFAULT_PX, abs=0.5)
    assert tops[2] - tops[1] == pytest.approx(1.6 * DEFAULT_PX, abs=0.5)


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_each_enter_begins_a_paragraph_of_the_same_height(editor: PromptEditor, modifier: Qt.KeyboardModifier) -> None:
    QTest.keyClicks(editor, "one")
    for _ in range(3):
        QTest.keyClick(editor, Qt.Key.Key_Return, modifier)
    QTest.keyClicks(editor, "two")
    assert editor.text() == "one\n\n\ntwo"
    heights = {editor.document().findBlockByNumber(number).blockFormat().lineHeight() for number in range(4)}
    assert heights == {USUAL_LINE_HEIGHT}


def test_length_caret_and_text_are_python_characters(editor: PromptEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.edited) as typed:
        editor.replace(MIXED)
    assert typed.args == [MIXED]
    assert editor.text() == MIXED
    assert editor.caret() == len(MIXED)
    editor.set_caret(8)
    assert editor.caret() == 8


def test_what_lies_behind_the_limit_is_marked_by_characters_and_only_that(editor: PromptEditor) -> None:
    editor.set_limit(10)
    editor.replace("🙂" * 10)
    assert marked_text(editor) == ""
    QTest.keyClicks(editor, "ab")
    assert marked_text(editor) == "ab"
    editor.set_caret(0)
    QTest.keyClick(editor, Qt.Key.Key_X)
    assert marked_text(editor) == "🙂ab"
    editor.replace("short")
    assert marked_text(editor) == ""


def test_replacing_the_text_is_one_step_back_to_what_was_typed(editor: PromptEditor) -> None:
    QTest.keyClicks(editor, "my own words")
    editor.replace("Words of\nanother clip")
    editor.undo()
    assert editor.text() == "my own words"
    editor.undo()
    assert editor.text() == ""
    editor.redo()
    editor.redo()
    assert editor.text() == "Words of\nanother clip"


def test_rich_text_comes_in_plain(editor: PromptEditor) -> None:
    mime = QMimeData()
    mime.setHtml("<h1>Big</h1><b>bold</b>")
    mime.setText("Big\r\nbold\0")
    QGuiApplication.clipboard().setMimeData(mime)
    editor.paste()
    assert editor.text() == "Big\nbold"
    assert "font-weight" not in editor.toHtml().partition("<p")[2]


def test_a_picture_on_the_clipboard_goes_to_the_well_and_leaves_the_text_alone(editor: PromptEditor, qtbot: QtBot) -> None:
    QTest.keyClicks(editor, "words")
    QGuiApplication.clipboard().setImage(QImage(8, 8, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(editor.pictures_offered):
        editor.paste()
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/a.png")])
    files.setText("/tmp/a.png")
    with qtbot.waitSignal(editor.pictures_offered):
        editor.insertFromMimeData(files)
    assert editor.text() == "words"


def test_words_win_where_the_clipboard_holds_both(editor: PromptEditor, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
    mime.setText("a cell of a table")
    with qtbot.assertNotEmitted(editor.pictures_offered):
        editor.insertFromMimeData(mime)
    assert editor.text() == "a cell of a table"


def test_the_keyboard_zooms_within_what_can_be_read_and_changes_no_text(editor: PromptEditor) -> None:
    QTest.keyClicks(editor, "words")
    for _ in range(40):
        QTest.keyClick(editor, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert editor.fontInfo().pixelSize() == LARGEST_PX
    for _ in range(40):
        QTest.keyClick(editor, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert editor.fontInfo().pixelSize() == SMALLEST_PX
    QTest.keyClick(editor, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert editor.fontInfo().pixelSize() == DEFAULT_PX
    editor.undo()
    assert editor.text() == ""


def test_ctrl_and_wheel_zoom(editor: PromptEditor) -> None:
    event = QWheelEvent(
        QPointF(20, 20),
        QPointF(20, 20),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor.viewport(), event)
    assert editor.fontInfo().pixelSize() == DEFAULT_PX + 1


def test_ctrl_enter_is_no_line(editor: PromptEditor) -> None:
    QTest.keyClicks(editor, "words")
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert editor.text() == "words"


def test_the_caret_stays_in_sight_when_the_editor_gets_smaller(editor: PromptEditor) -> None:
    editor.replace("line\n" * 40)
    editor.resize(600, 120)
    assert editor.viewport().rect().contains(editor.cursorRect().center())


def test_a_space_that_must_not_break_stays_one(editor: PromptEditor) -> None:
    editor.replace("12\u00a0mm")
    assert editor.text() == "12\u00a0mm"
