"""What nobody caught reaches the log, the notice bar and the report, once each, from wherever it comes, without secrets."""

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, QTimerEvent, Signal, qCritical, qWarning
from pytestqt.qtbot import QtBot

from sora_studio.app.crash import CrashReporter
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus, NoticeCleared
from sora_studio.domain.settings import Settings
from sora_studio.logs import WINDOW_LOG, redacted, start_logging, stop_logging
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor
from sora_studio.ui.window.main_view import MainView
from tests import canary

SECRETS = f"GET https://cdn.example/clip.mp4?{canary.QUERY} with Bearer {canary.KEY}, {canary.KEY!r}"
KEPT = "GET https://cdn.example/clip.mp4?… with Bearer …, '…'"
WORDS = "Something went wrong inside the program. Your tasks are safe and the work goes on."


@dataclass
class Desk:
    """The window as the program wires it to its last handlers, and what the log says."""

    loop: StudioEventLoop
    view: MainView
    reporter: CrashReporter
    events: EventBus
    log: Path

    def logged(self, words: str) -> int:
        return self.log.read_text(encoding="utf-8").count(words)


@pytest.fixture
def levels() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", "PIL", "asyncio")]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture
def desk(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path, levels: None) -> Iterator[Desk]:
    view, events = MainView(Settings(), demo=False), EventBus()
    qtbot.addWidget(view)
    reporter = CrashReporter(lambda text: redacted(text, *canary.SECRETS))
    reporter.failed.connect(view.show_fault, Qt.ConnectionType.QueuedConnection)
    view.listen(events)
    start_logging(tmp_path / "logs", lambda: canary.SECRETS, file_name=WINDOW_LOG, console=False)
    reporter.install(loop)
    try:
        yield Desk(loop, view, reporter, events, tmp_path / "logs" / WINDOW_LOG)
    finally:
        reporter.uninstall()
        stop_logging()
        loop.run_until_complete(view.finish())


def fail(*_: object) -> NoReturn:
    raise ValueError(SECRETS)


async def fail_later() -> None:
    await asyncio.sleep(0)
    fail()


class Emitter(QObject):
    """Signals: `rung`."""

    rung = Signal()


class Ticker(QObject):
    def timerEvent(self, event: QTimerEvent) -> None:
        self.killTimer(event.timerId())
        fail()


class Finalized:
    def __del__(self) -> None:
        fail()


def in_a_slot(desk: Desk) -> None:
    emitter = Emitter(desk.view)
    emitter.rung.connect(fail)
    QTimer.singleShot(0, emitter.rung.emit)


def in_a_qt_method(desk: Desk) -> None:
    Ticker(desk.view).startTimer(0)


def in_a_task(desk: Desk) -> None:
    task = desk.loop.create_task(fail_later())
    desk.loop.run_until_complete(asyncio.wait([task]))
    del task
    gc.collect()


def in_a_task_of_the_window(desk: Desk) -> None:
    desk.view.scope.start(fail_later(), name="a task of the window")


def in_a_task_of_the_services(desk: Desk) -> None:
    async def start() -> None:
        Supervisor(Clock(), Notices(desk.events)).start(fail_later(), name="a task of the services")

    desk.loop.run_until_complete(start())


def in_a_callback(desk: Desk) -> None:
    desk.loop.call_soon(fail)


def in_a_timer(desk: Desk) -> None:
    desk.loop.call_later(0.001, fail)


def in_a_callback_of_a_task(desk: Desk) -> None:
    desk.loop.create_task(asyncio.sleep(0)).add_done_callback(fail)


def in_a_listener(desk: Desk) -> None:
    desk.events.subscribe(fail)
    desk.events.publish(NoticeCleared("nothing"))


def in_a_thread(_: Desk) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_a_callback_from_a_thread(desk: Desk) -> None:
    thread = threading.Thread(target=lambda: desk.loop.call_soon_threadsafe(fail))
    thread.start()
    thread.join()


def in_a_pool(desk: Desk) -> None:
    async def forget() -> None:
        await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(fail))])

    desk.loop.run_until_complete(forget())
    gc.collect()


def in_a_finalizer(_: Desk) -> None:
    Finalized()
    gc.collect()


def in_qt(_: Desk) -> None:
    qCritical(SECRETS)


WAYS: list[Callable[[Desk], None]] = [
    in_a_slot,
    in_a_qt_method,
    in_a_task,
    in_a_task_of_the_window,
    in_a_task_of_the_services,
    in_a_callback,
    in_a_timer,
    in_a_callback_of_a_task,
    in_a_listener,
    in_a_thread,
    in_a_callback_from_a_thread,
    in_a_pool,
    in_a_finalizer,
    in_qt,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_nobody_caught_is_told_once(
    way: Callable[[Desk], None], desk: Desk, qtbot: QtBot, expect_log: Callable[[str], None]
) -> None:
    expect_log("^ERROR ")
    way(desk)
    qtbot.waitUntil(lambda: desk.view.notices.texts() == [WORDS])
    desk.loop.run_until_complete(asyncio.sleep(0.01))
    QCoreApplication.processEvents()
    assert desk.view.notices.texts() == [WORDS]
    assert desk.logged(KEPT) == desk.logged("cdn.example") == 1
    report = desk.reporter.report()
    assert report.startswith("Sora Studio ")
    assert report.count(KEPT) == report.count("cdn.example") == 1
    assert canary.KEY not in report
    assert canary.QUERY not in report


def test_the_key_that_was_in_use_is_left_out_although_it_is_another_now(
    loop: StudioEventLoop, qapp: QCoreApplication, expect_log: Callable[[str], None]
) -> None:
    expect_log("a test")
    key = "old-key-1"
    reporter = CrashReporter(lambda text: redacted(text, key))
    reporter.install(loop)
    reporter.record(ValueError("old-key-1 was refused"), "a test")
    reporter.uninstall()
    key = "new-key-2"
    assert "ValueError: … was refused" in reporter.report()
    assert "old-key-1" not in reporter.report()


def test_only_the_last_errors_are_kept(
    loop: StudioEventLoop, qapp: QCoreApplication, expect_log: Callable[[str], None]
) -> None:
    expect_log("a test")
    reporter = CrashReporter(str)
    reporter.install(loop)
    for number in range(9):
        reporter.record(ValueError(f"error number {number}"), "a test")
    reporter.uninstall()
    report = reporter.report()
    assert "error number 8" in report
    assert "error number 3" not in report


def test_qt_s_warnings_are_logged_and_not_told(desk: Desk, qtbot: QtBot, expect_log: Callable[[str], None]) -> None:
    expect_log("WARNING qt: default: a warning")
    with qtbot.assertNotEmitted(desk.reporter.failed):
        qWarning("a warning")
    assert desk.logged("WARNING qt: default: a warning") == 1


def test_the_handlers_before_come_back(loop: StudioEventLoop, qapp: QCoreApplication) -> None:
    before = (sys.excepthook, sys.unraisablehook, threading.excepthook, list(logging.getLogger().handlers))
    reporter = CrashReporter(str)
    reporter.install(loop)
    assert sys.excepthook != before[0]
    reporter.uninstall()
    assert (sys.excepthook, sys.unraisablehook, threading.excepthook, logging.getLogger().handlers) == before
