"""The models page: a check of what the service publishes, proposals installed only when confirmed, and the list of files."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.models.model_index import PublishedModels
from sora_studio.gateway.model_index import HttpModelIndex
from sora_studio.simulator.serve import Running, running
from sora_studio.ui.settings.dialog import SettingsDialog
from sora_studio.ui.settings.models.check_section import CANCELLED
from sora_studio.ui.settings.settings_page import SettingsPage
from tests.doubles.model_library import Fetch, model_folders, model_library, publish_nothing, write_own
from tests.doubles.models import HARBOUR, shipped_texts
from tests.doubles.settings_studio import SettingsStudio
from tests.gui.settings_desk import Disk, control, opened, press, texts, type_into

HOSTILE = '<b>bold</b><img src="file:///etc/hostname">'


@pytest.fixture(scope="module")
def simulator() -> Iterator[Running]:
    with running(speed=100) as service:
        yield service


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """All models are shipped but Vidu Q3."""
    return model_folders(tmp_path, *(slug for slug in shipped_texts() if slug != "vidu-q3"))


@pytest.fixture
def own(folders: tuple[Path, Path]) -> Path:
    return folders[1]


@pytest.fixture
def fetch(simulator: Running) -> Fetch:
    return HttpModelIndex(f"{simulator.url}/docs").fetch


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def dialog(
    loop: StudioEventLoop, disk: Disk, folders: tuple[Path, Path], fetch: Fetch, qtbot: QtBot
) -> Iterator[SettingsDialog]:
    studio = SettingsStudio()
    studio.models = model_library(*folders, fetch)
    with opened(SettingsPage.MODELS, loop=loop, disk=disk, studio=studio, qtbot=qtbot) as dialog:
        qtbot.waitUntil(lambda: dialog.models.list.count() > 0)
        yield dialog


def check(dialog: SettingsDialog, qtbot: QtBot) -> list[str]:
    """Press the button and return the rows of the result."""
    click(dialog, "Check for new models", qtbot)
    qtbot.waitUntil(lambda: "Nothing is installed by itself." in dialog.new_models.state.words(), timeout=15_000)
    return dialog.new_models.list.words()


def choose(dialog: SettingsDialog, title: str) -> None:
    rows = dialog.models.list.words()
    dialog.models.list.setCurrentRow(next(row for row, words in enumerate(rows) if words.startswith(title)))


def click(dialog: SettingsDialog, words: str, qtbot: QtBot) -> None:
    """Press the button that can be seen and has this text."""
    (button,) = [button for button in dialog.findChildren(QPushButton) if button.text() == words and button.isVisible()]
    qtbot.waitUntil(button.isEnabled)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_new_model_is_proposed_and_installed_only_when_confirmed(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    assert check(dialog, qtbot) == ["Vidu Q3 · new: The service lists this model, and no profile is installed for it."]
    qtbot.waitUntil(lambda: any(words.startswith("Open in the proposal:") for words in texts(dialog)))
    press(qtbot, dialog, "Install the proposal")
    qtbot.waitUntil(lambda: dialog.new_models.question.words == "Install the proposal for Vidu Q3 as models/vidu-q3.toml?")
    assert not (own / "vidu-q3.toml").exists()
    click(dialog, "Cancel", qtbot)
    assert dialog.new_models.question.words == ""
    press(qtbot, dialog, "Install the proposal")
    qtbot.waitUntil(lambda: dialog.new_models.question.words != "")
    click(dialog, "Install", qtbot)
    qtbot.waitUntil(lambda: "is installed" in dialog.new_models.question.words)
    assert (own / "vidu-q3.toml").exists()
    assert "Vidu Q3: vidu-q3 · your own" in dialog.models.list.words()

    click(dialog, "Check for new models", qtbot)
    qtbot.waitUntil(lambda: "1 changed" in dialog.new_models.state.words(), timeout=15_000)
    assert dialog.new_models.list.words() == [  # what the proposal leaves open is told again
        "Vidu Q3 · changed: image-to-video, turbo-image-to-video: image_urls takes at most 2 instead of 1."
    ]


def test_an_own_file_is_kept_when_a_proposal_replaces_it(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    text = shipped_texts()["vidu-q3"].replace("16", "12")
    write_own(own, "vidu-q3", text)
    (row,) = check(dialog, qtbot)
    assert row.startswith("Vidu Q3 · changed: ")
    press(qtbot, dialog, "Install the proposal")
    qtbot.waitUntil(lambda: "Your own file is kept" in dialog.new_models.question.words)
    click(dialog, "Install", qtbot)
    qtbot.waitUntil(lambda: "Your former file is kept as vidu-q3.toml.bak." in dialog.new_models.question.words)
    assert (own / "vidu-q3.toml.bak").read_text(encoding="utf-8") == text


def test_a_proposal_is_opened_in_the_editor(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    check(dialog, qtbot)
    with qtbot.waitSignal(dialog.proposal_asked) as asked:
        click(dialog, "Look at the proposal", qtbot)
    (proposal,) = asked.args
    assert proposal.parent.parent == own / "proposed"


async def _never() -> PublishedModels:
    return await asyncio.Event().wait()  # type: ignore[return-value] - never


@pytest.mark.parametrize("fetch", [_never])
def test_closing_the_settings_cancels_a_check(dialog: SettingsDialog, qtbot: QtBot) -> None:
    click(dialog, "Check for new models", qtbot)
    qtbot.waitUntil(lambda: "Reading" in dialog.new_models.state.words())
    press(qtbot, dialog, "Cancel the check")
    qtbot.waitUntil(lambda: dialog.new_models.state.words() == CANCELLED)
    click(dialog, "Check for new models", qtbot)
    qtbot.waitUntil(lambda: "Reading" in dialog.new_models.state.words())
    dialog.accept()
    qtbot.waitUntil(lambda: dialog.new_models.state.words() == CANCELLED)


def _pages(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("index.json"):
        rows = [{"model_id": f"m{number}", "title": HOSTILE, "category": "video"} for number in range(300)]
        rows += [{"model_id": "../evil", "title": "x", "category": "video"}, {"model_id": 7}]
        for row in rows[:3]:
            row["schema_path"] = f"/{row['model_id']}.json"
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps({"models": rows}).encode()))
    return httpx.Response(200, stream=httpx.ByteStream(f'{{"oneOf": "{HOSTILE}"'.replace('"file', "").encode()))


def hostile_fetch() -> Fetch:
    return HttpModelIndex("https://service.example/docs", transport=httpx.MockTransport(_pages)).fetch


@pytest.mark.parametrize("fetch", [hostile_fetch()])
def test_a_hostile_index_shows_sentences_only(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    rows = check(dialog, qtbot)
    assert len(rows) == 200 + 23 + 1
    assert HOSTILE in rows[0]
    assert dialog.new_models._title.text() == f"{HOSTILE} · new"
    assert dialog.new_models._title.textFormat() is Qt.TextFormat.PlainText
    assert rows[-1] == "The list · not compared: 102 entries of the index are not used."
    assert list(own.iterdir()) == []


@pytest.mark.parametrize("fetch", [HttpModelIndex("http://127.0.0.1:9/docs").fetch])
def test_an_index_that_is_not_there_is_a_sentence(dialog: SettingsDialog, qtbot: QtBot) -> None:
    click(dialog, "Check for new models", qtbot)
    qtbot.waitUntil(lambda: "The list of models cannot be reached." in dialog.new_models.state.words())


@pytest.mark.parametrize("fetch", [publish_nothing])
def test_the_address_is_saved_and_a_bad_one_is_told(dialog: SettingsDialog, disk: Disk, qtbot: QtBot) -> None:
    name = "Address of the list of models"
    type_into(qtbot, dialog, name, "http://models.example/docs")
    qtbot.keyClick(control(dialog, name), Qt.Key.Key_Return)
    assert "must begin with https" in dialog.new_models.field.words()
    type_into(qtbot, dialog, name, "https://models.example/docs/")
    qtbot.keyClick(control(dialog, name), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [settings.models_url for settings in disk.saved] == ["https://models.example/docs"])


@pytest.mark.parametrize("fetch", [publish_nothing])
def test_a_file_that_cannot_be_read_comes_first_and_opens_at_its_line(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    write_own(own, "harbour-1", HARBOUR.replace("required = true", "required = 1"))
    dialog.models.refresh()
    qtbot.waitUntil(lambda: dialog.models.list.words()[0].startswith("harbour-1.toml: Cannot be read, line "))
    choose(dialog, "harbour-1.toml")
    line = HARBOUR[: HARBOUR.index("required = true")].count("\n") + 1
    with qtbot.waitSignal(dialog.model_asked) as asked:
        press(qtbot, dialog, "Edit the model")
    assert asked.args == ["harbour-1.toml", line]


@pytest.mark.parametrize("fetch", [publish_nothing])
def test_a_copy_gets_a_slug_of_its_own(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    choose(dialog, "Sora 2")
    press(qtbot, dialog, "Duplicate the model")
    entry = dialog.models.question._name
    assert entry.text() == "sora-2-2"
    entry.clear()
    qtbot.keyClicks(entry, "SORA-2")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert dialog.models.question.words == "There is already a model with this slug."
    entry.clear()
    qtbot.keyClicks(entry, "harbour-9")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.models.question.words.startswith("The copy is saved as harbour-9.toml."))
    assert "Sora 2 (copy): sora · your own · retiring" in dialog.models.list.words()
    assert (own / "harbour-9.toml").exists()


@pytest.mark.parametrize("fetch", [publish_nothing])
def test_the_shipped_one_is_restored_and_that_can_be_undone(dialog: SettingsDialog, own: Path, qtbot: QtBot) -> None:
    path = write_own(own, "sora-2", shipped_texts()["sora-2"].replace("Sora 2", "My Sora"))
    dialog.models.refresh()
    qtbot.waitUntil(lambda: any(words.startswith("My Sora") for words in dialog.models.list.words()))
    choose(dialog, "My Sora")
    press(qtbot, dialog, "Restore the shipped model")
    click(dialog, "Restore", qtbot)
    qtbot.waitUntil(lambda: "kept as sora-2.toml.bak" in dialog.models.question.words)
    assert not path.exists()
    click(dialog, "Undo", qtbot)
    qtbot.waitUntil(lambda: dialog.models.question.words == "Your own file is in use again.")
    assert path.exists()
    assert any(words.startswith("My Sora") for words in dialog.models.list.words())
