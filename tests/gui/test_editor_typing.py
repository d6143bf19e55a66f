"""Typing in the prompt: undo steps, line commands, input methods, right-to-left text."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.ui.compose.editing.typewriter import Typewriter
from sora_studio.ui.compose.editing.undo_breaks import UndoBreaks
from sora_studio.ui.compose.prompt_editor import PromptEditor

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
ARABIC = "مرحبا بالعالم"
HEBREW = "שלום עולם"
FAMILY = "👩‍👩‍👧"


@pytest.fixture
def editor(qtbot: QtBot) -> PromptEditor:
    made = PromptEditor()
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    made.setFocus()
    qtbot.waitExposed(made)
    return made


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(editor: PromptEditor) -> Clock:
    clock = Clock()
    editor.undo_breaks = UndoBreaks(clock)
    return clock


def undone(editor: PromptEditor) -> list[str]:
    """Every text that undoing leads through."""
    texts = list[str]()
    while editor.document().isUndoAvailable():
        editor.undo()
        texts.append(editor.text())
    return texts


def lines(editor: PromptEditor, text: str, *, caret: int) -> None:
    editor.replace(text, caret=caret)
    editor.forget_history()


def test_a_pause_begins_an_undo_step(editor: PromptEditor, clock: Clock) -> None:
    QTest.keyClicks(editor, "mist")
    clock.now_s = 1.5
    QTest.keyClicks(editor, "ing")
    clock.now_s = 2.0
    QTest.keyClicks(editor, " over")
    assert undone(editor) == ["mist", ""]


def test_the_first_word_after_punctuation_begins_an_undo_step(editor: PromptEditor, clock: Clock) -> None:
    QTest.keyClicks(editor, "mist rises, gulls cry.  A bell")
    assert undone(editor) == ["mist rises, gulls cry.  ", "mist rises, ", ""]
    for _ in range(3):
        editor.redo()
    assert editor.text() == "mist rises, gulls cry.  A bell"


def test_what_is_pasted_is_a_step_of_its_own(editor: PromptEditor, clock: Clock) -> None:
    mime = QMimeData()
    mime.setText("pasted")
    QTest.keyClicks(editor, "a")
    editor.insertFromMimeData(mime)
    QTest.keyClicks(editor, "b")
    assert undone(editor) == ["apasted", "a", ""]


def test_an_over_long_paste_is_kept_whole(editor: PromptEditor) -> None:
    editor.set_limit(10_000)
    mime = QMimeData()
    mime.setText("🛥️ferry\0 " * 2_000)
    editor.insertFromMimeData(mime)
    assert editor.text() == "🛥️ferry " * 2_000
    [mark] = editor.extraSelections()
    assert len(mark.cursor.selectedText().encode("utf-16-le")) // 2 > 6_000  # type: ignore[attr-defined]


COMMANDS: list[tuple[str, Qt.Key, Qt.KeyboardModifier, str, int, str, int]] = [
    ("up", Qt.Key.Key_Up, ALT, "one\ntwo\nthree", 5, "two\none\nthree", 1),
    ("up from the last", Qt.Key.Key_Up, ALT, "one\ntwo", 7, "two\none", 3),
    ("up from the first", Qt.Key.Key_Up, ALT, "one\ntwo", 1, "one\ntwo", 1),
    ("down", Qt.Key.Key_Down, ALT, "one\ntwo\nthree", 1, "two\none\nthree", 5),
    ("down to the last", Qt.Key.Key_Down, ALT, "one\ntwo", 3, "two\none", 7),
    ("down from the last", Qt.Key.Key_Down, ALT, "one\ntwo", 5, "one\ntwo", 5),
    ("down over an empty one", Qt.Key.Key_Down, ALT, "one\n\ntwo", 0, "\none\ntwo", 1),
    ("duplicate", Qt.Key.Key_D, CTRL, "one\ntwo", 1, "one\none\ntwo", 5),
    ("duplicate the last", Qt.Key.Key_D, CTRL, "🛥️", 1, "🛥️\n🛥️", 4),
    ("join", Qt.Key.Key_J, CTRL, "one  \n  two\nthree", 0, "one two\nthree", 3),
    ("join an empty one", Qt.Key.Key_J, CTRL, "one\n\ntwo", 0, "one\ntwo", 3),
    ("join the last", Qt.Key.Key_J, CTRL, "one", 0, "one", 0),
    ("delete", Qt.Key.Key_K, CTRL | SHIFT, "one\ntwo\nthree", 6, "one\nthree", 6),
    ("delete the last", Qt.Key.Key_K, CTRL | SHIFT, "one\ntwo", 6, "one", 2),
    ("delete the only one", Qt.Key.Key_K, CTRL | SHIFT, "one", 2, "", 0),
]


@pytest.mark.parametrize(
    ("key", "modifier", "before", "at", "after", "caret"), [case[1:] for case in COMMANDS], ids=[case[0] for case in COMMANDS]
)
def test_a_line_command_is_one_undo_step(
    editor: PromptEditor, key: Qt.Key, modifier: Qt.KeyboardModifier, before: str, at: int, after: str, caret: int
) -> None:
    lines(editor, before, caret=at)
    QTest.keyClick(editor, key, modifier)
    assert (editor.text(), editor.caret()) == (after, caret)
    assert undone(editor) == ([] if before == after else [before])


def test_selected_lines_move_together_and_stay_selected(editor: PromptEditor) -> None:
    lines(editor, "a\nbb\ncc\nd", caret=2)
    for _ in range(4):
        QTest.keyClick(editor, Qt.Key.Key_Right, SHIFT)  # up to the c
    QTest.keyClick(editor, Qt.Key.Key_Up, ALT)
    assert (editor.text(), editor.textCursor().selectedText()) == ("bb\ncc\na\nd", "bb\u2029c")
    QTest.keyClick(editor, Qt.Key.Key_Down, ALT)
    QTest.keyClick(editor, Qt.Key.Key_Down, ALT)
    assert (editor.text(), editor.textCursor().selectedText()) == ("a\nd\nbb\ncc", "bb\u2029c")
    QTest.keyClick(editor, Qt.Key.Key_J, CTRL)
    assert editor.text() == "a\nd\nbb cc"


def compose(editor: PromptEditor, preedit: str, committed: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if committed:
        event.setCommitString(committed)
    QApplication.sendEvent(editor, event)


def test_an_input_method_composes_and_commits(editor: PromptEditor, clock: Clock) -> None:
    editor.set_limit(3)
    lines(editor, "at dawn", caret=3)
    edited = list[str]()
    editor.edited.connect(edited.append)
    compose(editor, "にほ")
    compose(editor, "にほん")
    assert set(edited) <= {"at dawn"}
    assert editor.text() == "at dawn"
    clock.now_s = 5
    compose(editor, "", "日本")
    assert (editor.text(), editor.caret()) == ("at 日本dawn", 5)
    compose(editor, "っ")
    compose(editor, "")  # given up
    assert undone(editor) == ["at dawn"]


def test_what_is_composed_stays_with_its_draft(editor: PromptEditor) -> None:
    lines(editor, "first", caret=5)
    compose(editor, "にほ")
    editor.show_draft(2, "second", caret=0, leaving=1)
    assert editor.text() == "second"
    QTest.keyClicks(editor, "a ")
    assert editor.text() == "a second"
    editor.show_draft(1, "first", caret=5, leaving=2)
    assert editor.text() == "first"


def test_each_paragraph_has_its_own_direction(editor: PromptEditor) -> None:
    lines(editor, f"Ferry at dawn\n{ARABIC}\n{HEBREW} and Sora\n123 {HEBREW}", caret=0)
    right = Qt.LayoutDirection.RightToLeft
    directions = [editor.document().findBlockByNumber(number).textDirection() for number in range(4)]
    assert directions == [Qt.LayoutDirection.LeftToRight, right, right, right]
    editor.set_caret(len("Ferry at dawn\n"))
    assert editor.cursorRect().left() > editor.viewport().width() - 20


def xs(editor: PromptEditor, steps: int, key: Qt.Key) -> list[int]:
    found = [editor.cursorRect().left()]
    for _ in range(steps):
        QTest.keyClick(editor, key)
        found.append(editor.cursorRect().left())
    return found


@pytest.mark.parametrize(("text", "stops"), [(f"at {HEBREW} {FAMILY} dawn", 18), (f"{ARABIC} at {FAMILY}", 17)])
def test_the_right_key_moves_right_through_mixed_text(editor: PromptEditor, text: str, stops: int) -> None:
    lines(editor, text, caret=0)
    QTest.keyClick(editor, Qt.Key.Key_Home)
    is_rtl = editor.document().firstBlock().textDirection() is Qt.LayoutDirection.RightToLeft
    key = Qt.Key.Key_Left if is_rtl else Qt.Key.Key_Right
    found = xs(editor, stops, key)
    assert found == sorted(found, reverse=is_rtl)
    assert len(set(found)) >= stops - 3  # both sides of a seam are one place


def test_the_right_key_goes_on_into_the_next_paragraph(editor: PromptEditor) -> None:
    lines(editor, f"{HEBREW}\nat {HEBREW}\nend", caret=0)
    for _ in range(40):
        QTest.keyClick(editor, Qt.Key.Key_Left if editor.textCursor().blockNumber() == 0 else Qt.Key.Key_Right)
    assert editor.textCursor().blockNumber() == 2


def test_an_emoji_of_several_characters_is_one_step_and_deleted_as_one(editor: PromptEditor) -> None:
    lines(editor, f"a{FAMILY}b", caret=1)
    QTest.keyClick(editor, Qt.Key.Key_Right)
    assert editor.caret() == 1 + len(FAMILY)
    editor.set_caret(1)
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert editor.text() == "ab"


@pytest.mark.parametrize("line", ["line", f"{HEBREW} line {FAMILY}"])
def test_typewriter_scrolling_keeps_the_line_where_it_is(editor: PromptEditor, line: str) -> None:
    typewriter = Typewriter(editor)
    lines(editor, "\n".join(f"{line} {number}" for number in range(40)), caret=0)
    editor.set_caret(len(editor.text()))
    typewriter.turn(on=True)
    heights = set[int]()
    for _ in range(3):
        QTest.keyClick(editor, Qt.Key.Key_Return)
        QTest.keyClicks(editor, "on")
        heights.add(editor.cursorRect().center().y())
    assert max(heights) - min(heights) <= 1
    assert editor.viewport().height() * 0.4 < heights.pop() < editor.viewport().height() * 0.5
    typewriter.turn(on=False)
    assert editor.cursorRect().bottom() > editor.viewport().height() * 0.8
