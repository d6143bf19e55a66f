"""The question before the same is sent once more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import BatchBlocked, BatchQuestion
from sora_studio.ui.kit.controls import SegmentButton
from tests.gui.compose_desk import EARLIER, Desk, open_desk

QUESTION = "You sent exactly this 12 s ago. Send it again?"


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """A second press of the same request; the question stands."""
    desk.studio.submission.minds_repetition = True
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    press(desk)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    press(desk)
    desk.bot.waitUntil(lambda: desk.reads(QUESTION))
    return desk


BATCH = BatchQuestion(4, "4 tasks for $6.00–8.00.", "That is more than your balance of $3.10.")


def test_a_batch_is_asked_about_once_and_then_created(desk: Desk) -> None:
    desk.studio.submission.question = BATCH
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    desk.action("Takes ×1", "×4").trigger()
    press(desk)
    desk.bot.waitUntil(lambda: desk.reads(f"{BATCH.title} Create them?"))
    assert desk.requests() == []
    assert desk.editor.hasFocus(), "whoever hammers Enter answers nothing"
    (create,) = [button for button in desk.all(QPushButton) if button.text() == "Create 4"]
    desk.click(create)
    desk.bot.waitUntil(lambda: desk.submitted == [4])
    assert not desk.reads(f"{BATCH.title} Create them?")


def test_a_batch_that_repeats_another_is_asked_about_for_both_reasons_and_for_no_third(desk: Desk) -> None:
    desk.studio.submission.question = BATCH
    desk.studio.submission.minds_repetition = True
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    desk.action("Takes ×1", "×4").trigger()
    for submitted in ([4], [4, 4]):
        press(desk)
        desk.bot.waitUntil(lambda: desk.reads(f"{BATCH.title} Create them?"))
        desk.click(next(button for button in desk.all(QPushButton) if button.text() == "Create 4"))
        if len(submitted) == 2:
            desk.bot.waitUntil(lambda: desk.reads(QUESTION))
            desk.click(next(button for button in desk.all(QPushButton) if button.text() == "Again"))
        desk.bot.waitUntil(lambda submitted=submitted: desk.submitted == submitted)


def test_a_batch_that_is_not_confirmed_creates_nothing(desk: Desk) -> None:
    desk.studio.submission.question = BATCH
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    press(desk)
    desk.bot.waitUntil(lambda: desk.reads(f"{BATCH.title} Create them?"))
    desk.click(desk.one(QPushButton, "Create none"))
    assert not desk.reads(f"{BATCH.title} Create them?")
    assert desk.requests() == []


def test_a_batch_beyond_the_days_limit_says_so_and_keeps_the_draft(desk: Desk) -> None:
    desk.studio.submission.refusal = BatchBlocked("4 tasks for $6.00.", "Today's limit of $5.00 leaves $1.00.")
    desk.attach()
    QTest.keyClicks(desk.editor, "A")
    press(desk)
    desk.bot.waitUntil(lambda: desk.reads("4 tasks for $6.00. Today's limit of $5.00 leaves $1.00. Nothing was created."))
    assert desk.editor.text() == "A"


def press(desk: Desk) -> None:
    QTest.keyClick(desk.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_a_second_press_of_the_same_asks_and_sends_nothing(asked: Desk) -> None:
    assert len(asked.requests()) == 1
    assert asked.editor.hasFocus(), "whoever hammers Enter answers nothing"
    for presses in range(2, 7):
        press(asked)
        asked.bot.waitUntil(lambda presses=presses: asked.studio.submission.minded == presses and asked.reads(QUESTION))
    assert len(asked.requests()) == 1


def test_send_again_sends_once_and_the_question_is_gone(asked: Desk) -> None:
    (again,) = [button for button in asked.all(QPushButton) if button.text() == "Again"]
    asked.click(again)
    asked.bot.waitUntil(lambda: asked.submitted == [1, 1])
    assert not asked.reads(QUESTION)
    assert asked.requests()[0] == asked.requests()[1]


def test_dont_takes_the_question_away(asked: Desk) -> None:
    asked.click(asked.one(QPushButton, "Don't send again"))
    assert not asked.reads(QUESTION)
    assert len(asked.requests()) == 1


@pytest.mark.parametrize("what", ["typing", "an option", "takes", "another request", "Esc", "going elsewhere"])
def test_anything_else_is_a_no(asked: Desk, what: str) -> None:
    elsewhere = QLineEdit()
    asked.bot.addWidget(elsewhere)
    actions = {
        "typing": lambda: QTest.keyClicks(asked.editor, "!"),
        "an option": lambda: asked.click(asked.one(SegmentButton, "Duration 15 s")),
        "takes": lambda: asked.action("Takes ×1", "×4").trigger(),
        "another request": lambda: asked.panel.use(EARLIER.request),
        "Esc": asked.panel.dismiss,
        "going elsewhere": lambda: QApplication.instance().focusChanged.emit(asked.editor, elsewhere),
    }
    actions[what]()
    assert not asked.reads(QUESTION)
    assert asked.submitted == [1]


def test_what_was_changed_after_the_question_is_sent_without_another(asked: Desk) -> None:
    QTest.keyClicks(asked.editor, "!")
    press(asked)
    asked.bot.waitUntil(lambda: asked.submitted == [1, 1])
    assert [request.prompt for request in asked.requests()] == ["A", "A!"]
