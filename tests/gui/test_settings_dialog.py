"""The settings as a person uses them: what is changed holds at once, what is wrong is said beside it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import KeyRejected, StorageFull
from sora_studio.domain.money import DayLimits
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.domain.settings import Settings, Theme
from sora_studio.ui import theme
from sora_studio.ui.settings.dialog import Section, SettingsDialog
from sora_studio.ui.settings.service_section import ServiceSection
from sora_studio.ui.task_scope import TaskScope


@dataclass
class ScriptedCredentials:
    """A key store that keeps one key; `good` is the key that the service knows."""

    good: str = "key-good"
    status: KeyStatus = field(default_factory=lambda: KeyStatus(KeyOrigin.NONE))
    kept: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def set(self, key: str) -> KeyStatus:
        await self.gate.wait()
        self.kept.append(key)
        self.status = KeyStatus(KeyOrigin.SESSION, "This system's key store cannot be used.")
        return self.status

    async def clear(self) -> KeyStatus:
        self.status = KeyStatus(KeyOrigin.NONE)
        return self.status

    async def test(self, key: str) -> float:
        await self.gate.wait()
        if key != self.good:
            raise KeyRejected
        return 74.87


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


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def credentials() -> ScriptedCredentials:
    return ScriptedCredentials()


@pytest.fixture
def dialog(loop: StudioEventLoop, disk: Disk, credentials: ScriptedCredentials, qtbot: QtBot) -> Iterator[SettingsDialog]:
    def fail(error: BaseException, name: str) -> None:
        pytest.fail(f"{name}: {error!r}")

    scope = TaskScope(fail)
    dialog = SettingsDialog(scope, disk.save, demo=False)
    qtbot.addWidget(dialog)
    dialog.open_at(Section.KEY, Settings(), credentials, usual_folder=Path("/films"))  # type: ignore[arg-type] - a double
    qtbot.waitExposed(dialog)
    yield dialog
    loop.run_until_complete(scope.close())


def control(dialog: SettingsDialog, name: str) -> QWidget:
    return next(widget for widget in dialog.findChildren(QWidget) if widget.accessibleName() == name)


def type_into(qtbot: QtBot, dialog: SettingsDialog, name: str, text: str) -> None:
    entry = control(dialog, name)
    assert isinstance(entry, QLineEdit)
    entry.setFocus()
    entry.clear()
    qtbot.keyClicks(entry, text)


def press(qtbot: QtBot, dialog: SettingsDialog, name: str) -> None:
    button = control(dialog, name)
    assert isinstance(button, QPushButton)
    qtbot.waitUntil(button.isEnabled)  # busy until the turn after the last answer
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_key_is_masked_and_tested_against_the_balance(dialog: SettingsDialog, qtbot: QtBot) -> None:
    entry = control(dialog, "API key")
    assert isinstance(entry, QLineEdit)
    assert entry.echoMode() is QLineEdit.EchoMode.Password
    type_into(qtbot, dialog, "API key", "key-good")
    press(qtbot, dialog, "Test the key against the balance")
    qtbot.waitUntil(lambda: dialog.key.field.words() == "The key works. Balance $74.87.")


def test_a_refused_key_says_so_beside_the_field(dialog: SettingsDialog, qtbot: QtBot) -> None:
    type_into(qtbot, dialog, "API key", "key-wrong")
    press(qtbot, dialog, "Test the key against the balance")
    qtbot.waitUntil(lambda: "does not accept this API key" in dialog.key.field.words())


def test_a_saved_key_is_never_shown_again_and_its_place_is_named(
    dialog: SettingsDialog, credentials: ScriptedCredentials, qtbot: QtBot
) -> None:
    type_into(qtbot, dialog, "API key", "  key-good \t")
    with qtbot.waitSignal(dialog.key_changed):
        press(qtbot, dialog, "Save the key")
    entry = control(dialog, "API key")
    assert isinstance(entry, QLineEdit)
    assert credentials.kept == ["key-good"]
    assert entry.text() == ""
    assert dialog.key.field.words() == (
        "The key is kept for this session only and is gone when the program ends. This system's key store cannot be used."
    )
    with qtbot.waitSignal(dialog.key_changed):
        press(qtbot, dialog, "Clear the saved key")
    assert dialog.key.field.words().startswith("No key yet.")


def test_a_slow_key_store_does_not_hold_the_window(
    dialog: SettingsDialog, credentials: ScriptedCredentials, disk: Disk, qtbot: QtBot
) -> None:
    credentials.gate.clear()
    type_into(qtbot, dialog, "API key", "key-good")
    press(qtbot, dialog, "Save the key")
    assert not dialog.key.field.isEnabled()
    press(qtbot, dialog, "Look: Light")
    qtbot.waitUntil(lambda: bool(disk.saved))
    with qtbot.waitSignal(dialog.key_changed):
        credentials.gate.set()
    qtbot.waitUntil(dialog.key.field.isEnabled)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://example.com", "must begin with https"),
        ("example", "is not an address"),
        ("https://me:secret@example.com", "must not hold a name"),
    ],
)
def test_a_bad_address_is_refused_beside_its_field(
    dialog: SettingsDialog, disk: Disk, qtbot: QtBot, address: str, words: str
) -> None:
    type_into(qtbot, dialog, "Service address", address)
    qtbot.keyClick(control(dialog, "Service address"), Qt.Key.Key_Return)
    assert words in dialog.service.field.words()
    assert disk.saved == []


def test_an_address_from_the_environment_is_named(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", "http://127.0.0.1:1")
    section = ServiceSection()
    qtbot.addWidget(section)
    section.show_settings(Settings())
    assert section.field.words() == "SORA_STUDIO_BASE_URL is set and goes before this address."


def test_a_good_address_is_saved_at_once(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    type_into(qtbot, dialog, "Service address", "https://example.com/")
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(control(dialog, "Service address"), Qt.Key.Key_Return)
    assert disk.saved == [Settings(base_url="https://example.com")]
    assert dialog.service.field.words() == "Saved."


def test_the_file_name_is_shown_while_it_is_typed(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    type_into(qtbot, dialog, "File name template", "{slug} take {take} {id}")
    assert dialog.clips.template_field.words() == "For example slow-dolly-in-along-a-wooden-pier take 1 128.mp4"
    type_into(qtbot, dialog, "File name template", "{slug}")
    assert "needs {id}" in dialog.clips.template_field.words()
    control(dialog, "Folder for clips").setFocus()
    assert disk.saved == []


def test_a_folder_must_be_a_full_path(dialog: SettingsDialog, disk: Disk, qtbot: QtBot, tmp_path: Path) -> None:
    type_into(qtbot, dialog, "Folder for clips", "clips")
    qtbot.keyClick(control(dialog, "Folder for clips"), Qt.Key.Key_Return)
    words = dialog.clips.folder_field.words()
    assert words == f"clips is not a full path. Choose a folder, or leave it empty for {Path('/films')}."
    type_into(qtbot, dialog, "Folder for clips", str(tmp_path))
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(control(dialog, "Folder for clips"), Qt.Key.Key_Return)
    assert disk.saved == [Settings(output_dir=tmp_path)]


def test_a_long_sentence_pushes_what_follows_down_and_covers_nothing(dialog: SettingsDialog, qtbot: QtBot) -> None:
    field = dialog.clips.folder_field
    folder, sentence = control(dialog, "Folder for clips"), field._below
    one_line = sentence.height()
    field.show_problem("This folder has a very long story that does not fit beside anything in one line. " * 2)
    qtbot.waitUntil(lambda: sentence.height() >= 2 * one_line)
    qtbot.waitUntil(lambda: sentence.y() >= folder.geometry().bottom())


def test_on_a_low_screen_the_settings_scroll_and_can_be_closed(dialog: SettingsDialog, qtbot: QtBot) -> None:
    room = dialog.screen().availableSize().height()
    for one in (dialog.service.field, dialog.clips.folder_field, dialog.clips.template_field):
        one.show_problem("One sentence after the other that makes the column longer than the screen. " * 8)
    close = next(button for button in dialog.findChildren(QPushButton) if button.accessibleName() == "Close the settings")
    qtbot.waitUntil(lambda: dialog._page.verticalScrollBar().maximum() > 0)
    assert dialog.height() <= room
    assert dialog.rect().contains(close.geometry())


def test_the_look_changes_at_once(dialog: SettingsDialog, disk: Disk, qtbot: QtBot, qapp: QApplication) -> None:
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, "Look: Light")
        assert theme.tokens() is theme.LIGHT
    assert qapp.palette().window().color().name() == theme.LIGHT.window
    assert disk.saved == [Settings(theme=Theme.LIGHT)]


def test_two_changes_in_one_go_are_both_kept(dialog: SettingsDialog, disk: Disk, qtbot: QtBot, tmp_path: Path) -> None:
    type_into(qtbot, dialog, "Folder for clips", str(tmp_path))
    press(qtbot, dialog, "Look: Light")  # leaving the field saves it in the same moment
    qtbot.waitUntil(lambda: len(disk.saved) == 2)
    assert disk.saved[-1] == Settings(output_dir=tmp_path, theme=Theme.LIGHT)


def test_what_cannot_be_saved_says_so_and_is_not_held(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    disk.full = True
    type_into(qtbot, dialog, "Service address", "https://example.com")
    qtbot.keyClick(control(dialog, "Service address"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The disk is full" in dialog.service.field.words())
    disk.full = False
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, "Look: Light")
    assert disk.saved == [Settings(theme=Theme.LIGHT)]


def test_the_demo_asks_for_no_key(loop: StudioEventLoop, disk: Disk, qtbot: QtBot) -> None:
    dialog = SettingsDialog(TaskScope(lambda _error, _name: None), disk.save, demo=True)
    qtbot.addWidget(dialog)
    dialog.open_at(Section.CLIPS, Settings(), None, usual_folder=Path("/films"))
    names = {widget.accessibleName() for widget in dialog.findChildren(QWidget) if widget.isVisibleTo(dialog)}
    assert "API key" not in names
    assert {"Folder for clips", "Look: Dark"} <= names


def test_every_control_has_a_name(dialog: SettingsDialog) -> None:
    unnamed = [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.isVisibleTo(dialog) and not widget.accessibleName()
    ]
    assert unnamed == []


SOFT, HARD = "Tell me when a day has cost, in US dollars", "Send nothing beyond, in US dollars"


def test_a_days_limits_are_saved_shown_again_and_taken_away(
    dialog: SettingsDialog, disk: Disk, credentials: ScriptedCredentials, qtbot: QtBot
) -> None:
    type_into(qtbot, dialog, SOFT, "5")
    type_into(qtbot, dialog, HARD, "12,50\r")
    qtbot.waitUntil(lambda: len(disk.saved) == 2)
    assert (disk.saved[-1].day_soft_limit_usd, disk.saved[-1].day_hard_limit_usd) == (5.0, 12.5)
    dialog.open_at(Section.SPENDING, disk.saved[-1], credentials, usual_folder=Path("/films"))  # type: ignore[arg-type]
    shown = [entry.text() for entry in (control(dialog, SOFT), control(dialog, HARD)) if isinstance(entry, QLineEdit)]
    assert shown == ["5", "12.50"]
    type_into(qtbot, dialog, HARD, "\r")
    qtbot.waitUntil(lambda: len(disk.saved) == 3)
    assert disk.saved[-1].day_limits == DayLimits(5.0, None)


def test_what_is_no_amount_is_said_beside_it_and_not_saved(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    type_into(qtbot, dialog, HARD, "ten\r")
    assert "'ten' is not an amount" in dialog.spending.hard_field.words()
    assert disk.saved == []
