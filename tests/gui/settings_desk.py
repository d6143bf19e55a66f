"""The settings at work: what a person does in them, and where they are saved."""

import asyncio
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.domain.errors import StorageFull
from sora_studio.domain.settings import Settings
from sora_studio.ui.settings.dialog import SettingsDialog


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
