"""A push button with keyboard behaviour suited to forms and dialogs."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PushButton(QPushButton):
    """Enter presses the focused button, as Space does, and never acts as a dialog's default button."""

    def __init__(self, text: str, name: str = "", parent: QWidget | None = None) -> None:
        """`name` is the accessible name, for texts that are unclear without their surroundings."""
        super().__init__(text, parent)
        if name:
            self.setAccessibleName(name)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Click on Enter or Return, ignoring auto-repeat."""
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() not in _ENTER_KEYS or not is_plain:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()
