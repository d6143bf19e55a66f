"""A note to add to several clips."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from sora_studio.domain.judgement import Judgement
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton


class AddedNote(QWidget):
    """Says how many clips get the note, before it does. Signals: `judged(Judgement)` by Enter or the button."""

    judged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clips = 0
        self.field = QLineEdit(self)
        self.field.returnPressed.connect(self._on_committed)
        self._button = PushButton("", parent=self)
        self._button.clicked.connect(self._on_committed)
        self._button.setEnabled(False)
        self.field.textChanged.connect(self._on_field_text_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self.field, 1)
        row.addWidget(self._button)

    def show_count(self, clips: int) -> None:
        """Say how many clips get the note."""
        if clips != self._clips:
            self._clips = clips
            self.field.clear()  # it was meant for others
            self.field.setPlaceholderText(f"A note to add to {clips:,} clips")
            self.field.setAccessibleName(f"A note to add to {clips:,} clips")
            self._button.setText(f"Add to {clips:,}")

    def _on_field_text_changed(self, words: str) -> None:
        self._button.setEnabled(bool(words.strip()))

    def _on_committed(self) -> None:
        if words := self.field.text().strip():
            self.field.clear()
            self.judged.emit(Judgement(added_note=words))
