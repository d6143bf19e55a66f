"""Variants of the text in the writing room: proposed in a fixed order, shown as a difference, taken and taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QPushButton, QTextEdit
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.ui.window.side_panel import WRITING_TABS, SideTab
from tests.gui.real_window import Sitting, sitting
from tests.gui.test_drafts import DEAD_END

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TEXT = "A pier at dusk, slow dolly in.\nAt dusk the ferry drifts slowly."


class Desk:
    """A person in the writing room with the variants open."""

    def __init__(self, at: Sitting, bot: QtBot) -> None:
        self.at, self.bot = at, bot
        QTest.keyClick(at.window, Qt.Key.Key_1, CTRL | SHIFT)
        at.editor.replace(TEXT)
        at.window.side.show_tab(SideTab.WORDS)
        self.press("Remix: other light, camera or pace")
        self.list = at.named(QListWidget, "Variants")
        bot.waitUntil(lambda: self.list.count() > 0)

    def press(self, text: str) -> None:
        [button] = [one for one in self.at.window.findChildren(QPushButton) if one.text() == text]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def titles(self) -> list[str]:
        return [self.list.item(row).text() for row in range(self.list.count())]

    def difference(self) -> str:
        [reader] = [one for one in self.at.window.findChildren(QTextEdit) if one.accessibleName() == "What changed"]
        return reader.toPlainText()

    def versions(self, loop: StudioEventLoop) -> list[str]:
        entries = loop.run_until_complete(self.at.studio.versions.listed(self.at.window.compose.draft))
        return [entry.version.request.prompt for entry in entries]


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    with sitting(loop, qtbot, tmp_path, DEAD_END) as at:
        yield Desk(at, qtbot)


def test_each_variant_is_shown_as_a_difference_before_it_is_taken(desk: Desk) -> None:
    axes = [title.partition(":")[0] for title in desk.titles()]
    assert axes == ["Other light"] * 2 + ["Other camera"] * 2 + ["Other pace"] * 2
    first = desk.titles()[0].partition(": ")[2]
    assert f"dusk{first}" in desk.difference()
    assert desk.at.editor.text() == TEXT
    QTest.keyClick(desk.list, Qt.Key.Key_Down)
    second = desk.titles()[1].partition(": ")[2]
    assert f"dusk{second}" in desk.difference()


def test_a_variant_that_is_taken_is_one_undo_step_and_leaves_the_source_as_a_version(desk: Desk, loop: StudioEventLoop) -> None:
    editor, words = desk.at.editor, desk.titles()[0].partition(": ")[2]
    assert desk.list.hasFocus()
    QTest.keyClick(desk.list, Qt.Key.Key_Return)
    taken = TEXT.replace("dusk", words)
    desk.bot.waitUntil(lambda: editor.text() == taken)
    assert TEXT in desk.versions(loop)
    desk.bot.waitUntil(lambda: desk.at.window.writing.remix.source == taken)
    editor.undo()
    assert editor.text() == TEXT


def test_the_variants_follow_the_text_and_esc_goes_back_to_the_words(desk: Desk) -> None:
    before = desk.titles()
    desk.at.editor.replace("A pier in moonlight.")
    desk.bot.waitUntil(lambda: desk.at.window.writing.remix.source == "A pier in moonlight.")
    assert desk.titles() != before
    desk.at.editor.replace(TEXT)
    desk.bot.waitUntil(lambda: desk.titles() == before)
    QTest.keyClick(desk.list, Qt.Key.Key_Escape)
    assert not desk.list.isVisible()
    assert desk.at.window.side.tabs == WRITING_TABS
    desk.at.editor.replace("Nothing is asked about while they are not shown.")
    desk.bot.waitUntil(lambda: desk.at.window.writing.model.is_current)
    assert desk.at.window.writing.remix.source == TEXT


def test_a_variant_of_an_older_text_is_not_taken(desk: Desk, loop: StudioEventLoop) -> None:
    [proposal, *_] = desk.at.window.writing.remix.proposals
    desk.at.editor.replace("Another text.")
    desk.at.window.writing.remix.changed.emit()  # a press that comes before the variants of the new text
    QTest.keyClick(desk.list, Qt.Key.Key_Return)
    desk.bot.waitUntil(lambda: desk.at.window.writing.remix.source == "Another text.")
    assert proposal not in desk.at.window.writing.remix.proposals
    assert desk.at.editor.text() == "Another text."
