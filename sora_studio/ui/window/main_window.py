"""The top-level window: title, geometry and closing. The central widget holds the content."""

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QWidget


class MainWindow(QMainWindow):
    """Opens with the first-paint placeholder, which the main view later replaces.

    Signals: `closing()` when the window is closed.
    """

    closing = Signal()

    def __init__(self, content: QWidget, *, demo: bool) -> None:
        super().__init__()
        self.setWindowTitle("Simulator" if demo else "Sora Studio")
        self.setMinimumSize(720, 560)
        available = self.screen().availableSize()
        self.resize(min(1600, available.width() * 9 // 10), min(1000, available.height() * 9 // 10))
        self.setCentralWidget(content)

    def restore(self, state: QSettings) -> None:
        """Restore the saved window geometry."""
        if (geometry := state.value("window/geometry")) is not None:
            self.restoreGeometry(geometry)

    def remember(self, state: QSettings) -> None:
        """Save the window geometry."""
        state.setValue("window/geometry", self.saveGeometry())

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closing.emit()


def bring_to_front(window: QWidget) -> None:
    """Show the window, restored if it is minimised, in front of all others as far as the desktop allows that."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
