"""The settings at work: what a person does in them, and where they are saved."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.settings import RELAY_URL_VARIABLE, Settings
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.viewmodels.event_bridge import EventBridge
from tests.doubles.settings_studio import SettingsStudio


@dataclass
class Disk:
    """Where settings are saved; `full` makes it refuse."""

    saved: list[Settings] = field(default_factory=list)
    full: bool = False

    async def save(self, settings: Settings) -> None:
        await asyncio.sleep(0)
        if self.full:
            raise StorageFull
        self.saved.append(settings)


@contextmanager
def opened(
    section: SettingsPage, *, loop: StudioEventLoop, disk: Disk, studio: SettingsStudio, qtbot: QtBot
) -> Generator[SettingsDialog]:
    """The dialog at a section, over a studio that nothing is set up in; any unexpected error fails the test."""

    def fail(error: BaseException, name: str) -> None:
        pytest.fail(f"{name}: {error!r}")

    scope, relay = TaskScope(fail), EventBridge()
    relay.listen(studio.events)
    dialog = SettingsDialog(scope, relay, disk.save, demo=False)
    qtbot.addWidget(dialog)
    dialog.open_at(section, Settings(), studio, usual_folder=Path("/films"))
    qtbot.waitExposed(dialog)
    yield dialog
    loop.run_until_complete(scope.close())
    relay.mute()


def name_a_relay(
    dialog: SettingsDialog, section: SettingsPage, studio: SettingsStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the environment; then the settings are opened anew."""
    monkeypatch.setenv(RELAY_URL_VARIABLE, "https://relay.example.org")
    dialog.open_at(section, Settings(), studio, usual_folder=Path("/films"))


def texts(widget: QWidget) -> list[str]:
    """What stands there to be read."""
    return [label.text() for label in widget.findChildren(QLabel) if label.text() and label.isVisible()]


def has_settled(widget: QWidget) -> bool:
    """Whether every line there has found its height, which takes one that wraps a few turns."""
    QCoreApplication.sendPostedEvents()
    lines = [label for label in widget.findChildren(QLabel) if label.isVisible() and label.wordWrap()]
    return all(line.height() == line.heightForWidth(line.width()) for line in lines)


def control(dialog: SettingsDialog, name: str) -> QWidget:
    """A control on whatever page, which is turned to as a person would."""
    found = next(widget for widget in dialog.findChildren(QWidget) if widget.accessibleName() == name)
    page = next((number for number in range(dialog._pages.count()) if dialog._pages.widget(number).isAncestorOf(found)), None)
    if page is not None:
        dialog._list.setCurrentRow(page)
    return found


def type_into(qtbot: QtBot, dialog: SettingsDialog, name: str, text: str) -> None:
    entry = control(dialog, name)
    assert isinstance(entry, QLineEdit)
    entry.setFocus()
    entry.clear()
    qtbot.keyClicks(entry, text)


def press(qtbot: QtBot, dialog: SettingsDialog, name: str) -> None:
    button = control(dialog, name)
    assert isinstance(button, QAbstractButton)
    qtbot.waitUntil(button.isEnabled)  # busy until the turn after the last answer
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
