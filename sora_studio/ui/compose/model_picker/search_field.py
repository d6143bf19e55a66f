"""The search field of the model picker."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.ui.kit import theme

HINT = "name, “1080p”, “sound”, “end frame”, “under $0.30”"
_ICON, _LEFT = 14, 10


class SearchField(QLineEdit):
    """A line edit with a magnifying glass. Home, End and Ctrl+D (Delete on some systems) are left to the picker."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(HINT)
        self.setAccessibleName("Search models by name and facts")
        self.setMaxLength(200)
        self.setTextMargins(_ICON + 8, 0, 0, 0)
        theme.notifier.changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Edit the text, or pass the key on."""
        is_end = event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and not event.modifiers()
        if is_end or (event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the glass over the field."""
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(_LEFT + 1, (self.height() - _ICON) // 2, _ICON, _ICON)
        theme.icon("search", theme.tokens().secondary).paint(painter, place)
        painter.end()
