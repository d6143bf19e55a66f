"""A waiting task in the editor: saved, cancelled, refused, and the draft that comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase
from sora_studio.ui.compose.waiting_edit_desk import WaitingEditLine
from sora_studio.viewmodels.compose.waiting_edit import CANNOT_EDIT, NO_LONGER_WAITS, ONE_TAKE
from tests.doubles.task_studio import task_in
from tests.gui.compose_desk import Desk, open_desk

DRAFT, TASK = "My own draft", "Slow dolly in along a pier"


@pytest.fixture
def desk(qtbot: QtBot, loop: StudioEventLoop, tmp_path: Path) -> Iterator[Desk]:
    yield from open_desk(qtbot, loop, tmp_path)


@pytest.fixture
def editing(desk: Desk) -> Desk:
    """Task 4 is in the editor, and a draft was there before."""
    desk.studio.task_editing.waiting[4] = task_in(Phase.WAITING, 4, prompt=TASK)
    desk.attach()
    QTest.keyClicks(desk.editor, DRAFT)
    desk.panel.edit_waiting(4)
    desk.bot.waitUntil(lambda: desk.editor.text() == TASK)
    return desk


def is_shown(desk: Desk) -> bool:
    return bool(desk.all(WaitingEditLine))


def cancel(desk: Desk) -> None:
    (button,) = [button for button in desk.all(QPushButton) if button.text() == "Cancel edit"]
    desk.click(button)


def test_saving_replaces_the_task_and_the_draft_comes_back(editing: Desk) -> None:
    desk = editing
    assert is_shown(desk)
    assert desk.generate.text().startswith("Save")
    assert desk.editor.hasFocus()
    QTest.keyClicks(desk.editor, " at dusk")
    QTest.keyClick(desk.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    desk.bot.waitUntil(lambda: desk.submitted == [1])
    assert desk.editor.text() == DRAFT
    assert desk.studio.task_editing.calls == [("begin", 4), ("save", 4, f"{TASK} at dusk")]
    assert desk.requests() == [], "no second task"
    assert not is_shown(desk)
    assert desk.generate.text().startswith("Generate")
    QTest.keyClick(desk.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.editor.text() == f"{TASK} at dusk"


def test_cancelling_releases_the_task_and_keeps_both_texts(editing: Desk) -> None:
    desk = editing
    QTest.keyClicks(desk.editor, "!")
    cancel(desk)
    desk.bot.waitUntil(lambda: desk.editor.text() == DRAFT)
    assert desk.studio.task_editing.calls == [("begin", 4), ("cancel", 4)]
    assert desk.submitted == []
    QTest.keyClick(desk.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.editor.text() == f"{TASK}!"


def test_a_crash_would_lose_neither_text(editing: Desk) -> None:
    """The draft stays as it was on disk; what is typed meanwhile is saved as another one, until it is no longer needed."""
    desk = editing
    QTest.keyClicks(desk.editor, "!")
    drafts = desk.studio.drafts
    desk.bot.waitUntil(lambda: drafts.saved[-1].request.prompt == f"{TASK}!")
    newest = {draft.id: draft.request.prompt for draft in drafts.saved}
    assert sorted(newest.values()) == [DRAFT, f"{TASK}!"]
    cancel(desk)
    desk.bot.waitUntil(lambda: drafts.saved[-1].request.prompt == DRAFT)
    desk.bot.waitUntil(lambda: [draft.request.prompt for draft in drafts.discarded] == [f"{TASK}!"])


def test_a_refused_edit_goes_on(editing: Desk) -> None:
    desk = editing
    desk.action("Takes ×1", "×4").trigger()
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads(ONE_TAKE))
    desk.action("Takes ×4", "×1").trigger()
    desk.editor.replace("")
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: not desk.reads(ONE_TAKE))
    assert is_shown(desk)
    assert 4 in desk.studio.task_editing.waiting


def test_a_task_that_was_sent_meanwhile_leaves_the_text_as_a_draft(editing: Desk) -> None:
    desk = editing
    del desk.studio.task_editing.waiting[4]
    desk.click(desk.generate)
    desk.bot.waitUntil(lambda: desk.reads(NO_LONGER_WAITS))
    assert desk.editor.text() == TASK
    assert not is_shown(desk)
    assert desk.requests() == []


def test_a_task_that_no_longer_waits_is_not_opened(desk: Desk) -> None:
    desk.attach()
    QTest.keyClicks(desk.editor, DRAFT)
    desk.panel.edit_waiting(9)
    desk.bot.waitUntil(lambda: desk.reads(CANNOT_EDIT))
    assert desk.editor.text() == DRAFT


def test_another_text_for_the_editor_ends_the_edit_first(editing: Desk) -> None:
    desk = editing
    desk.panel.use(GenerationRequest("sora-2", "From a clip"))
    desk.bot.waitUntil(lambda: desk.editor.text() == "From a clip")
    assert desk.studio.task_editing.calls[-1] == ("cancel", 4)
    QTest.keyClick(desk.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.editor.text() == DRAFT


def test_a_write_that_fails_during_an_edit_does_not_put_its_text_into_the_draft(editing: Desk) -> None:
    desk, drafts = editing, editing.studio.drafts
    (before,) = drafts.saved
    drafts.failure = StorageFull()
    QTest.keyClicks(desk.editor, "!")
    desk.bot.waitUntil(lambda: desk.panel.draft == 0 and desk.reads(StorageFull.title))
    drafts.failure = None
    QTest.keyClicks(desk.editor, "!")
    desk.bot.waitUntil(lambda: drafts.saved[-1].request.prompt == f"{TASK}!!")
    assert drafts.saved[-1].id != before.id


def test_two_presses_of_edit_begin_one_edit_after_the_other(desk: Desk) -> None:
    desk.studio.task_editing.waiting |= {4: task_in(Phase.WAITING, 4, prompt=TASK), 5: task_in(Phase.WAITING, 5, prompt="B")}
    desk.attach()
    QTest.keyClicks(desk.editor, DRAFT)
    desk.panel.edit_waiting(4)
    desk.panel.edit_waiting(5)
    desk.bot.waitUntil(lambda: desk.editor.text() == "B")
    assert desk.studio.task_editing.calls == [("begin", 4), ("cancel", 4), ("begin", 5)]
    cancel(desk)
    desk.bot.waitUntil(lambda: desk.editor.text() == DRAFT)


def test_a_draft_that_is_opened_while_an_edit_begins_is_not_edited_as_the_task(desk: Desk) -> None:
    desk.studio.task_editing.waiting[4] = task_in(Phase.WAITING, 4, prompt=TASK)
    desk.attach()
    QTest.keyClicks(desk.editor, DRAFT)
    desk.panel.edit_waiting(4)
    desk.panel.open_draft(Draft(9, GenerationRequest("sora-2", "Another draft")))
    desk.bot.waitUntil(lambda: desk.editor.text() == "Another draft")
    assert not is_shown(desk)
    assert desk.studio.task_editing.calls == [("begin", 4), ("cancel", 4)]
    assert DRAFT in [draft.request.prompt for draft in desk.studio.drafts.saved]


def test_closing_the_window_releases_the_task_and_keeps_what_was_written(editing: Desk, loop: StudioEventLoop) -> None:
    desk = editing
    QTest.keyClicks(desk.editor, " at dusk")
    loop.run_until_complete(desk.panel.finish())
    assert desk.studio.task_editing.calls == [("begin", 4), ("cancel", 4)]
    assert desk.studio.drafts.saved[-1].request.prompt == f"{TASK} at dusk"
    assert DRAFT in [draft.request.prompt for draft in desk.studio.drafts.saved]


def test_an_edit_that_changed_nothing_leaves_no_draft_when_the_window_closes(editing: Desk, loop: StudioEventLoop) -> None:
    desk = editing
    loop.run_until_complete(desk.panel.finish())
    assert desk.studio.task_editing.calls == [("begin", 4), ("cancel", 4)]
    assert desk.editor.text() == DRAFT
