"""A button for windows that are worked by keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PushButton(QPushButton):
    """Return and Enter press it where it has the keyboard, as the space bar does, and never from a neighbour."""

    def __init__(self, text: str, name: str = "", parent: QWidget | None = None) -> None:
        """`name` says what it does without what stands around it, where its text alone does not."""
        super().__init__(text, parent)
        if name:
            self.setAccessibleName(name)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Once for each press of a key, however long it is held."""
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() not in _ENTER_KEYS or not is_plain:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()
