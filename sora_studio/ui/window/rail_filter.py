"""The field above the rail that finds drafts by their words."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

PAUSE_MS = 150


class RailFilter(QLineEdit):
    """Hidden until it is offered. Esc empties it, ↓ and Enter go on to what was found.

    Signals: `changed(str)` soon after the last key, `left()` when the focus should go to the rail.
    """

    changed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Find a draft")
        self.setAccessibleName("Find a draft by its words")
        self.setClearButtonEnabled(True)
        self.hide()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)
        self.textChanged.connect(self._on_text_changed)

    def offer(self, *, offered: bool) -> None:
        """Show the field, or hide it; not while something stands in it."""
        self.setVisible(offered or bool(self.text()))

    def event(self, arg__1: QEvent) -> bool:
        """Keep Esc from the window's shortcut while there is something to be emptied."""
        is_override = arg__1.type() is QEvent.Type.ShortcutOverride
        if isinstance(arg__1, QKeyEvent) and is_override and arg__1.key() == Qt.Key.Key_Escape and self.text():
            arg__1.accept()
            return True
        return super().event(arg__1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_text_changed(self, text: str) -> None:
        if text:
            self._pause.start()
        else:
            self._pause.stop()
            self.changed.emit("")

    def _on_pause_timeout(self) -> None:
        self.changed.emit(self.text())
