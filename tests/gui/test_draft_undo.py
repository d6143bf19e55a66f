"""Undo leads back through what was kept of a draft, over restarts, and opening a draft is no edit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.ui.compose.earlier_texts import write_in_steps
from sora_studio.ui.compose.prompt_editor import PromptEditor
from tests.gui.real_window import sitting
from tests.gui.test_drafts import DEAD_END

CONTROL = Qt.KeyboardModifier.ControlModifier
TEXTS = ("A pier at noon, in rain.", "A long pier at dawn 🎬.", "猫 on a long pier at dawn 🎬.")


async def written(folder: Path, texts: tuple[str, ...], *, caret: int) -> None:
    """What was written yesterday, with a long pause after each text."""
    database = Database(folder / "studio.db")
    await database.open()
    drafts, at, number = SqliteDrafts(database), datetime.now(UTC) - timedelta(days=1), 0
    for text in texts:
        at += timedelta(minutes=10)
        number = (await drafts.save(Draft(number, GenerationRequest("sora-2", text), caret=caret), at=at)).id
    await database.close()


def test_undo_after_a_restart_leads_back_through_yesterdays_texts(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    loop.run_until_complete(written(tmp_path / "data", TEXTS, caret=5))
    with sitting(loop, qtbot, tmp_path, DEAD_END) as at:
        qtbot.waitUntil(lambda: at.editor.text() == TEXTS[2])
        assert at.editor.caret() == 5
        for text in (TEXTS[1], TEXTS[0], TEXTS[0]):
            qtbot.keyClick(at.editor, Qt.Key.Key_Z, CONTROL)
            assert at.editor.text() == text
        for text in (TEXTS[1], TEXTS[2]):
            qtbot.keyClick(at.editor, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
            assert at.editor.text() == text
        at.editor.set_caret(0)
        qtbot.keyClicks(at.editor, "xy")
        qtbot.keyClick(at.editor, Qt.Key.Key_Z, CONTROL)
        assert at.editor.text() == TEXTS[2], "what is typed is a step of its own"


def test_opening_a_draft_is_no_edit(qtbot: QtBot) -> None:
    editor = PromptEditor()
    qtbot.addWidget(editor)
    edits = list[str]()
    editor.edited.connect(edits.append)
    editor.show_draft(7, TEXTS[2], caret=3, leaving=0, earlier=TEXTS[:2])
    assert (editor.text(), editor.caret(), edits) == (TEXTS[2], 3, [])
    editor.undo()
    assert (editor.text(), edits) == (TEXTS[1], [TEXTS[1]])


def test_texts_that_are_equal_are_no_steps(qtbot: QtBot) -> None:
    document = QTextDocument()
    write_in_steps(document, ["a", "a", "b", "b"])
    document.undo()
    assert (document.toPlainText(), document.isUndoAvailable()) == ("a", False)
