"""How pictures reach the service, and what of them is reachable, as a person sees and changes it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.errors import PublishingFailed
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.domain.settings import RelayPlace, Settings
from sora_studio.domain.task import Phase
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.picture_form import BY_NAMED_RELAY, COMMAND_CONSENT, CONSENT
from sora_studio.ui.settings.pictures_section import BROKEN, DONE, NEEDED, WORKS
from sora_studio.ui.settings.published_entry import WITHDRAWN, PublishedEntry
from sora_studio.ui.settings.published_list import HEADING, NOTHING
from sora_studio.ui.settings.route_boxes import COMMAND_HELP
from sora_studio.ui.settings.secret_field import SecretField
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.viewmodels.settings.publications import SHOWN_AT_ONCE
from tests.doubles.settings_studio import SettingsStudio, published
from tests.doubles.task_studio import task_in
from tests.gui.settings_desk import Disk, control, has_settled, name_a_relay, opened, press, texts, type_into


@pytest.fixture
def studio() -> SettingsStudio:
    return SettingsStudio()


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def dialog(loop: StudioEventLoop, disk: Disk, studio: SettingsStudio, qtbot: QtBot) -> Iterator[SettingsDialog]:
    with opened(SettingsPage.PICTURES, loop=loop, disk=disk, studio=studio, qtbot=qtbot) as dialog:
        yield dialog


def entries(dialog: SettingsDialog) -> list[list[str]]:
    """From above to below."""
    seen = [entry for entry in dialog.pictures.published.findChildren(PublishedEntry) if entry.isVisible()]
    return [texts(entry) for entry in sorted(seen, key=QWidget.y)]


def visible_controls(dialog: SettingsDialog) -> set[str]:
    found = dialog.pictures.findChildren(QWidget)
    return {one.accessibleName() for one in found if one.isVisible() and isinstance(one, QLineEdit | QPushButton)}


def test_until_something_is_chosen_pictures_go_only_by_address(dialog: SettingsDialog) -> None:
    by_address = control(dialog, "Only by address")
    assert isinstance(by_address, QRadioButton)
    assert by_address.isChecked()
    assert "You put pictures online yourself and paste their address." in texts(dialog)
    assert visible_controls(dialog) == set()


def test_a_relay_that_the_environment_names_lends_pictures_and_that_is_said(
    dialog: SettingsDialog, studio: SettingsStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BY_NAMED_RELAY not in texts(dialog.pictures)
    name_a_relay(dialog, SettingsPage.PICTURES, studio, monkeypatch)
    assert BY_NAMED_RELAY in texts(dialog.pictures)


@pytest.mark.parametrize(
    ("choice", "route", "controls"),
    [
        (
            "My bucket (S3-compatible)",
            PictureRoute.BUCKET,
            {"Store address", "Bucket", "Region", "Access key id", "Secret access key", "Save the bucket's keys"},
        ),
        ("My relay", PictureRoute.RELAY, {"Go to relay and callbacks"}),
        ("My own command", PictureRoute.COMMAND, {"Command"}),
    ],
)
def test_a_choice_is_saved_at_once_and_shows_only_its_own_fields(
    dialog: SettingsDialog, disk: Disk, qtbot: QtBot, choice: str, route: PictureRoute, controls: set[str]
) -> None:
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, choice)
    assert disk.saved == [Settings(picture_route=route)]
    assert visible_controls(dialog) == {*controls, "Test picture uploads"}
    assert (COMMAND_CONSENT if route is PictureRoute.COMMAND else CONSENT) in texts(dialog)
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, "Only by address")
    assert disk.saved[-1] == Settings()
    assert not {CONSENT, COMMAND_CONSENT} & set(texts(dialog)), "the program publishes nothing"


def test_that_only_the_person_can_take_back_what_a_command_put_online_stays_said(dialog: SettingsDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My own command")
    type_into(qtbot, dialog, "Command", "upload {file}\r")
    qtbot.waitUntil(lambda: dialog.pictures.form.command.command.words() == "Saved.")
    assert COMMAND_CONSENT in texts(dialog)
    assert CONSENT not in texts(dialog)


def test_a_bucket_is_filled_in_checked_and_saved(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My bucket (S3-compatible)")
    type_into(qtbot, dialog, "Bucket", "No Bucket\r")
    assert "cannot be a bucket's name" in dialog.pictures.form.bucket.bucket.words()
    type_into(qtbot, dialog, "Store address", "http://s3.example.org\r")
    assert "must begin with https" in dialog.pictures.form.bucket.endpoint.words()
    for name, text in (("Store address", "https://s3.example.org/"), ("Bucket", "pictures"), ("Region", "eu-central-1")):
        type_into(qtbot, dialog, name, f"{text}\r")
    wanted = Settings(
        picture_route=PictureRoute.BUCKET,
        bucket_endpoint="https://s3.example.org",
        bucket_name="pictures",
        bucket_region="eu-central-1",
    )
    qtbot.waitUntil(lambda: disk.saved[-1:] == [wanted])


@pytest.mark.parametrize("width", [640, 760, 1000, 1001])
@pytest.mark.parametrize("origin", [KeyOrigin.NONE, KeyOrigin.KEYRING])
def test_a_buckets_fields_stand_in_columns(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot, origin: KeyOrigin, width: int
) -> None:
    def left_of(name: str) -> int:
        return control(dialog, name).mapTo(dialog, QPoint()).x()

    def right_of(name: str) -> int:
        return left_of(name) + control(dialog, name).width()

    studio.bucket_keys.status = KeyStatus(origin)
    dialog.open_at(SettingsPage.PICTURES, Settings(picture_route=PictureRoute.BUCKET), studio, usual_folder=Path("/films"))
    dialog.resize(width, 704)
    qtbot.waitUntil(lambda: right_of("Store address") == right_of("Close the settings") and has_settled(dialog.pictures))
    assert left_of("Access key id") == left_of("Bucket") == left_of("Store address")
    assert left_of("Secret access key") == left_of("Region")
    assert right_of("Region") == right_of("Store address")
    assert control(dialog, "Clear the saved bucket's keys").isVisible() is (origin is KeyOrigin.KEYRING)


@pytest.mark.parametrize("name", ["API key", "Relay token", "Secret access key"])
def test_nothing_moves_when_a_secret_can_be_cleared(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot, name: str
) -> None:
    held = Settings(picture_route=PictureRoute.BUCKET, relay=RelayPlace.ELSEWHERE)
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"))
    entry = control(dialog, name)
    field = next(one for one in dialog.findChildren(SecretField) if one.isAncestorOf(entry))
    qtbot.waitUntil(lambda: entry.isVisible() and has_settled(field))
    buttons = [button for button in field.findChildren(QPushButton) if button.isVisible()]
    before = [(one.mapTo(dialog, QPoint()), one.size()) for one in (entry, *buttons)]
    field._store.status = KeyStatus(KeyOrigin.KEYRING)  # type: ignore[union-attr, misc] - a double
    field.refresh()
    clear = next(button for button in field.findChildren(QPushButton) if button.text() == "Clear")
    qtbot.waitUntil(lambda: clear.isVisible() and clear.x() > buttons[-1].x() and has_settled(field))
    assert [(one.mapTo(dialog, QPoint()), one.size()) for one in (entry, *buttons)] == before


def test_the_test_of_a_bucket_is_seen_on_a_small_screen(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    held = Settings(picture_route=PictureRoute.BUCKET)
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"), way_needed=True)
    dialog.resize(760, 728)
    button = control(dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: button.isVisible() and has_settled(dialog.pictures))
    qtbot.waitUntil(lambda: button.visibleRegion().boundingRect() == button.rect())


@pytest.mark.parametrize("name", ["Bucket", "Store address"])
def test_a_page_pasted_into_a_field_is_refused_in_a_sentence(dialog: SettingsDialog, qtbot: QtBot, name: str) -> None:
    press(qtbot, dialog, "My bucket (S3-compatible)")
    entry = control(dialog, name)
    assert isinstance(entry, QLineEdit)
    entry.setText("שלום 🎬 " * 1400)
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    bucket = dialog.pictures.form.bucket
    field = bucket.bucket if name == "Bucket" else bucket.endpoint
    assert field.is_problem
    assert len(field.words()) < 200


def test_the_buckets_keys_go_to_the_key_store_and_are_never_shown_again(
    dialog: SettingsDialog, studio: SettingsStudio, disk: Disk, qtbot: QtBot
) -> None:
    press(qtbot, dialog, "My bucket (S3-compatible)")
    secret, key_id = control(dialog, "Secret access key"), control(dialog, "Access key id")
    assert isinstance(secret, QLineEdit)
    assert isinstance(key_id, QLineEdit)
    assert secret.echoMode() is QLineEdit.EchoMode.Password
    type_into(qtbot, dialog, "Access key id", "AKIA7")
    assert not control(dialog, "Save the bucket's keys").isEnabled(), "one without the other is of no use"
    type_into(qtbot, dialog, "Secret access key", "s3cret")
    press(qtbot, dialog, "Save the bucket's keys")
    keys = dialog.pictures.form.bucket.keys
    qtbot.waitUntil(lambda: keys.words().startswith("The keys are kept for this session only"))
    assert studio.bucket_keys.kept == [("AKIA7", "s3cret")]
    assert (key_id.text(), secret.text()) == ("", "")
    assert {key_id.placeholderText(), secret.placeholderText()} == {"Kept for this session"}
    assert {"Access key id", "Secret access key"} <= set(texts(dialog)), "the names stay when something is typed"
    assert "s3cret" not in repr(disk.saved)
    press(qtbot, dialog, "Clear the saved bucket's keys")
    qtbot.waitUntil(lambda: keys.words().startswith("No keys yet."))
    assert (key_id.placeholderText(), secret.placeholderText()) == ("", "")


def test_the_test_says_what_worked(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My bucket (S3-compatible)")
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.words().startswith("It works"))
    assert studio.publishing.checked == [PictureRoute.BUCKET]


def test_the_test_says_what_is_broken_and_waits_until_what_was_typed_is_saved(
    dialog: SettingsDialog, studio: SettingsStudio, disk: Disk, qtbot: QtBot
) -> None:
    studio.publishing.trouble = PublishingFailed("upload is not there.", advice="Look at the command.")
    press(qtbot, dialog, "My own command")
    type_into(qtbot, dialog, "Command", "upload {file}")
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.words() == "upload is not there. Look at the command.")
    assert disk.saved[-1].picture_command == "upload {file}"


def test_what_a_command_said_stands_beside_its_failure(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.publishing.trouble = PublishingFailed("The command failed.", advice="Look at it.", detail="connection refused")
    press(qtbot, dialog, "My own command")
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.words() == "The command failed. Look at it. (connection refused)")


def test_a_result_belongs_to_what_stands_there(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.publishing.gate.clear()
    press(qtbot, dialog, "My own command")
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: studio.publishing.checked == [PictureRoute.COMMAND])
    press(qtbot, dialog, "My bucket (S3-compatible)")
    qtbot.waitUntil(control(dialog, "Test picture uploads").isEnabled)
    assert dialog.pictures.form.test_field.words() == "", "a command that hangs holds nobody up"
    studio.publishing.gate.set()
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.words().startswith("It works: a test file was stored"))
    type_into(qtbot, dialog, "Bucket", "another")
    assert dialog.pictures.form.test_field.words() == ""
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.words().startswith("It works: a test file was stored"))
    type_into(qtbot, dialog, "Access key id", "A")
    assert dialog.pictures.form.test_field.words() == "", "other keys may not work"


def test_keys_that_were_only_typed_are_saved_before_the_test(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    press(qtbot, dialog, "My bucket (S3-compatible)")
    type_into(qtbot, dialog, "Access key id", "AKIA7")
    type_into(qtbot, dialog, "Secret access key", "s3cret")
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.words().startswith("It works"))
    assert studio.bucket_keys.kept == [("AKIA7", "s3cret")]


def test_a_result_is_read_without_scrolling(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.publishing.trouble = PublishingFailed("Storing did not work. " * 4, advice="Enter both keys anew.")
    dialog.resize(640, 400)
    with qtbot.waitSignal(dialog.settings_saved):
        press(qtbot, dialog, "My bucket (S3-compatible)")
    QCoreApplication.sendPostedEvents()
    press(qtbot, dialog, "Test picture uploads")
    field = dialog.pictures.form.test_field
    qtbot.waitUntil(lambda: field.is_problem)
    qtbot.waitUntil(lambda: field.visibleRegion().boundingRect() == field.rect())


@pytest.mark.parametrize("width", [640, 760, 1000])
@pytest.mark.parametrize(
    ("held", "name", "typed"),
    [
        (Settings(picture_route=PictureRoute.BUCKET), "Bucket", ["pictures"]),
        (Settings(picture_route=PictureRoute.BUCKET), "Bucket", ["No Bucket", "pictures"]),
        (Settings(picture_route=PictureRoute.COMMAND), "Command", ["upload {file}"]),
        (Settings(picture_route=PictureRoute.COMMAND), "Command", ["upload {file}", "upload -q {file}"]),
    ],
)
def test_the_button_stands_still_while_what_was_typed_is_saved(
    dialog: SettingsDialog, qtbot: QtBot, held: Settings, name: str, typed: list[str], width: int
) -> None:
    def place() -> QPoint:
        QCoreApplication.sendPostedEvents()
        return button.mapTo(dialog, button.rect().topLeft())

    button = control(dialog, "Test picture uploads")
    dialog.resize(width, 704)
    dialog.pictures.form.show_settings(held)
    qtbot.waitUntil(lambda: button.isVisible() and place().y() > 0 and has_settled(dialog.pictures.form))
    for text in typed[:-1]:
        type_into(qtbot, dialog, name, text)
        button.setFocus()
        qtbot.waitUntil(lambda: "Saved." in texts(dialog.pictures) or "No Bucket" in " ".join(texts(dialog.pictures)))
    type_into(qtbot, dialog, name, typed[-1])
    qtbot.waitUntil(lambda: has_settled(dialog.pictures.form))
    before = place()
    with qtbot.waitSignal(dialog.settings_saved):
        button.setFocus()
    qtbot.waitUntil(lambda: "Saved." in texts(dialog.pictures) and has_settled(dialog.pictures.form))
    assert place() == before


def test_what_was_saved_is_not_said_of_what_is_typed(dialog: SettingsDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My own command")
    type_into(qtbot, dialog, "Command", "upload {file}\r")
    qtbot.waitUntil(lambda: dialog.pictures.form.command.command.words() == "Saved.")
    qtbot.keyClick(control(dialog, "Command"), Qt.Key.Key_X)
    assert dialog.pictures.form.command.command.words() == COMMAND_HELP


def test_room_for_a_problem_is_given_back_once_nobody_looks(dialog: SettingsDialog, qtbot: QtBot) -> None:
    form, button = dialog.pictures.form, control(dialog, "Test picture uploads")
    form.show_settings(Settings(picture_route=PictureRoute.COMMAND))
    qtbot.waitUntil(lambda: button.isVisible() and has_settled(form))
    before = form.command.height()
    form.command.command.show_problem("A long story of what went wrong there. " * 8)
    qtbot.waitUntil(lambda: form.command.height() > before and has_settled(form))
    high = form.command.height()
    form.command.command.show_result("Saved.")
    qtbot.waitUntil(lambda: has_settled(form))
    assert form.command.height() == high
    dialog.turn_to(SettingsPage.LOOK)
    dialog.turn_to(SettingsPage.PICTURES)
    qtbot.waitUntil(lambda: form.command.height() == before)


def test_who_comes_with_a_picture_that_has_no_way_reads_why(
    dialog: SettingsDialog, studio: SettingsStudio, loop: StudioEventLoop, qtbot: QtBot
) -> None:
    dialog.open_at(SettingsPage.PICTURES, Settings(), studio, usual_folder=Path("/films"), way_needed=True)
    assert NEEDED in texts(dialog)
    press(qtbot, dialog, "My bucket (S3-compatible)")
    loop.run_until_complete(asyncio.sleep(0))
    assert NEEDED in texts(dialog), "its keys are missing yet"
    studio.publishing.routes = (PictureRoute.BUCKET,)
    type_into(qtbot, dialog, "Access key id", "AKIA7")
    with qtbot.waitSignal(dialog.settings_saved):
        type_into(qtbot, dialog, "Secret access key", "s3cret\r")
    assert DONE in texts(dialog)
    dialog.open_at(SettingsPage.PICTURES, Settings(), studio, usual_folder=Path("/films"))
    assert not {NEEDED, DONE} & set(texts(dialog))


def test_nothing_moves_when_the_way_that_was_needed_is_there(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    held, button = Settings(picture_route=PictureRoute.COMMAND), control(dialog, "Test picture uploads")
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"), way_needed=True)
    type_into(qtbot, dialog, "Command", "upload {file}")
    qtbot.waitUntil(lambda: button.isVisible() and has_settled(dialog.pictures))
    before = button.mapTo(dialog, QPoint())
    studio.publishing.routes = (PictureRoute.COMMAND,)
    with qtbot.waitSignal(dialog.settings_saved):
        button.setFocus()
    qtbot.waitUntil(lambda: DONE in texts(dialog) and has_settled(dialog.pictures))
    assert button.mapTo(dialog, QPoint()) == before


def test_a_failed_test_takes_back_that_all_is_ready(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    held = Settings(picture_route=PictureRoute.COMMAND, picture_command="upload {file}")
    studio.publishing.routes = (PictureRoute.COMMAND,)
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"), way_needed=True)
    assert DONE in texts(dialog)
    studio.publishing.trouble = PublishingFailed("The command failed with the code 3.")
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: dialog.pictures.form.test_field.is_problem)
    assert BROKEN in texts(dialog)
    assert not {DONE, WORKS} & set(texts(dialog))
    studio.publishing.trouble = None
    press(qtbot, dialog, "Test picture uploads")
    qtbot.waitUntil(lambda: WORKS in texts(dialog))
    type_into(qtbot, dialog, "Command", "another {file}")
    assert DONE in texts(dialog), "what was tried is no longer what stands there"


def test_the_keyboard_stays_in_the_keys_after_they_were_saved(dialog: SettingsDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My bucket (S3-compatible)")
    type_into(qtbot, dialog, "Access key id", "AKIA7")
    type_into(qtbot, dialog, "Secret access key", "s3cret\r")
    clear = control(dialog, "Clear the saved bucket's keys")
    qtbot.waitUntil(lambda: clear.isVisible() and control(dialog, "Secret access key").hasFocus())
    clear.setFocus()
    qtbot.keyClick(clear, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not clear.isVisible() and control(dialog, "Access key id").hasFocus())


def test_the_relays_own_section_is_one_press_away(dialog: SettingsDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My relay")
    press(qtbot, dialog, "Go to relay and callbacks")
    assert dialog.relay.isVisible()


def test_nothing_reachable_says_so(dialog: SettingsDialog) -> None:
    assert NOTHING in texts(dialog.pictures.published)


def test_what_is_reachable_is_listed_as_it_happens_and_withdrawn(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    studio.rows[1] = task_in(Phase.PROCESSING, 1, prompt="Slow dolly in\nalong a wooden pier")
    first = published(1)
    studio.publishing.publish(first, published(2, "rooftop.png", url="", tasks=()))
    qtbot.waitUntil(lambda: len(entries(dialog)) == 2)
    since, until = (f"{at.astimezone():%H:%M}" for at in (first.published_at, first.expires_at))
    named, facts, tasks = entries(dialog)[0]
    running = "Its task is still running and may fail without it."
    assert (named, tasks) == ("harbour.jpg", f"For “Slow dolly in along a wooden pier” · {running}")
    assert facts.startswith(f"My bucket · since {since}, until ")
    assert until in facts
    assert entries(dialog)[1] == ["rooftop.png", "My bucket · being published", "No longer needed by a task"]
    assert NOTHING not in texts(dialog.pictures.published)
    press(qtbot, dialog, "Withdraw harbour.jpg")
    qtbot.waitUntil(lambda: WITHDRAWN in entries(dialog)[0])
    assert [entry[0] for entry in entries(dialog)] == ["harbour.jpg", "rooftop.png"]
    press(qtbot, dialog, "Withdraw rooftop.png")
    qtbot.waitUntil(lambda: NOTHING in texts(dialog.pictures.published))


def test_what_only_this_computer_can_fetch_is_not_called_public(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    studio.publishing.publish(replace(published(1), route=PictureRoute.RELAY, url="http://127.0.0.1:40001/p/x.jpg"))
    qtbot.waitUntil(lambda: len(entries(dialog)) == 1)
    assert entries(dialog)[0][1].startswith("Only on this computer · since ")


def test_what_cannot_be_withdrawn_says_why_and_stays(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.publishing.hindered[1] = "The store cannot be reached."
    studio.publishing.publish(published(1))
    qtbot.waitUntil(lambda: len(entries(dialog)) == 1)
    press(qtbot, dialog, "Withdraw harbour.jpg")
    qtbot.waitUntil(lambda: "The store cannot be reached." in entries(dialog)[0])


def test_a_long_name_leaves_every_button_on_the_page(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    name = "x" * 81 + ".jpg"
    studio.rows[2] = task_in(Phase.PROCESSING, 2, prompt="W" * 100)
    studio.publishing.publish(published(1), published(2, name, trouble="W" * 100))
    qtbot.waitUntil(lambda: len(entries(dialog)) == 2)
    button, page = control(dialog, "Withdraw harbour.jpg"), dialog._pages.currentWidget()
    edge = page.mapTo(dialog, page.rect().topRight()).x()
    qtbot.waitUntil(lambda: button.width() > 0 and button.mapTo(dialog, button.rect().topRight()).x() < edge)
    assert entries(dialog)[1][0] == name, "the whole of it is said"
    (label,) = [one for one in dialog.findChildren(ElidedLabel) if one.text() == name]
    qtbot.waitUntil(lambda: 0 < label.width() < button.mapTo(dialog, QPoint()).x())
    assert label.shown().endswith("x.jpg")
    assert name in label.toolTip()


def three_listed(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    studio.publishing.publish(published(1), published(2, "pier.png"), published(3, "rooftop.png"))
    qtbot.waitUntil(lambda: len(entries(dialog)) == 3)


def focused(dialog: SettingsDialog) -> str:
    """Who has the keyboard."""
    widget = dialog.focusWidget()
    return widget.accessibleName() if widget else ""


def tabbed(dialog: SettingsDialog, qtbot: QtBot, key: Qt.Key = Qt.Key.Key_Tab) -> str:
    """Who gets the keyboard next; all of it can be seen."""
    qtbot.keyClick(dialog.focusWidget(), key)
    widget = dialog.focusWidget()
    assert widget is not None
    qtbot.waitUntil(lambda: widget.visibleRegion().boundingRect() == widget.rect())
    return widget.accessibleName()


def test_the_keyboard_goes_from_above_to_below(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    press(qtbot, dialog, "My own command")
    studio.publishing.publish(*(published(number, f"{number}.png") for number in range(1, SHOWN_AT_ONCE + 2)))
    qtbot.waitUntil(lambda: len(entries(dialog)) == SHOWN_AT_ONCE and has_settled(dialog.pictures))
    studio.publishing.publish(published(99, "new.png"))
    qtbot.waitUntil(lambda: entries(dialog)[0][0] == "new.png" and has_settled(dialog.pictures))
    control(dialog, "Command").setFocus()
    met = [tabbed(dialog, qtbot) for _ in range(SHOWN_AT_ONCE + 3)]
    assert met == [
        "Test picture uploads",
        "Withdraw new.png",
        *(f"Withdraw {number}.png" for number in range(1, SHOWN_AT_ONCE)),
        "Show more reachable pictures",
        "Close the settings",
    ]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_a_second_press_of_a_key_withdraws_nothing_else(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot, key: Qt.Key
) -> None:
    three_listed(dialog, studio, qtbot)
    for name in ("pier.png", "rooftop.png", "harbour.jpg"):
        before = len(studio.publishing.rows)
        button = control(dialog, f"Withdraw {name}")
        button.setFocus()
        qtbot.keyClick(button, key)
        qtbot.waitUntil(lambda said=f"{name}: {WITHDRAWN}": focused(dialog) == said)
        qtbot.keyClick(dialog.focusWidget(), key)
        assert focused(dialog) == f"{name}: {WITHDRAWN}"
        assert len(studio.publishing.rows) == before - 1
    assert NOTHING in texts(dialog.pictures.published)
    assert dialog.isVisible()


def test_the_keyboard_goes_on_from_what_was_withdrawn(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    three_listed(dialog, studio, qtbot)
    button = control(dialog, "Withdraw pier.png")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: focused(dialog) == f"pier.png: {WITHDRAWN}")
    assert tabbed(dialog, qtbot) == "Withdraw rooftop.png"
    assert tabbed(dialog, qtbot, Qt.Key.Key_Backtab) == f"pier.png: {WITHDRAWN}"
    assert tabbed(dialog, qtbot, Qt.Key.Key_Backtab) == "Withdraw harbour.jpg"


def test_what_ends_by_itself_hands_the_keyboard_to_no_other_picture(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    three_listed(dialog, studio, qtbot)
    control(dialog, "Withdraw pier.png").setFocus()
    studio.publishing.rows = [row for row in studio.publishing.rows if row.name != "pier.png"]
    studio.publishing.publish()
    qtbot.waitUntil(lambda: len(entries(dialog)) == 2)
    assert isinstance(heading := dialog.focusWidget(), QLabel)
    assert heading.text() == HEADING
    assert tabbed(dialog, qtbot) == "Withdraw harbour.jpg"


def test_what_was_withdrawn_and_is_reachable_again_gets_its_button_back(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    three_listed(dialog, studio, qtbot)
    button = control(dialog, "Withdraw pier.png")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: focused(dialog) == f"pier.png: {WITHDRAWN}")
    studio.publishing.publish(published(2, "pier.png"))
    qtbot.waitUntil(button.isVisible)
    assert WITHDRAWN not in texts(dialog.pictures.published)
    assert focused(dialog) == "Withdraw pier.png"


def test_a_second_click_at_the_same_place_withdraws_nothing_else(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    three_listed(dialog, studio, qtbot)
    button = control(dialog, "Withdraw pier.png")
    held = button.mapTo(dialog, button.rect().center())
    press(qtbot, dialog, "Withdraw pier.png")
    qtbot.waitUntil(lambda: WITHDRAWN in entries(dialog)[1])
    QCoreApplication.sendPostedEvents()
    assert not isinstance(dialog.childAt(held), QPushButton)
    assert [row.name for row in studio.publishing.rows] == ["harbour.jpg", "rooftop.png"]
    dialog.turn_to(SettingsPage.LOOK)
    dialog.turn_to(SettingsPage.PICTURES)
    assert [entry[0] for entry in entries(dialog)] == ["harbour.jpg", "rooftop.png"], "once nobody looks the list closes up"


def test_nothing_that_happens_in_the_list_is_a_window_of_its_own(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot, qapp: QApplication
) -> None:
    shown = Windows()
    qapp.installEventFilter(shown)
    studio.publishing.hindered[2] = "The store cannot be reached."
    three_listed(dialog, studio, qtbot)
    for name in ("Withdraw harbour.jpg", "Withdraw pier.png"):
        press(qtbot, dialog, name)
    qtbot.waitUntil(lambda: WITHDRAWN in entries(dialog)[0] and "The store cannot be reached." in entries(dialog)[1])
    qapp.removeEventFilter(shown)
    assert shown.names == []


class Windows(QObject):
    """Notes whatever appears on the desktop by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.names = list[str]()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(watched.accessibleName() or type(watched).__name__)
        return False


def test_of_very_many_only_the_first_are_built_and_a_change_builds_only_what_is_new(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    def built() -> list[PublishedEntry]:
        return dialog.pictures.published.findChildren(PublishedEntry)

    studio.publishing.publish(*(published(number) for number in range(1000, 0, -1)))
    qtbot.waitUntil(lambda: len(entries(dialog)) == SHOWN_AT_ONCE)
    before = built()
    assert len(before) == SHOWN_AT_ONCE
    assert "Show more (980)" in {button.text() for button in dialog.findChildren(QPushButton) if button.isVisible()}
    studio.publishing.publish(published(1001, "new.png"))
    qtbot.waitUntil(lambda: entries(dialog)[0][0] == "new.png")
    assert len(set(built()) - set(before)) == 1
    press(qtbot, dialog, "Show more reachable pictures")
    qtbot.waitUntil(lambda: len(entries(dialog)) == 2 * SHOWN_AT_ONCE)


def test_a_picture_that_was_sent_again_and_again_is_one_entry_and_withdrawn_as_one(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    again = [replace(published(number, url=""), fingerprint="f" * 64) for number in range(300, 0, -1)]
    studio.publishing.publish(*again, published(301, "rooftop.png"))
    qtbot.waitUntil(lambda: [entry[0] for entry in entries(dialog)] == ["harbour.jpg", "rooftop.png"])
    press(qtbot, dialog, "Withdraw harbour.jpg")
    qtbot.waitUntil(lambda: WITHDRAWN in entries(dialog)[0])
    assert [row.name for row in studio.publishing.rows] == ["rooftop.png"]


def test_a_burst_is_read_once_and_not_at_all_while_nobody_looks(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    three_listed(dialog, studio, qtbot)
    before = studio.publishing.asked
    for number in range(4, 104):
        studio.publishing.publish(published(number))
    qtbot.waitUntil(lambda: len(entries(dialog)) == SHOWN_AT_ONCE)
    assert studio.publishing.asked == before + 1
    dialog.turn_to(SettingsPage.LOOK)
    studio.publishing.publish(published(104, "unseen.png"))
    assert not dialog.pictures.published._collecting.isActive()
    dialog.turn_to(SettingsPage.PICTURES)
    qtbot.waitUntil(lambda: entries(dialog)[0][0] == "unseen.png")


def test_what_a_command_put_online_offers_no_button_that_cannot_work(
    dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot
) -> None:
    studio.publishing.publish(replace(published(1), route=PictureRoute.COMMAND))
    qtbot.waitUntil(lambda: len(entries(dialog)) == 1)
    assert "Withdraw harbour.jpg" not in visible_controls(dialog)


def test_the_choice_is_made_by_keyboard(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    qtbot.waitUntil(control(dialog, "Only by address").hasFocus)
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.keyClick(control(dialog, "Only by address"), Qt.Key.Key_Down)
    assert disk.saved == [Settings(picture_route=PictureRoute.BUCKET)]


def test_the_sentence_of_a_choice_can_be_pressed_too(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    sentence = next(label for label in dialog.findChildren(QLabel) if label.text().startswith("Every picture gets"))
    with qtbot.waitSignal(dialog.settings_saved):
        qtbot.mouseClick(sentence, Qt.MouseButton.LeftButton)
    assert disk.saved == [Settings(picture_route=PictureRoute.BUCKET)]
    assert control(dialog, "My bucket (S3-compatible)").hasFocus()


def test_the_tabulator_leads_to_the_choice_that_holds(dialog: SettingsDialog, studio: SettingsStudio, qtbot: QtBot) -> None:
    held = Settings(picture_route=PictureRoute.COMMAND)
    dialog.open_at(SettingsPage.PICTURES, held, studio, usual_folder=Path("/films"))
    pages = control(dialog, "Settings pages")
    pages.setFocus()
    qtbot.keyClick(pages, Qt.Key.Key_Tab)
    assert control(dialog, "My own command").hasFocus()
    qtbot.keyClick(control(dialog, "My own command"), Qt.Key.Key_Tab)
    assert control(dialog, "Command").hasFocus()


def test_the_focus_of_a_choice_is_as_wide_as_its_words(dialog: SettingsDialog, qtbot: QtBot) -> None:
    choice = control(dialog, "My relay")
    qtbot.waitUntil(lambda: choice.width() == choice.sizeHint().width())
    assert choice.width() < dialog.pictures.form.width() / 2
