"""What stands in the library's place while it has nothing to show."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme

_NOTHING_YET = "Clips you make appear here"
_NOTHING_FOUND = "Nothing found"


class EmptyLibrary(QWidget):
    """Nothing yet, or nothing found. For the latter, a filter can be offered to be dropped.

    Signals: `drop_requested()` when the person drops the offered filter.
    """

    drop_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = QLabel(self)
        self.title = _label(self)
        self.title.setFont(theme.font(size_px=15, semibold=True))
        self.hint = _label(self)
        theme.set_role(self.hint, "secondary")
        self.drop = QPushButton(self)
        self.drop.clicked.connect(self.drop_requested)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GRID)
        column.addStretch(1)
        for widget in (self._icon, self.title, self.hint, self.drop):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_state(self, query: str) -> None:
        """Say that nothing was made yet, or that this query finds nothing."""
        is_search = bool(query.strip())
        self.title.setText(_NOTHING_FOUND if is_search else _NOTHING_YET)
        self.hint.setText("Try fewer words or filters." if is_search else "Ctrl+Enter sends your prompt.")
        self.offer_drop("")

    def offer_drop(self, words: str) -> None:
        """Offer to drop a filter, such as `Drop “stars ≥ 3” (41 clips)`; nothing without words."""
        self.drop.setVisible(bool(words))
        self.drop.setText(words.replace("&", "&&"))
        if words:
            self.hint.setText("This filter hides everything:")

    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("film", theme.tokens().disabled).pixmap(QSize(32, 32)))


def _label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
