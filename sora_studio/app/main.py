"""The graphical entry point: shows a window that accepts typing first, and loads everything else after that."""

import contextlib
import importlib
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QLoggingCategory, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from sora_studio import __version__
from sora_studio.app.instance import SingleInstance
from sora_studio.domain.theme_choice import Theme
from sora_studio.folders import make_private
from sora_studio.paths import data_dir
from sora_studio.ui.kit import theme
from sora_studio.ui.window.first_look import FirstLook
from sora_studio.ui.window.main_window import MainWindow

PAINT_WITHIN_MS = 1500
"""How long to wait for the first paint: a window that starts minimised is never painted."""
HARMLESS = "qt.multimedia.*=false\nqt.qpa.wayland.textinput=false\nqt.accessibility.atspi=false"
"""Filters Qt's messages about missing sound servers, hardware decoders and screen readers, which are not needed."""
PIECES = (
    "asyncio",
    "sora_studio.app.event_loop",
    "sora_studio.storage.settings",
    "sora_studio.ui.kit.task_scope",
    "sora_studio.ui.stage.panel",
    "sora_studio.ui.compose.panel",
    "sora_studio.ui.tasks.panel",
    "sora_studio.ui.window.main_view",
    "sora_studio.app.program",
)
"""Modules imported after the first paint, one per event loop turn: each delays typing by 30 ms at most."""


def run(*, demo: bool, output: Path | None) -> int:
    """Run the window until it is closed and return the exit code. A second start on the same data shows the first window."""
    app = _build_application()
    folder = data_dir(demo=demo)
    with contextlib.suppress(OSError):  # reported in the window, when the studio starts
        make_private(folder)
    instance = SingleInstance(folder)
    if not instance.claim():
        return 0
    state = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    theme.apply(app, _look_of_last_time(state))
    look = FirstLook()
    window = MainWindow(look, demo=demo)
    window.restore(state)
    look.restore(state)
    _open(window, look)
    if window.isHidden():  # closed already
        return 0
    from sora_studio.app.program import Program

    return Program(app, window, look.editor, instance, state, folder=folder, demo=demo, output=output).run()


def _open(window: MainWindow, look: FirstLook) -> None:
    """Show the window and import `PIECES`, processing events in between. Uses Qt only, as asyncio is one of the pieces."""
    loop, turn, pieces = QEventLoop(), QTimer(singleShot=True), iter(PIECES)

    def import_piece() -> None:
        if (piece := next(pieces, None)) is None:
            loop.quit()
        else:
            turn.start(0)
            importlib.import_module(piece)

    turn.timeout.connect(import_piece)
    look.painted.connect(lambda: turn.start(0))
    window.closing.connect(loop.quit)
    turn.start(PAINT_WITHIN_MS)
    window.show()
    loop.exec()


def _look_of_last_time(state: QSettings) -> Theme:
    """Return the last run's theme. The settings are loaded later; a theme that was edited there applies then."""
    try:
        return Theme(str(state.value("window/theme")))
    except ValueError:
        return Theme.SYSTEM


def _build_application() -> QApplication:
    QLoggingCategory.setFilterRules(HARMLESS)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("sora-studio")
    app.setApplicationDisplayName("Sora Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("sora-studio")
    app.setQuitOnLastWindowClosed(False)  # the draft and running work are saved first
    return app
