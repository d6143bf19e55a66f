"""The notification leads back to the window: to the clip that plays there, or to the task that failed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtMultimedia import QVideoSink
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.simulator.serve import Running, running
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.notifier import Notifier
from sora_studio.viewmodels.window.finished_news import FinishedNews, News
from tests.gui.real_window import PATIENCE_MS, SPEED, sitting


@pytest.fixture
def simulator() -> Iterator[Running]:
    with running(speed=SPEED) as service:
        yield service


@pytest.mark.qt_log_ignore("PulseAudioService|No audio device|No RHI backend")  # no loudspeakers, no GPU
def test_play_plays_the_clip_that_became_ready_in_the_background(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, simulator: Running
) -> None:
    with sitting(loop, qtbot, tmp_path, simulator.url) as at:
        notifier, told = at.window.notifier, list[News]()
        notifier._news.told.connect(told.append)
        notifier._news.set_in_front(False)
        at.send("A harbour at dawn")
        qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE_MS)
        (news,) = told
        assert (news.title, news.body, news.clip) == ("1 ready", "A harbour at dawn", news.task)
        at.window.showMinimized()
        notifier._on_bus_chosen("play")
        assert not at.window.isMinimized()
        qtbot.waitUntil(lambda: at.window.stage.findChild(QVideoSink) is not None, timeout=PATIENCE_MS)
        assert at.window.stage.shown == news.task


@pytest.fixture
def scope(loop: StudioEventLoop) -> Iterator[TaskScope]:
    def fail(error: BaseException, name: str) -> None:
        pytest.fail(f"{name}: {error!r}")

    scope = TaskScope(fail)
    yield scope
    loop.run_until_complete(scope.close())


def test_without_a_bus_and_a_tray_nothing_happens(scope: TaskScope, qtbot: QtBot) -> None:
    news = FinishedNews()
    notifier = Notifier(scope, news=news)
    notifier.take_settings(Settings())
    news.told.emit(News("1 ready", "A harbour", task=1, clip=1))
    qtbot.waitUntil(lambda: not notifier._is_working)
    assert notifier.findChildren(QSystemTrayIcon) == []


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # an offscreen screen has no tray
def test_a_tray_stands_in_for_the_bus(scope: TaskScope, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = list[tuple[str, str]]()
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _icon, title, body, _picture: shown.append((title, body)))
    news = FinishedNews()
    notifier = Notifier(scope, news=news)
    notifier.take_settings(Settings())
    news.told.emit(News("1 refused", "A harbour", task=4, clip=None))
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [("1 refused", "A harbour")]
    (icon,) = notifier.findChildren(QSystemTrayIcon)
    assert icon.toolTip() == "Sora Studio: 1 refused"
    with qtbot.waitSignal(notifier.show_asked) as asked:
        icon.messageClicked.emit()
    assert asked.args == [4]
    news.withdrawn.emit()
    assert not icon.isVisible()
    qtbot.waitUntil(lambda: not notifier._is_working)
