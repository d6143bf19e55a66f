"""What another model or a draft that was taken over changed, on one line that is always there."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sora_studio.ui.compose.column import NOTES_HEIGHT
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel

_ICON = QSize(12, 12)


class NotesLine(QWidget):
    """Takes its height without notes too, so that nothing moves; more than fits is in the tool tip.

    Signals: `undo_clicked()`.
    """

    undo_clicked = Signal()

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
        self._undo = QPushButton("Undo", self)
        self._undo.setFont(theme.font(size_px=11))
        self._undo.setFixedHeight(NOTES_HEIGHT)
        self._undo.setAccessibleName("Undo")
        self._undo.setToolTip("Go back to the former model, mode and media; the text stays")
        theme.set_role(self._undo, "link")
        self._undo.clicked.connect(self.undo_clicked)
        row.addWidget(self._undo)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.say("")

    def say(self, notes: str, *, can_undo: bool = False) -> None:
        """Show the notes, empty for none; `can_undo`: they are about a step that can be undone."""
        self._undo.setVisible(bool(notes) and can_undo)
        self._icon.setVisible(bool(notes))
        self._words.setText(notes)
        self.setAccessibleName(notes)

    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("info", theme.tokens().secondary).pixmap(_ICON, self.devicePixelRatioF()))
