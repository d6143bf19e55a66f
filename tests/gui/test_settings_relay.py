"""The relay as a person sets it up, watches it and proves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtWidgets import QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import PublishingFailed
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.domain.settings import RelayPlace, Settings
from sora_studio.ui.kit import theme
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.relay_section import BY_ITSELF, FROM_ENVIRONMENT
from sora_studio.ui.settings.settings_page import SettingsPage
from tests.doubles.settings_studio import SettingsStudio, leg
from tests.gui.settings_desk import Disk, control, name_a_relay, opened, press, texts, type_into

HERE, ELSEWHERE = "In this program, behind my own tunnel or proxy", "On my own server"
PROVE = "Check callbacks"
ON_A_HOST = Settings(relay=RelayPlace.ELSEWHERE, relay_url="https://relay.example.org")
CALLBACK = "Let the service report when clips are ready (callback)"


@pytest.fixture
def studio() -> SettingsStudio:
    return SettingsStudio()


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def dialog(loop: StudioEventLoop, disk: Disk, studio: SettingsStudio, qtbot: QtBot) -> Iterator[SettingsDialog]:
    with opened(SettingsPage.RELAY, loop=loop, disk=disk, studio=studio, qtbot=qtbot) as dialog:
        yield dialog


def test_without_a_relay_nothing_is_offered_that_needs_one(dialog: SettingsDialog) -> None:
    assert dialog.relay.check_view.state.words() == "No relay. Finished tasks are found by polling."
    assert not control(dialog, PROVE).isVisible()
    assert not control(dialog, CALLBACK).isVisible()


def test_in_this_program_names_the_exact_address_for_the_tunnel(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    press(qtbot, dialog, HERE)
    assert "Point your tunnel or proxy at http://127.0.0.1:8788" in texts(dialog.relay)
    type_into(qtbot, dialog, "Port on this computer", "80\r")
    assert "from 1024 to 65535" in dialog.relay.here.port.words()
    type_into(qtbot, dialog, "Port on this computer", "9900\r")
    assert "Point your tunnel or proxy at http://127.0.0.1:9900" in texts(dialog.relay)
    type_into(qtbot, dialog, "Public address", "relay.example.org\r")
    assert "is not an address" in dialog.relay.here.address.words()
    type_into(qtbot, dialog, "Public address", "https://relay.example.org/\r")
    wanted = Settings(relay=RelayPlace.HERE, relay_port=9900, relay_url="https://relay.example.org")
    qtbot.waitUntil(lambda: disk.saved[-1:] == [wanted])
    assert not control(dialog, "Relay token").isVisible()


def test_on_a_host_takes_an_address_and_a_token_that_goes_to_the_key_store(
    dialog: SettingsDialog, studio: SettingsStudio, disk: Disk, qtbot: QtBot
) -> None:
    press(qtbot, dialog, ELSEWHERE)
    type_into(qtbot, dialog, "Address of the relay", "https://relay.example.org\r")
    token = control(dialog, "Relay token")
    assert isinstance(token, QLineEdit)
    assert token.echoMode() is QLineEdit.EchoMode.Password
    type_into(qtbot, dialog, "Relay token", "t0ken\r")
    qtbot.waitUntil(lambda: dialog.relay.elsewhere.token.words().startswith("The token is kept for this session only"))
    assert studio.relay_token.kept == [("t0ken",)]
    assert token.text() == ""
    wanted = Settings(relay=RelayPlace.ELSEWHERE, relay_url="https://relay.example.org")
    qtbot.waitUntil(lambda: disk.saved[-1:] == [wanted])
    assert "t0ken" not in repr(disk.saved)


def test_how_it_stands_is_said_live(dialog: SettingsDialog, studio: SettingsStudio) -> None:
    dialog.open_at(SettingsPage.RELAY, ON_A_HOST, studio, usual_folder=Path("/films"))
    studio.reports.become(configured=True)
    assert dialog.relay.check_view.state.words() == "Not connected yet."
    studio.reports.become(trouble="The relay cannot be reached.")
    assert dialog.relay.check_view.state.words() == ("Relay offline. Polling the service instead. The relay cannot be reached.")
    studio.reports.become(connected=True, public_url="https://relay.example.org", trouble="")
    assert dialog.relay.check_view.state.words().startswith("Connected to the relay. Callbacks should arrive at ")
    studio.reports.become(configured=False, connected=False)
    dialog.open_at(SettingsPage.RELAY, Settings(), studio, usual_folder=Path("/films"))
    assert dialog.relay.check_view.state.words() == "No relay. Finished tasks are found by polling."


def test_the_proof_shows_every_leg_with_its_time(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.reports.become(configured=True, connected=True)
    studio.reports.legs = [leg("Out"), leg("Picture", seconds=1.2345), leg("Report"), leg("Back")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(control(dialog, PROVE).isEnabled)
    assert dialog.relay.check_view.words() == [
        "Out: OK, 12 ms",
        "Picture: OK, 1,234 ms",
        "Report: OK, 12 ms",
        "Back: OK, 12 ms",
    ]


def test_the_proof_names_the_broken_leg_and_what_is_wrong(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.reports.become(configured=True)
    studio.reports.legs = [leg("Out"), leg("Picture", ok=False, sentence="The tunnel leads elsewhere.")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(
        lambda: dialog.relay.check_view.words() == ["Out: OK, 12 ms", "Picture: failed. The tunnel leads elsewhere."]
    )
    studio.reports.legs = [PublishingFailed("The relay refuses the token.", advice="Enter it anew.")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: dialog.relay.check_view.words() == ["The relay refuses the token. Enter it anew."])


def test_only_a_proof_says_that_reports_come_in(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    def says(words: str, colour: str) -> bool:
        state = dialog.relay.check_view.state
        return words in state.words() and state._words.palette().windowText().color().name() == colour

    studio.reports.become(configured=True, connected=True, public_url="https://relay.example.org")
    assert says("should arrive at https://relay.example.org", theme.DARK.secondary)
    studio.reports.legs = [leg("Out"), leg("Picture", ok=False, sentence="Nobody listens there.")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: says("the callback check failed", theme.DARK.review))
    studio.reports.legs = [leg("Out"), leg("Picture")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: says("Callbacks arrive at https://relay.example.org.", theme.DARK.ready))
    studio.reports.legs = [leg("Out"), PublishingFailed("The relay is gone.")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: says("the callback check failed", theme.DARK.review))


def test_what_is_wrong_is_said_once(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    wrong = "The relay does not accept this token."
    studio.reports.become(configured=True, trouble=wrong)
    assert dialog.relay.check_view.state.words() == f"Relay offline. Polling the service instead. {wrong}"
    studio.reports.legs = [leg("Out", ok=False, sentence=wrong)]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: [words for words in texts(dialog.relay) if wrong in words] == [f"Out: failed. {wrong}"])
    assert dialog.relay.check_view.state.words() == "Relay offline. Polling the service instead."


def test_a_broken_leg_is_read_without_scrolling(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    dialog.resize(640, 400)
    studio.reports.become(configured=True, connected=True, public_url="https://relay.example.org")
    studio.reports.legs = [leg("Out"), leg("Picture", ok=False, sentence="Look at the tunnel that leads there. " * 6)]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: len(dialog.relay.check_view.words()) == 2 and control(dialog, PROVE).isEnabled())
    line = dialog.relay.check_view._steps[-1]
    qtbot.waitUntil(lambda: line.height() > 40 and line.visibleRegion().boundingRect() == line.rect())


def test_the_button_stands_still_however_much_is_said(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.reports.become(configured=True, trouble="Look at the tunnel that leads there. " * 8)
    qtbot.waitUntil(lambda: control(dialog, PROVE).isVisible() and dialog.relay.check_view.state.height() > 40)
    high = dialog.relay.check_view.state.height()
    QCoreApplication.sendPostedEvents()
    before = control(dialog, PROVE).mapTo(dialog, QPoint())
    studio.reports.become(connected=True, trouble="", public_url="https://relay.example.org")
    qtbot.waitUntil(lambda: dialog.relay.check_view.state.height() < high)
    QCoreApplication.sendPostedEvents()
    assert control(dialog, PROVE).mapTo(dialog, QPoint()) == before


def test_a_proof_is_forgotten_when_the_line_is_another(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.reports.become(configured=True, connected=True)
    studio.reports.legs = [leg("Out")]
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: dialog.relay.check_view.words() == ["Out: OK, 12 ms"] and control(dialog, PROVE).isEnabled())
    studio.reports.become(connected=False, trouble="The relay cannot be reached.")
    assert dialog.relay.check_view.words() == []


def test_a_token_that_was_only_typed_is_saved_before_it_is_proved(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    dialog.open_at(SettingsPage.RELAY, ON_A_HOST, studio, usual_folder=Path("/films"))
    studio.reports.become(configured=True)
    studio.reports.legs = [leg("Out")]
    type_into(qtbot, dialog, "Relay token", "t0ken")
    press(qtbot, dialog, PROVE)
    qtbot.waitUntil(lambda: dialog.relay.check_view.words() == ["Out: OK, 12 ms"])
    assert studio.relay_token.kept == [("t0ken",)]


def test_callbacks_for_new_tasks_can_be_chosen_once_a_relay_is_set_up(
    dialog: SettingsDialog, studio: SettingsStudio, disk: Disk, qtbot: QtBot
) -> None:
    studio.reports.become(configured=True)
    box = control(dialog, CALLBACK)
    assert isinstance(box, QCheckBox)
    assert box.isVisible()
    with qtbot.waitSignal(dialog.settings_saved):
        box.click()
    assert disk.saved == [Settings(callback=True)]
    assert box.isChecked()


def test_a_token_that_the_key_store_had_all_along_is_told_when_it_comes_to_light(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    press(qtbot, dialog, ELSEWHERE)
    assert dialog.relay.elsewhere.token.words().startswith("No token yet")
    studio.relay_token.status = KeyStatus(KeyOrigin.KEYRING)
    studio.reports.become(configured=True, connected=True)
    assert dialog.relay.elsewhere.token.words() == "The token is in this system's key store."


def test_a_relay_that_needs_no_choice_says_so(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    assert BY_ITSELF not in texts(dialog.relay)
    studio.reports.become(configured=True)
    assert BY_ITSELF in texts(dialog.relay)
    assert "starts by itself" in dialog.relay.check_view.state.words()
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, HERE)
    assert BY_ITSELF not in texts(dialog.relay), "something was chosen"
    assert dialog.relay.check_view.state.words() == "Enter the public address."
    assert not control(dialog, PROVE).isVisible(), "it would prove another one"
    with qtbot.waitSignal(dialog.settings_saved):
        type_into(qtbot, dialog, "Public address", "https://relay.example.org\r")
    assert BY_ITSELF not in texts(dialog.relay)


def test_what_a_chosen_relay_lacks_is_said(dialog: SettingsDialog, qtbot: QtBot) -> None:
    for choice, words in ((HERE, "Enter the public address."), (ELSEWHERE, "Enter the address of the relay.")):
        with qtbot.waitSignal(dialog.settings_saved):
            press(qtbot, dialog, choice)
        assert dialog.relay.check_view.state.words() == words


def test_a_relay_from_the_environment_is_named(
    dialog: SettingsDialog, studio: SettingsStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FROM_ENVIRONMENT not in texts(dialog.relay)
    name_a_relay(dialog, SettingsPage.RELAY, studio, monkeypatch)
    assert FROM_ENVIRONMENT in texts(dialog.relay)
