"""An inline error message beside the control it concerns."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.line_breaks import breakable

_ICON = QSize(14, 14)


class ProblemLine(QWidget):
    """Icon and sentence in the failed colour; hidden while empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.set_role(self._text, "failed")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.hide()

    def say(self, sentence: str) -> None:
        """Show the sentence; an empty one hides the line."""
        self._sentence = sentence
        self._text.setText(breakable(sentence))
        self._text.setAccessibleName(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def text(self) -> str:
        """Return the sentence shown."""
        return self._sentence

    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("error", theme.tokens().failed).pixmap(_ICON, self.devicePixelRatioF()))
