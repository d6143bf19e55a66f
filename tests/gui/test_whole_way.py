"""The whole way in the real window: a prompt is typed, the service makes the clip, and it plays there."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtMultimedia import QVideoSink
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.simulator.serve import Running, running
from sora_studio.storage.secrets import KeyringKeys
from sora_studio.ui.compose.pictures.image_well import ImageWell
from tests.canary import KEY
from tests.gui.real_window import PATIENCE_MS, SPEED, Sitting, sitting

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService|No audio device|No RHI backend")  # no loudspeakers, no GPU


@pytest.fixture
def simulator() -> Iterator[Running]:
    with running(speed=SPEED) as service:
        yield service


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running) -> Iterator[Sitting]:
    with sitting(loop, qtbot, tmp_path, simulator.url) as at:
        yield at


@pytest.fixture
def still() -> QImage:
    image = QImage(320, 180, QImage.Format.Format_RGB32)
    image.fill(QColor("orange"))
    return image


@pytest.fixture
def picture(tmp_path: Path, still: QImage) -> Path:
    path = tmp_path / "harbour & pier.png"
    assert still.save(str(path))
    return path


def clip_in(folder: Path) -> Path:
    """The one clip on disk, with its description and nothing else beside it."""
    (film,) = (folder / "clips").glob("*.mp4")
    assert sorted((folder / "clips").iterdir()) == [film.with_suffix(".json"), film]
    return film


def frames_of(film: Path) -> list[av.VideoFrame]:
    with av.open(str(film)) as container:
        return list(container.decode(video=0))


def wait_for_frames(at: Sitting, qtbot: QtBot) -> None:
    """Different frames arrive where the player shows them from."""
    qtbot.waitUntil(lambda: at.window.stage.findChild(QVideoSink) is not None, timeout=PATIENCE_MS)
    sink = at.window.stage.findChild(QVideoSink)
    assert isinstance(sink, QVideoSink)
    times_us = set[int]()
    sink.videoFrameChanged.connect(lambda frame: times_us.add(frame.startTime()))
    qtbot.waitUntil(lambda: len(times_us) >= 4, timeout=PATIENCE_MS)
    assert at.named(QWidget, "Player").isVisible()
    at.window.stage.stop()


def test_from_typing_to_a_playing_clip(desk: Sitting, simulator: Running, qtbot: QtBot, tmp_path: Path) -> None:
    assert desk.generate.text() == "Generate · $0.10–0.15"
    qtbot.waitUntil(lambda: desk.studio.balance.usd is not None, timeout=PATIENCE_MS)
    desk.send("A tram glides through falling snow")
    row = desk.wait_for_row("A tram glides through falling snow", "Sora 2", "10 s landscape")
    assert any(word in row for word in ("Waiting", "Sending", "Pending", "Processing"))
    assert desk.editor.hasFocus()
    assert desk.editor.text() == "A tram glides through falling snow"

    desk.wait_for_row("A tram glides through falling snow", "Ready, not seen")
    qtbot.waitUntil(lambda: "1 clip safe on disk" in desk.window.status_bar.words(), timeout=PATIENCE_MS)
    assert desk.editor.hasFocus()
    assert len(frames_of(clip_in(tmp_path))) == 240
    (charge,) = simulator.state.charges
    assert charge.prompt == "A tram glides through falling snow"
    qtbot.waitUntil(lambda: desk.generate.text() == f"Generate · ≈ ${charge.usd:.2f}", timeout=PATIENCE_MS)
    assert desk.generate.toolTip() == f"One clip: ≈ ${charge.usd:.2f} (1 measured)"

    desk.press_enter_on_the_card()
    wait_for_frames(desk, qtbot)
    desk.wait_for_row("A tram glides through falling snow", "Ready.")


def drop_file(desk: Sitting, picture: Path, _still: QImage, _qtbot: QtBot) -> None:
    """Dragged from a file manager on to the empty well."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture))])
    well = desk.named(ImageWell, "Add an image")
    action, button, no_keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(8, 8), action, mime, button, no_keys)
    QApplication.sendEvent(well, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(well, QDropEvent(QPointF(8, 8), action, mime, button, no_keys))


def paste_pixels(desk: Sitting, _picture: Path, still: QImage, qtbot: QtBot) -> None:
    """Copied in a browser: pixels without a file, pasted while writing."""
    QGuiApplication.clipboard().setImage(still)
    qtbot.keyClick(desk.editor, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.editor.text() == ""


@pytest.mark.parametrize("bring", [drop_file, paste_pixels])
def test_a_picture_from_this_machine_comes_alive(
    bring: Callable[[Sitting, Path, QImage, QtBot], None],
    desk: Sitting,
    simulator: Running,
    picture: Path,
    still: QImage,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    bring(desk, picture, still, qtbot)
    qtbot.waitUntil(lambda: any("320 by 180" in well.accessibleName() for well in desk.window.findChildren(ImageWell)))
    desk.send("The boats begin to rock")
    desk.wait_for_row("The boats begin to rock", "Ready")

    (made,) = simulator.state.tasks
    assert made.picture is not None, "the service has fetched it"
    film = clip_in(tmp_path)
    assert json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))["mode"] == "image-to-video"
    frame = frames_of(film)[120].to_image()
    red, green, blue = frame.getpixel((frame.width // 2, frame.height // 2))
    assert (red > 220, 130 < green < 200, blue < 60) == (True, True, True), "it shows the orange picture"
    desk.press_enter_on_the_card()
    wait_for_frames(desk, qtbot)


def test_what_the_service_refuses_is_said_plainly_and_fixed_in_the_editor(
    desk: Sitting, simulator: Running, qtbot: QtBot, tmp_path: Path
) -> None:
    desk.send("A [violation] in a quiet street")
    row = desk.wait_for_row("A [violation] in a quiet street", "against the content rules")
    assert "Reword what could be read as violent" in row
    assert "The prompt violates the content policy." in row
    assert list((tmp_path / "clips").iterdir()) == [], "the folder was tried before sending, and nothing was left in it"

    qtbot.keyClick(desk.editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(desk.editor, "Something else")
    desk.press_enter_on_the_card()
    assert desk.editor.text() == "A [violation] in a quiet street"
    assert desk.editor.hasFocus()
    qtbot.keyClick(desk.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.editor.text() == "Something else"
    assert simulator.state.balance_usd == 100, "what the service failed costs nothing"


def test_without_a_key_everything_but_generate_works(
    loop: StudioEventLoop, simulator: Running, qtbot: QtBot, tmp_path: Path
) -> None:
    with sitting(loop, qtbot, tmp_path, simulator.url) as desk:
        desk.send("Fog over the harbour")
        desk.wait_for_row("Fog over the harbour", "Ready")
    asked_before = len(simulator.state.requests)

    with sitting(loop, qtbot, tmp_path, simulator.url, keys=KeyringKeys()) as desk:
        assert desk.editor.text() == "Fog over the harbour"
        (banner,) = desk.window.notices.texts()
        assert "Generate, which needs an API key" in banner
        desk.wait_for_row("Fog over the harbour", "Ready")
        desk.press_enter_on_the_card()
        wait_for_frames(desk, qtbot)

        qtbot.keyClick(desk.window, Qt.Key.Key_Escape)
        desk.send(", and then the sun")
        key = desk.named(QLineEdit, "API key")
        qtbot.waitUntil(key.isVisible)
        assert len(desk.rows()) == 1
        assert len(simulator.state.requests) == asked_before

        qtbot.keyClicks(key, KEY)
        qtbot.keyClick(key, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: desk.reads("for this session only"), timeout=PATIENCE_MS)
        assert desk.window.notices.texts() == []
        qtbot.keyClick(key, Qt.Key.Key_Escape)
        assert not key.isVisible()
        with qtbot.waitActive(desk.window):  # the offscreen screen does not give the keyboard back by itself
            desk.window.activateWindow()
        desk.press_generate()
        desk.wait_for_row("Fog over the harbour, and then the sun", "Ready")


def test_hammering_ctrl_enter_pays_once_and_a_wished_second_time_twice(desk: Sitting, simulator: Running, qtbot: QtBot) -> None:
    desk.send("Fog over the harbour")
    presses = list[bool]()

    def hammer() -> bool:
        """The bounce of a key, and then an impatient hand, on and on into the question."""
        desk.press_generate()
        presses.append(desk.reads("Send it again?"))
        return sum(presses) >= 10

    qtbot.waitUntil(hammer, timeout=PATIENCE_MS)
    desk.wait_for_row("Fog over the harbour", "Ready")
    assert len(simulator.state.charges) == 1
    assert desk.reads("Send it again?")
    (again,) = [button for button in desk.window.findChildren(QPushButton) if button.text() == "Again"]
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(simulator.state.charges) == 2, timeout=PATIENCE_MS)
    assert not desk.reads("Send it again?")
