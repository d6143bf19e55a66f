"""What another model or a draft that was taken over changed, on one line that is always there."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel

_ICON = QSize(12, 12)


class NotesLine(QWidget):
    """Takes its height without notes too, so that nothing moves; more than fits is in the tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self._words = ElidedLabel(at_end=True)
        self._words.setFont(theme.font(size_px=11))
        theme.set_role(self._words, "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.say("")

    def say(self, notes: str) -> None:
        """Show the notes; empty for none."""
        self._icon.setVisible(bool(notes))
        self._words.setText(notes)
        self.setAccessibleName(notes)

    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("info", theme.tokens().secondary).pixmap(_ICON, self.devicePixelRatioF()))
