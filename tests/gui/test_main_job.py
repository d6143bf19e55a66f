"""The whole of it: a person types a prompt in the real window, the simulator makes the clip, and it plays there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtMultimedia import QVideoSink
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.simulator.serve import running
from sora_studio.storage.secrets import SessionKeys
from sora_studio.studio import SIMULATOR, Studio
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.main_window import MainWindow

SPEED = 120.0
"""A clip in two seconds."""


@pytest.fixture
def studio(loop: StudioEventLoop, tmp_path: Path) -> Iterator[Studio]:
    with running(speed=SPEED) as simulator:
        made = Studio(data_dir=tmp_path, base_url=simulator.url, speed=SPEED, gateway_name=SIMULATOR, keys=SessionKeys("any"))
        loop.run_until_complete(made.start())
        yield made
        loop.run_until_complete(made.stop())


@pytest.fixture
def window(studio: Studio, loop: StudioEventLoop, qtbot: QtBot) -> Iterator[MainWindow]:
    window = MainWindow(Settings(), demo=True)
    window.resize(1600, 1000)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.attach(studio)
    yield window
    loop.run_until_complete(window.finish())
    window.close()
    window.deleteLater()


def spoken_rows(model: QAbstractItemModel) -> list[str]:
    """The list as a screen reader reads it."""
    rows = (model.index(row, 0) for row in range(model.rowCount()))
    return [str(index.data(Qt.ItemDataRole.AccessibleTextRole)) for index in rows]


def named(window: QWidget, name: str) -> QWidget:
    return next(widget for widget in window.findChildren(QWidget) if widget.accessibleName() == name)


@pytest.mark.qt_log_ignore("PulseAudioService|No audio device|No RHI backend")  # a machine without loudspeakers or GPU
def test_from_typing_to_a_playing_clip(window: MainWindow, studio: Studio, qtbot: QtBot) -> None:
    editor, generate = named(window, "Prompt"), named(window, "Generate")
    assert isinstance(editor, PromptEditor)
    qtbot.waitUntil(generate.isEnabled, timeout=10_000)
    qtbot.keyClicks(editor, "A tram glides through falling snow")
    qtbot.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    tasks = window.tasks.view
    qtbot.waitUntil(lambda: any("A tram glides" in words for words in spoken_rows(tasks.model())), timeout=10_000)
    assert editor.hasFocus()
    qtbot.waitUntil(lambda: any("Ready" in words for words in spoken_rows(tasks.model())), timeout=30_000)
    qtbot.waitUntil(lambda: "1 clip safe on disk" in window.status_bar.words(), timeout=10_000)
    clips = list(studio.output_dir.glob("*.mp4"))
    assert len(clips) == 1

    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(tasks.hasFocus)
    qtbot.keyClick(tasks, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.stage.findChild(QVideoSink) is not None, timeout=10_000)
    sink = window.stage.findChild(QVideoSink)
    assert isinstance(sink, QVideoSink)
    times_us: set[int] = set()
    sink.videoFrameChanged.connect(lambda frame: times_us.add(frame.startTime()))
    qtbot.waitUntil(lambda: len(times_us) >= 4, timeout=20_000)
    assert named(window, "Player").isVisible()
    window.stage.stop()
