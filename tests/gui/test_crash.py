"""What nobody caught reaches the log, the window and the report, from wherever it comes."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, qCritical, qWarning
from pytestqt.qtbot import QtBot

from sora_studio.app.crash import CrashReporter
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.logs import redacted


@pytest.fixture
def reporter(loop: StudioEventLoop) -> Iterator[CrashReporter]:
    made = CrashReporter(lambda text: redacted(text, "key-secret"))
    made.install(loop)
    yield made
    made.uninstall()


def test_errors_from_everywhere_are_told_and_reported(
    reporter: CrashReporter, loop: StudioEventLoop, qtbot: QtBot, expect_log: Callable[[str], None]
) -> None:
    told: list[int] = []
    reporter.failed.connect(lambda: told.append(1))
    for place in ("ValueError", "worker", "Exception in callback"):
        expect_log(f"Unexpected error in {place}")

    sys.excepthook(ValueError, ValueError("in the window"), None)

    def fail(words: str) -> None:
        raise ValueError(words)

    thread = threading.Thread(target=fail, args=("in a thread",), name="worker")
    thread.start()
    thread.join()
    loop.call_soon(fail, "in a callback")
    loop.run_until_complete(asyncio.sleep(0))
    qtbot.waitUntil(lambda: len(told) == 3)
    report = reporter.report()
    assert all(words in report for words in ("in the window", "in a thread", "in a callback"))


def test_the_report_holds_versions_and_no_secrets(reporter: CrashReporter) -> None:
    reporter.remember(ValueError("GET https://cdn.example/clip.mp4?signature=abc with Bearer key-secret, key-secret"))
    report = reporter.report()
    assert report.startswith("Sora Studio ")
    assert "https://cdn.example/clip.mp4?…" in report
    assert "key-secret" not in report
    assert "signature" not in report


def test_only_the_last_errors_are_kept(reporter: CrashReporter) -> None:
    for number in range(9):
        reporter.remember(ValueError(f"error number {number}"))
    report = reporter.report()
    assert "error number 8" in report
    assert "error number 3" not in report


def test_qt_s_words_are_logged_and_its_grave_ones_told(
    reporter: CrashReporter, qtbot: QtBot, expect_log: Callable[[str], None]
) -> None:
    expect_log("WARNING qt: default: a warning")
    expect_log("ERROR qt: default: a grave one")
    with qtbot.assertNotEmitted(reporter.failed):
        qWarning("a warning")
    with qtbot.waitSignal(reporter.failed):
        qCritical("a grave one")
    assert "a grave one" in reporter.report()


def test_the_handlers_before_come_back(loop: StudioEventLoop, qapp: QCoreApplication) -> None:
    before = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    reporter = CrashReporter(str)
    reporter.install(loop)
    assert sys.excepthook != before[0]
    reporter.uninstall()
    assert (sys.excepthook, sys.unraisablehook, threading.excepthook) == before
