"""Ctrl+K in the real window, on a real database: commands from every room, and another spelling for what is not found."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings, Theme
from sora_studio.storage.database import Database
from sora_studio.storage.secrets import KeyStores
from sora_studio.studio import Studio, open_studio
from sora_studio.ui.kit import theme
from sora_studio.ui.library.library_room import LibraryRoom
from sora_studio.ui.window.main_view import MainView
from sora_studio.ui.window.rooms import Room
from sora_studio.ui.window.window_commands import UNNAMED
from tests.doubles.no_keys import NoKeys
from tests.doubles.ready_tasks import ready_tasks

DEAD_END = "http://127.0.0.1:9"
CONTROL = Qt.KeyboardModifier.ControlModifier


class Sitting:
    """A person in front of the window."""

    def __init__(self, window: MainView, studio: Studio, bot: QtBot) -> None:
        self.window, self.studio, self.bot = window, studio, bot

    def ctrl_k(self) -> LibraryRoom:
        QTest.keyClick(self.window, Qt.Key.Key_K, CONTROL)
        room = self.window.library.room
        assert room is not None
        self.bot.waitUntil(room.box.field.hasFocus)
        return room

    def type(self, text: str) -> None:
        found = QApplication.focusWidget()
        assert found is not None
        QTest.keyClicks(found, text)

    def press(self, key: Qt.Key) -> None:
        found = QApplication.focusWidget()
        assert found is not None
        QTest.keyClick(found, key)

    def command(self, text: str) -> None:
        self.ctrl_k()
        self.type(f">{text}")
        self.press(Qt.Key.Key_Return)


@pytest.fixture
def at(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> Iterator[Sitting]:
    async def fill() -> None:
        database = Database(tmp_path / "studio.db")
        await database.open()
        await ready_tasks(database, "A quiet harbour at dawn", "Rain over the harbour", "Night train")
        await database.close()

    asyncio.set_event_loop(loop)
    loop.run_until_complete(fill())
    opening = open_studio(data_dir=tmp_path, base_url=DEAD_END, output_dir=tmp_path / "clips", keys=KeyStores(api_key=NoKeys()))
    window = MainView(Settings(), demo=False)
    window.resize(1600, 1000)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    studio = loop.run_until_complete(opening.__aenter__())
    window.attach(studio)
    yield Sitting(window, studio, qtbot)
    loop.run_until_complete(window.finish())
    loop.run_until_complete(opening.__aexit__(None, None, None))
    window.close()
    window.deleteLater()


def test_commands_run_from_every_room(at: Sitting) -> None:
    at.command("fly to the moon")
    assert at.window.rooms.room is Room.LIBRARY  # no command begins like this: nothing happens
    at.command("write")
    assert at.window.rooms.room is Room.MAKE
    at.command("pause")
    at.bot.waitUntil(lambda: at.studio.send_pause.is_paused)
    assert at.window.rooms.room is Room.MAKE  # the box was opened from there
    at.command("library")
    assert at.window.rooms.room is Room.LIBRARY
    at.command("theme light")
    assert theme.tokens() is theme.LIGHT
    at.bot.waitUntil(lambda: at.studio.settings.current.theme is Theme.LIGHT)
    assert at.window.rooms.room is Room.LIBRARY
    room = at.ctrl_k()
    shortcuts = {found.key().toString() for found in at.window.findChildren(QShortcut) if found.parent() is at.window}
    assert shortcuts - UNNAMED <= {command.keys for command in room.box.commands()}
    at.command("undo")
    assert (room.box.text, room.box.field.text()) == ("", ">undo")  # nothing to undo: said, and the box stays open
    at.press(Qt.Key.Key_Escape)
    assert room.box.field.text() == ""
    at.bot.waitUntil(lambda: len(room.model.order) == 3)
    at.command("select all")
    assert len(room.selected) == 3
    at.command("keep")
    at.bot.waitUntil(lambda: at.studio.undo_steps.undo_words == "3 clips kept")


def test_another_spelling_is_offered_together_with_filters(at: Sitting) -> None:
    room = at.ctrl_k()
    at.type("model:sora-2 harbuor")
    offer = room.view.updates.empty.spelling
    at.bot.waitUntil(offer.isVisible)
    assert offer.text() == "Did you mean harbour?"
    offer.click()
    at.bot.waitUntil(lambda: len(room.model.order) == 2)
    assert room.box.text == "model:sora-2 harbour"
    at.bot.waitUntil(lambda: room.box.line.count_words.startswith("2 of 3 · "))


def test_esc_leads_from_the_box_to_the_clips_and_back_to_the_prompt(at: Sitting) -> None:
    room = at.ctrl_k()
    at.bot.waitUntil(lambda: len(room.model.order) == 3)
    at.type("rain")
    at.press(Qt.Key.Key_Escape)
    assert room.box.field.text() == ""
    at.press(Qt.Key.Key_Escape)
    assert room.view.hasFocus()
    at.press(Qt.Key.Key_Home)
    assert len(room.model.selection) == 1
    at.press(Qt.Key.Key_Escape)
    assert (len(room.model.selection), at.window.rooms.room) == (0, Room.LIBRARY)
    at.press(Qt.Key.Key_Escape)
    assert at.window.rooms.room is Room.MAKE
