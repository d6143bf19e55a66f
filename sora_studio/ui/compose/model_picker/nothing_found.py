"""What the picker's list shows when no model fits the search."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sora_studio.ui.compose.model_picker.row_layout import EDGE, INSET
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.line_breaks import breakable
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.viewmodels.compose.models.picker_words import nothing_found, search_advice


class NothingFound(QWidget):
    """Says what was searched for, why nothing may be found, and offers the way back. Signals: `back_clicked()`."""

    back_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence, self._advice = QLabel(), QLabel()
        self.back_button = PushButton("Show all models")
        self.back_button.clicked.connect(self.back_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE + INSET, 20, EDGE + INSET, 20)
        column.setSpacing(theme.GRID)
        for label, size_px in ((self._sentence, 13), (self._advice, 12)):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFont(theme.font(size_px=size_px))
            label.setWordWrap(True)
            column.addWidget(label)
        theme.set_role(self._advice, "secondary")
        column.addSpacing(theme.GRID)
        column.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def say(self, text: str) -> None:
        """Show what was searched for."""
        words = nothing_found(text)
        self._sentence.setText(breakable(words))
        self._sentence.setAccessibleName(words)
        self._advice.setText(search_advice(text))

    def words(self) -> str:
        """Return the sentence."""
        return self._sentence.accessibleName()
