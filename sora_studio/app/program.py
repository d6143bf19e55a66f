"""The program behind the window, from the first paint to the end: the event loop, the full view, and the session."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import cast

from PySide6.QtCore import QProcess, QProcessEnvironment, QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sora_studio.app.crash import CrashReporter
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.app.garbage_collector import GarbageCollector
from sora_studio.app.instance import SingleInstance
from sora_studio.app.session import Session
from sora_studio.domain.events import NoticeAction, NoticeLevel, NoticeRaised
from sora_studio.logs import WINDOW_LOG, redacted, start_logging, stop_logging
from sora_studio.storage.settings import SettingsFile
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.window.main_view import MainView
from sora_studio.ui.window.main_window import MainWindow, bring_to_front


class Program:
    """Owns everything that lives as long as the window, and runs it until the window is closed."""

    def __init__(
        self,
        app: QApplication,
        window: MainWindow,
        editor: PromptEditor,
        instance: SingleInstance,
        state: QSettings,
        *,
        folder: Path,
        demo: bool,
        output: Path | None,
    ) -> None:
        """`editor` is already in the window; its text is kept."""
        self._window, self._instance, self._state = window, instance, state
        self._garbage = GarbageCollector(app)
        self._loop = StudioEventLoop(app)
        asyncio.set_event_loop(self._loop)
        settings_file = SettingsFile(folder / "settings.toml")
        settings = settings_file.load()
        if settings.theme is not theme.choice():
            theme.apply(app, settings.theme)
        self._view = MainView(settings, demo=demo, editor=editor)
        self._session = Session(self._view, data_dir=folder, demo=demo, output=output)
        self._crashes = CrashReporter(lambda text: redacted(text, *self._session.secrets))
        start_logging(folder / "logs", lambda: self._session.secrets, file_name=WINDOW_LOG, console=True)
        self._wire()
        if settings_file.trouble:
            self._tell("settings", NoticeLevel.WARNING, settings_file.trouble, NoticeAction.OPEN_SETTINGS)

    def run(self) -> int:
        """Run until the window is closed or a signal arrives, then shut down in order; return the exit code."""
        self._crashes.install(self._loop)
        try:
            self._show_view()
            self._loop.run_forever()
            self._instance.release()
            self._remember()
            self._window.hide()
            self._loop.finish(self._session.end())
            self._garbage.finish()
        finally:
            self._crashes.uninstall()
            stop_logging()
            self._loop.close()
            asyncio.set_event_loop(None)
        return 0

    def _show_view(self) -> None:
        """Replace the first look with the full view, between two paints."""
        self._view.restore(self._state)
        self._window.setCentralWidget(self._view)
        self._view.compose.focus_editor()
        self._garbage.start()
        QTimer.singleShot(0, self._begin)

    def _remember(self) -> None:
        self._window.remember(self._state)
        self._view.remember(self._state)
        self._state.setValue("window/theme", theme.choice().value)
        self._state.sync()

    def _wire(self) -> None:
        view = self._view
        self._window.closing.connect(self._loop.stop)
        view.action_asked.connect(self._on_view_action_asked)
        view.offer_settings(self._session.change_settings)
        self._instance.asked_to_show.connect(self._on_instance_asked_to_show)
        # Queued, so that the notice's widgets are not created in the middle of the failing code.
        self._crashes.failed.connect(view.show_fault, Qt.ConnectionType.QueuedConnection)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._end_on(number)

    def _end_on(self, number: signal.Signals) -> None:
        try:
            self._loop.add_signal_handler(number, self._on_signal, number)
        except NotImplementedError:  # Windows: Python handles signals only while it runs; the window's clock ensures that
            signal.signal(number, lambda _number, _frame: self._on_signal(number))

    def _begin(self) -> None:
        self._session.begin(lambda error: self._crashes.record(error, "the start"))

    def _tell(self, cause: str, level: NoticeLevel, words: str, action: NoticeAction | None = None) -> None:
        self._view.notices.raise_notice(NoticeRaised(cause, level, words, action))

    def _on_signal(self, number: signal.Signals) -> None:
        signal.signal(number, signal.SIG_DFL)  # a second signal kills the process; data on disk stays consistent
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _on_instance_asked_to_show(self) -> None:
        bring_to_front(self._window)

    def _on_view_action_asked(self, action: NoticeAction) -> None:
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


def _start_simulator_window() -> bool:
    """Start the simulator's window in another process with its own data folder; return whether it started."""
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
    # The stubs declare a pair with the process id, but only the bool is returned.
    started = cast("bool | tuple[bool, int]", process.startDetached())
    return started if isinstance(started, bool) else started[0]
