"""Text as people really bring it, in the real window: emoji, right to left, as long as it may be and one character longer."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.simulator.serve import Running, running
from tests.gui.real_window import PATIENCE_MS, SPEED, Sitting, sitting

LIMIT = 10_000
LINES = "🎬 קדימה, מצלמה! 👩‍👩‍👧‍👦 🏴‍☠️\nمدينة في الضباب \u200f🇮🇹 e\u0301 <b>&amp; %s\\\n\n"
TEXT = (LINES * LIMIT)[:LIMIT]


@pytest.fixture
def simulator() -> Iterator[Running]:
    with running(speed=SPEED) as service:
        yield service


def choose_from_the_emoji_picker(at: Sitting, text: str) -> None:
    """What an input method types: whole characters, one at a time."""
    for character in text:
        event = QInputMethodEvent()
        event.setCommitString(character)
        QApplication.sendEvent(at.editor, event)


def paste(at: Sitting, qtbot: QtBot, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(at.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_ten_thousand_emoji_and_right_to_left_letters_survive_a_restart_and_reach_the_service(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running
) -> None:
    typed, pasted = TEXT[:60], TEXT[60:]
    with sitting(loop, qtbot, tmp_path, simulator.url) as desk:
        choose_from_the_emoji_picker(desk, typed)
        paste(desk, qtbot, pasted)
        assert desk.editor.text() == TEXT
        assert desk.reads("10,000 / 10,000")

    with sitting(loop, qtbot, tmp_path, simulator.url) as desk:
        assert desk.editor.text() == TEXT
        assert desk.editor.caret() == LIMIT
        desk.press_generate()
        row = desk.wait_for_row("Ready")
        assert row.startswith(LINES.splitlines()[0])
        assert [charge.prompt for charge in simulator.state.charges] == [TEXT]
        (film,) = (tmp_path / "clips").glob("*.mp4")
        assert not any(unicodedata.category(character).startswith("C") for character in film.name)
        assert json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))["prompt"] == TEXT


def test_one_character_too_many_is_marked_and_refused_beside_the_editor(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running
) -> None:
    with sitting(loop, qtbot, tmp_path, simulator.url) as desk:
        paste(desk, qtbot, TEXT + "🎬")
        assert desk.reads("10,001 / 10,000")
        (mark,) = desk.editor.extraSelections()
        assert mark.cursor.selectedText() == "🎬"

        desk.press_generate()
        refusal = "The prompt has 10,001 characters, 1 more than the 10,000 allowed."
        qtbot.waitUntil(lambda: desk.reads(refusal), timeout=PATIENCE_MS)
        (sentence,) = [label for label in desk.window.findChildren(QLabel) if label.text() == refusal]
        below_px = sentence.mapTo(desk.window, QPoint(0, 0)).y() - desk.editor.mapTo(desk.window, QPoint(0, 0)).y()
        assert desk.editor.height() <= below_px < desk.editor.height() + 40
        assert desk.rows() == []
        assert not [seen for seen in simulator.state.requests if seen.method == "POST"]

        qtbot.keyClick(desk.editor, Qt.Key.Key_Backspace)
        assert desk.editor.text() == TEXT
        assert desk.editor.extraSelections() == []
        assert not desk.reads(refusal)
        desk.press_generate()
        qtbot.waitUntil(lambda: [charge.prompt for charge in simulator.state.charges] == [TEXT], timeout=PATIENCE_MS)
