"""The settings as a person uses them: what is changed holds at once, what is wrong is said beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QListWidget, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.money import DayLimits
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.settings import Settings, Theme
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.pictures_section import ON_THE_SIMULATOR
from sora_studio.ui.settings.service_section import ServiceSection
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.viewmodels.event_bridge import EventBridge
from tests.doubles.settings_studio import ScriptedSecrets, SettingsStudio
from tests.gui.settings_desk import Disk, control, press, type_into


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def studio() -> SettingsStudio:
    return SettingsStudio()


@pytest.fixture
def credentials(studio: SettingsStudio) -> ScriptedSecrets:
    return studio.credentials


@pytest.fixture
def dialog(loop: StudioEventLoop, disk: Disk, studio: SettingsStudio, qtbot: QtBot) -> Iterator[SettingsDialog]:
    def fail(error: BaseException, name: str) -> None:
        pytest.fail(f"{name}: {error!r}")

    scope = TaskScope(fail)
    dialog = SettingsDialog(scope, EventBridge(), disk.save, demo=False)
    qtbot.addWidget(dialog)
    dialog.open_at(SettingsPage.KEY, Settings(), studio, usual_folder=Path("/films"))
    qtbot.waitExposed(dialog)
    yield dialog
    loop.run_until_complete(scope.close())


def test_the_key_is_masked_and_tested_against_the_balance(dialog: SettingsDialog, qtbot: QtBot) -> None:
    entry = control(dialog, "API key")
    assert isinstance(entry, QLineEdit)
    assert entry.echoMode() is QLineEdit.EchoMode.Password
    type_into(qtbot, dialog, "API key", "key-good")
    press(qtbot, dialog, "Test the key")
    qtbot.waitUntil(lambda: dialog.key.field.words() == "The key works. Balance $74.87.")


def test_what_was_said_of_a_key_is_not_said_of_another(dialog: SettingsDialog, qtbot: QtBot) -> None:
    before = dialog.key.field.words()
    type_into(qtbot, dialog, "API key", "key-good")
    press(qtbot, dialog, "Test the key")
    qtbot.waitUntil(lambda: dialog.key.field.is_result and dialog.key.field.isEnabled())
    qtbot.keyClick(control(dialog, "API key"), Qt.Key.Key_X)
    assert dialog.key.field.words() == before


def test_a_refused_key_says_so_beside_the_field(dialog: SettingsDialog, qtbot: QtBot) -> None:
    type_into(qtbot, dialog, "API key", "key-wrong")
    press(qtbot, dialog, "Test the key")
    qtbot.waitUntil(lambda: "does not accept this API key" in dialog.key.field.words())


def test_a_saved_key_is_never_shown_again_and_its_place_is_named(
    dialog: SettingsDialog, credentials: ScriptedSecrets, qtbot: QtBot
) -> None:
    type_into(qtbot, dialog, "API key", "  key-good \t")
    with qtbot.waitSignal(dialog.key_changed):
        press(qtbot, dialog, "Save the key")
    entry = control(dialog, "API key")
    assert isinstance(entry, QLineEdit)
    assert credentials.kept == [("key-good",)]
    assert entry.text() == ""
    assert dialog.key.field.words() == (
        "The key is kept for this session only and is gone when the program ends. This system's key store cannot be used."
    )
    with qtbot.waitSignal(dialog.key_changed):
        press(qtbot, dialog, "Clear the saved key")
    assert dialog.key.field.words().startswith("No key yet.")


def test_a_slow_key_store_does_not_hold_the_window(
    dialog: SettingsDialog, credentials: ScriptedSecrets, disk: Disk, qtbot: QtBot
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
        ("https://me:secret@example.com", "must not contain a name"),
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
    assert section.field.words() == "SORA_STUDIO_BASE_URL is set and overrides this address."


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


def test_the_space_for_backups_is_a_size(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    assert "three newest" in dialog.clips.backups_field.words()
    type_into(qtbot, dialog, "Space for backups, in GB", "much")
    qtbot.keyClick(control(dialog, "Space for backups, in GB"), Qt.Key.Key_Return)
    assert dialog.clips.backups_field.words() == "'much' is not a size. Enter a number such as 2 or 1.5."
    type_into(qtbot, dialog, "Space for backups, in GB", "1,5 GB")
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(control(dialog, "Space for backups, in GB"), Qt.Key.Key_Return)
    assert disk.saved == [Settings(backup_limit_gb=1.5)]


def test_notifications_can_have_a_sound_or_be_switched_off(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    for name in ("With a sound", "Tell me when clips are ready"):
        box = control(dialog, name)
        assert isinstance(box, QCheckBox)
        with qtbot.waitSignal(dialog.settings_saved):
            box.click()
    assert disk.saved == [Settings(tell_with_sound=True), Settings(tell_when_ready=False, tell_with_sound=True)]
    assert not control(dialog, "With a sound").isEnabled()


def test_a_folder_must_be_a_full_path(dialog: SettingsDialog, disk: Disk, qtbot: QtBot, tmp_path: Path) -> None:
    type_into(qtbot, dialog, "Folder for clips", "clips")
    qtbot.keyClick(control(dialog, "Folder for clips"), Qt.Key.Key_Return)
    words = dialog.clips.folder_field.words()
    assert words == f"clips is not a full path. Choose a folder, or leave it empty for {Path('/films')}."
    type_into(qtbot, dialog, "Folder for clips", str(tmp_path))
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(control(dialog, "Folder for clips"), Qt.Key.Key_Return)
    assert disk.saved == [Settings(output_dir=tmp_path)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("~no-such-user/clips", "~no-such-user/clips starts at a home folder that does not exist."),
        ("s3://bucket/clips", "s3://bucket/clips is in a bucket, not on this computer."),
        ("file://nas/clips", "file://nas/clips is on the computer nas, not on this one."),
    ],
)
def test_what_is_no_folder_of_this_computer_is_refused_in_words(
    dialog: SettingsDialog, disk: Disk, qtbot: QtBot, text: str, words: str
) -> None:
    type_into(qtbot, dialog, "Folder for clips", text)
    qtbot.keyClick(control(dialog, "Folder for clips"), Qt.Key.Key_Return)
    assert dialog.clips.folder_field.words().startswith(words)
    assert disk.saved == []


def test_a_folder_may_be_given_as_a_file_address(dialog: SettingsDialog, disk: Disk, qtbot: QtBot, tmp_path: Path) -> None:
    type_into(qtbot, dialog, "Folder for clips", f"file://{tmp_path}/my%20clips")
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(control(dialog, "Folder for clips"), Qt.Key.Key_Return)
    assert disk.saved == [Settings(output_dir=tmp_path / "my clips")]


def test_a_long_sentence_pushes_what_follows_down_and_covers_nothing(dialog: SettingsDialog, qtbot: QtBot) -> None:
    field = dialog.clips.folder_field
    folder, sentence = control(dialog, "Folder for clips"), field._below
    one_line = sentence.height()
    field.show_problem("This folder has a very long story that does not fit beside anything in one line. " * 2)
    qtbot.waitUntil(lambda: sentence.height() >= 2 * one_line)
    qtbot.waitUntil(lambda: sentence.y() >= folder.geometry().bottom())


def test_on_a_low_screen_the_settings_scroll_and_can_be_closed(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.resize(dialog.width(), 480)
    dialog.turn_to(SettingsPage.RELAY)
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, "In this program, behind my own tunnel or proxy")
    dialog.relay.place_field.show_problem("One sentence after the other that makes it longer than the screen. " * 8)
    close = next(button for button in dialog.findChildren(QPushButton) if button.accessibleName() == "Close the settings")
    page = dialog._pages.currentWidget()
    assert isinstance(page, QScrollArea)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0)
    assert dialog.height() == 480
    assert dialog.rect().contains(close.mapTo(dialog, close.rect().bottomRight()))
    last = control(dialog, "Port on this computer")
    last.setFocus()
    qtbot.waitUntil(lambda: page.viewport().rect().contains(last.mapTo(page.viewport(), last.rect().center())))


def test_the_fields_end_where_close_ends_on_a_page_that_scrolls_too(dialog: SettingsDialog, qtbot: QtBot) -> None:
    def right_of(name: str) -> int:
        widget = control(dialog, name)
        return widget.mapTo(dialog, widget.rect().topRight()).x()

    dialog.turn_to(SettingsPage.RELAY)
    press(qtbot, dialog, "On my own server")
    end, page = right_of("Close the settings"), dialog._pages.currentWidget()
    assert isinstance(page, QScrollArea)
    qtbot.waitUntil(lambda: right_of("Address of the relay") == end)
    assert not page.verticalScrollBar().isVisible()
    dialog.resize(dialog.width(), 400)
    qtbot.waitUntil(lambda: page.verticalScrollBar().isVisible() and right_of("Address of the relay") == end)


def test_the_settings_open_again_from_the_top(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    held = Settings(picture_route=PictureRoute.BUCKET)
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"))
    dialog.resize(640, 400)
    page = dialog._pages.currentWidget()
    assert isinstance(page, QScrollArea)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 0)
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())
    dialog.accept()
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"))
    qtbot.waitUntil(lambda: page.verticalScrollBar().value() == 0)


def test_no_room_is_kept_open_below_what_shows_by_itself_that_it_holds(dialog: SettingsDialog, qtbot: QtBot) -> None:
    dialog.turn_to(SettingsPage.RELAY)
    field = dialog.relay.place_field
    qtbot.waitUntil(lambda: field.height() > 0 and field.height() == dialog.relay._choices.height())


def test_the_list_of_sections_turns_the_pages_by_keyboard(dialog: SettingsDialog, qtbot: QtBot) -> None:
    pages = control(dialog, "Settings pages")
    assert isinstance(pages, QListWidget)
    pages.setFocus()
    seen = [pages.currentItem().text()]
    for _ in range(pages.count() - 1):
        qtbot.keyClick(pages, Qt.Key.Key_Down)
        seen.append(pages.currentItem().text())
    assert seen == ["Service", "Pictures", "Relay and callbacks", "Clips", "Spending", "Models", "Look", "Notifications"]
    assert dialog.news.isVisible()
    assert not dialog.key.isVisible()


@pytest.mark.parametrize(
    ("section", "name"),
    [
        (SettingsPage.KEY, "API key"),
        (SettingsPage.SERVICE, "Service address"),
        (SettingsPage.PICTURES, "My own command"),
        (SettingsPage.RELAY, "None"),
        (SettingsPage.SPENDING, "Warn me when a day costs, in US dollars"),
    ],
)
def test_the_dialog_opens_with_the_keyboard_where_it_was_asked_for(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot, section: SettingsPage, name: str
) -> None:
    settings = Settings(picture_route=PictureRoute.COMMAND)
    dialog.open_at(section, settings, studio, usual_folder=Path("/films"))
    qtbot.waitUntil(lambda: (dialog.focusWidget() or dialog).accessibleName() == name)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_key_presses_the_button_that_has_the_keyboard(dialog: SettingsDialog, disk: Disk, qtbot: QtBot, key: Qt.Key) -> None:
    light = control(dialog, "Look: Light")
    light.setFocus()
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(light, key)
    assert disk.saved == [Settings(theme=Theme.LIGHT)]
    close = control(dialog, "Close the settings")
    close.setFocus()
    qtbot.keyClick(close, key)
    assert not dialog.isVisible()


def test_every_button_is_pressed_by_return(dialog: SettingsDialog) -> None:
    buttons = {button.accessibleName(): type(button) for button in dialog.findChildren(QPushButton)}
    assert len(buttons) > 10
    assert set(buttons.values()) == {PushButton}


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
    dialog = SettingsDialog(TaskScope(lambda _error, _name: None), EventBridge(), disk.save, demo=True)
    qtbot.addWidget(dialog)
    dialog.open_at(SettingsPage.CLIPS, Settings(), None, usual_folder=Path("/films"))
    names = set[str]()
    for page in range(dialog._pages.count()):
        dialog._list.setCurrentRow(page)
        names |= {widget.accessibleName() for widget in dialog.findChildren(QWidget) if widget.isVisible()}
    assert not names & {"API key", "Service address", "My own command"}
    assert {"Folder for clips", "Look: Dark", ON_THE_SIMULATOR, "On my own server"} <= names


def test_every_control_has_a_name(dialog: SettingsDialog) -> None:
    unnamed = [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and not widget.accessibleName()
    ]
    assert unnamed == []


SOFT, HARD = "Warn me when a day costs, in US dollars", "Stop sending at, in US dollars"


def test_a_days_limits_are_saved_shown_again_and_taken_away(
    dialog: SettingsDialog, disk: Disk, studio: SettingsStudio, qtbot: QtBot
) -> None:
    type_into(qtbot, dialog, SOFT, "5")
    type_into(qtbot, dialog, HARD, "12,50\r")
    qtbot.waitUntil(lambda: len(disk.saved) == 2)
    assert (disk.saved[-1].day_soft_limit_usd, disk.saved[-1].day_hard_limit_usd) == (5.0, 12.5)
    dialog.open_at(SettingsPage.SPENDING, disk.saved[-1], studio, usual_folder=Path("/films"))
    shown = [entry.text() for entry in (control(dialog, SOFT), control(dialog, HARD)) if isinstance(entry, QLineEdit)]
    assert shown == ["5", "12.50"]
    type_into(qtbot, dialog, HARD, "\r")
    qtbot.waitUntil(lambda: len(disk.saved) == 3)
    assert disk.saved[-1].day_limits == DayLimits(5.0, None)


def test_the_sum_above_which_a_batch_is_asked_about_is_saved_and_goes_back_to_the_usual(
    dialog: SettingsDialog, disk: Disk, qtbot: QtBot
) -> None:
    type_into(qtbot, dialog, "Ask before a batch above, in US dollars", "20\r")
    qtbot.waitUntil(lambda: len(disk.saved) == 1)
    assert disk.saved[-1].batch_ask_usd == 20.0
    type_into(qtbot, dialog, "Ask before a batch above, in US dollars", "\r")
    qtbot.waitUntil(lambda: len(disk.saved) == 2)
    assert disk.saved[-1].batch_ask_usd == 5.0


def test_what_is_no_amount_is_said_beside_it_and_not_saved(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    type_into(qtbot, dialog, HARD, "ten\r")
    assert "'ten' is not an amount" in dialog.spending.hard_field.words()
    assert disk.saved == []
