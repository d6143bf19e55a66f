"""The inline field for a picture's web address: shown when asked for, gone with Enter or Escape."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.domain.request import is_url


class AddressField(QLineEdit):
    """Signals: `entered(str)` with an http(s) address, `refused(str)` with a sentence when it is none, `closed()`."""

    entered = Signal(str)
    refused = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Image address")
        self.setPlaceholderText("https://… and Enter")
        self.returnPressed.connect(self._on_return_pressed)
        self.hide()

    def ask(self, address: str) -> None:
        """Show it with an address to change, or empty."""
        self.setText(address)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Nothing more is asked for."""
        self.clear()
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        """Escape leaves everything as it was."""
        if arg__1.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(arg__1)

    def focusOutEvent(self, arg__1: QFocusEvent) -> None:
        """An empty field that nobody writes in goes away by itself."""
        super().focusOutEvent(arg__1)
        if not self.text():
            self.dismiss()

    def _on_return_pressed(self) -> None:
        address = self.text().strip()
        if not address:
            self.dismiss()
        elif is_url(address):
            self.entered.emit(address)
            self.dismiss()
        else:
            self.refused.emit("An image's address begins with https://.")
