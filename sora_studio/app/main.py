"""The graphical entry: a painted window that takes typing first, and everything that stands behind it after that."""

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
"""A window that starts minimised is never painted; the program goes on all the same."""
HARMLESS = "qt.multimedia.*=false\nqt.qpa.wayland.textinput=false\nqt.accessibility.atspi=false"
"""What Qt says about missing sound servers, hardware decoders and screen readers; all works without them."""
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
"""What the program imports once the window is painted. Typing waits for one of them at most, some 30 ms for the longest."""


def run(*, demo: bool, output: Path | None) -> int:
    """The window until it is closed; returns the exit code. A second start on the same data shows the first one's window."""
    app = _build_application()
    folder = data_dir(demo=demo)
    with contextlib.suppress(OSError):  # said once the window is there, when the studio starts
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
    """Show the window and import the pieces, with turns for painting and typing between them. Qt alone: asyncio is a piece."""
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
    """The settings are read later: they may have been changed by hand, but hardly ever are."""
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
    app.setQuitOnLastWindowClosed(False)  # the draft and what is in flight come first
    return app
