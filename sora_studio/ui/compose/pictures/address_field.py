"""The inline field for a medium's web address: shown on request, closed by Enter or Escape."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.domain.request import is_url
from sora_studio.paths import NotAPath, local_path
from sora_studio.viewmodels.compose.media_places import with_article


class AddressField(QLineEdit):
    """Accepts an http(s) address, a full path, or a `file:` address.

    Signals: `entered(str)` with the address or path, `refused(str)` with the reason, `closed()`.
    """

    entered = Signal(str)
    refused = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._noun = "image"
        self.setAccessibleName("Image address")
        self.setPlaceholderText("https://… and Enter")
        self.returnPressed.connect(self._on_return_pressed)
        self.hide()

    def ask(self, address: str, noun: str = "image") -> None:
        """Show and focus the field with the address of a `noun` to edit, or empty."""
        self._noun = noun
        self.setAccessibleName(f"{noun[0].upper()}{noun[1:]} address")
        self.setText(address)
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Clear and hide the field."""
        self.clear()
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        """Close the field on Escape, without changes."""
        if arg__1.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(arg__1)

    def focusOutEvent(self, arg__1: QFocusEvent) -> None:
        """Close the field when it loses focus while empty."""
        super().focusOutEvent(arg__1)
        if not self.text():
            self.dismiss()

    def _on_return_pressed(self) -> None:
        address = self.text().strip()
        if not address:
            self.dismiss()
            return
        try:
            source = address if is_url(address) else str(local_path(address, anchored=True))
        except NotAPath as error:
            named = with_article(self._noun)
            self.refused.emit(f"{error} {named[0].upper()}{named[1:]}'s address begins with https://.")
        else:
            self.entered.emit(source)
            self.dismiss()
