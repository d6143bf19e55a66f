"""The graphical entry: puts a painted window on the screen first, and everything heavy behind it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QLoggingCategory, QProcess, QProcessEnvironment, QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sora_studio import __version__
from sora_studio.app.crash import CrashReporter
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.app.instance import SingleInstance
from sora_studio.app.session import Session
from sora_studio.domain.events import NoticeAction, NoticeLevel, NoticeRaised
from sora_studio.logs import WINDOW_LOG, redacted, start_logging, stop_logging
from sora_studio.paths import data_dir
from sora_studio.storage.settings import SettingsFile
from sora_studio.ui import theme
from sora_studio.ui.main_window import MainWindow

PAINT_WITHIN_MS = 1500
"""A window that starts minimised is never painted; the studio starts all the same."""
HARMLESS = "qt.multimedia.*=false\nqt.qpa.wayland.textinput=false"
"""What Qt says about missing sound servers and hardware decoders; playing works without them."""


def run(*, demo: bool, output: Path | None) -> int:
    """The window until it is closed; returns the exit code. A second start on the same data shows the first one's window."""
    app = _application()
    folder = data_dir(demo=demo)
    instance = SingleInstance(folder)
    if not instance.claim():
        return 0
    loop = StudioEventLoop(app)
    asyncio.set_event_loop(loop)
    program = Program(loop, instance, folder=folder, demo=demo, output=output)
    try:
        return program.run()
    finally:
        loop.close()
        asyncio.set_event_loop(None)


class Program:
    """Everything that lives as long as the window, and what the window cannot do alone."""

    def __init__(
        self, loop: StudioEventLoop, instance: SingleInstance, *, folder: Path, demo: bool, output: Path | None
    ) -> None:
        self._loop = loop
        self._instance = instance
        self._has_begun = False
        self._state = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        settings_file = SettingsFile(folder / "settings.toml")
        settings = settings_file.load()
        theme.apply(_application(), settings.theme)
        self._window = MainWindow(settings, demo=demo)
        self._session = Session(self._window, data_dir=folder, demo=demo, output=output)
        self._crashes = CrashReporter(lambda text: redacted(text, self._session.key))
        start_logging(folder / "logs", lambda: self._session.key, file_name=WINDOW_LOG, console=True)
        self._wire()
        if settings_file.trouble:
            self._tell("settings", NoticeLevel.WARNING, settings_file.trouble, NoticeAction.OPEN_SETTINGS)

    def run(self) -> int:
        """Show, work, and end in order, however the end came."""
        self._crashes.install(self._loop)
        try:
            self._window.restore(self._state)
            self._window.show()
            QTimer.singleShot(PAINT_WITHIN_MS, self._begin)
            self._loop.run_forever()
            self._instance.release()
            self._window.remember(self._state)
            self._state.sync()
            self._window.hide()
            self._loop.run_until_complete(self._session.end())
        finally:
            self._crashes.uninstall()
            stop_logging()
        return 0

    def _wire(self) -> None:
        window = self._window
        window.painted.connect(self._begin)
        window.closing.connect(self._loop.stop)
        window.action_asked.connect(self._on_window_action_asked)
        window.task_failed.connect(self._crashes.remember)
        window.offer_settings(self._session.change_settings)
        self._instance.asked_to_show.connect(self._on_instance_asked_to_show)
        self._crashes.failed.connect(window.show_fault)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._end_on(number)

    def _end_on(self, number: signal.Signals) -> None:
        try:
            self._loop.add_signal_handler(number, self._on_signal, number)
        except NotImplementedError:  # Windows: Python looks at signals only when it runs, which the window's clock sees to
            signal.signal(number, lambda _number, _frame: self._on_signal(number))

    def _begin(self) -> None:
        """By the paint or by the patience, whichever comes first: a start that failed is repeated only when a person asks."""
        if self._has_begun:
            return
        self._has_begun = True
        self._session.begin(lambda error: self._crashes.record(error, "the start"))

    def _tell(self, cause: str, level: NoticeLevel, words: str, action: NoticeAction | None = None) -> None:
        self._window.notices.raise_notice(NoticeRaised(cause, level, words, action))

    def _on_signal(self, number: signal.Signals) -> None:
        signal.signal(number, signal.SIG_DFL)  # a second one ends at once; every step on disk is whole
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _on_instance_asked_to_show(self) -> None:
        window = self._window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    def _on_window_action_asked(self, action: NoticeAction) -> None:
        match action:
            case NoticeAction.TRY_SIMULATOR:
                self._try_simulator()
            case NoticeAction.COPY_REPORT:
                QGuiApplication.clipboard().setText(self._crashes.report())
            case _:
                self._session.retry(lambda error: self._crashes.record(error, "the start"))

    def _try_simulator(self) -> None:
        if not _start_simulator_window():
            self._tell("simulator", NoticeLevel.WARNING, "The simulator's window could not be started.")


def _application() -> QApplication:
    """The one application of this process, made on the first call."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QLoggingCategory.setFilterRules(HARMLESS)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("sora-studio")
    app.setApplicationDisplayName("Sora Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("sora-studio")
    app.setQuitOnLastWindowClosed(False)  # the draft and what is in flight come first
    return app


def _start_simulator_window() -> bool:
    """Another process on its own data folder; this window stays as it is."""
    process = QProcess()
    if getattr(sys, "frozen", False):
        process.setArguments(["--demo"])
    else:
        process.setArguments(["-m", "sora_studio", "--demo"])
        environment = QProcessEnvironment.systemEnvironment()
        package = str(Path(__file__).resolve().parents[2])
        known = environment.value("PYTHONPATH")
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, (package, known))))
        process.setProcessEnvironment(environment)
    process.setProgram(sys.executable)
    return process.startDetached()[0]
