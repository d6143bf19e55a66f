"""What stands in the library's place while it has nothing to show."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.push_button import PushButton

_NOTHING_YET = "Clips you make appear here"
_NOTHING_FOUND = "Nothing found"


class EmptyLibrary(QWidget):
    """Nothing yet, or nothing found. For the latter, another spelling and a filter to drop can be offered.

    Signals: `drop_requested()` when the person drops the offered filter; `respelling_requested()` when the person takes the
    offered words.
    """

    drop_requested = Signal()
    respelling_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._query: str | None = None
        self._icon = QLabel(self)
        self.title = _label(self)
        self.title.setFont(theme.font(size_px=15, semibold=True))
        self.hint = _label(self)
        theme.set_role(self.hint, "secondary")
        self.spelling = PushButton("", parent=self)
        self.spelling.clicked.connect(self.respelling_requested)
        self.drop = PushButton("", parent=self)
        self.drop.clicked.connect(self.drop_requested)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GRID)
        column.addStretch(1)
        for widget in (self._icon, self.title, self.hint, self.spelling, self.drop):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_state(self, query: str) -> None:
        """Say that nothing was made yet, or that this query finds nothing. What is offered for the same query stays."""
        if query == self._query:
            return
        self._query = query
        is_search = bool(query.strip())
        self.title.setText(_NOTHING_FOUND if is_search else _NOTHING_YET)
        self.hint.setText("Try fewer words or filters." if is_search else "Ctrl+Enter sends your prompt.")
        _offer(self.spelling, "")
        _offer(self.drop, "")

    def offer_drop(self, words: str) -> None:
        """Offer to drop a filter, such as `Drop “stars ≥ 3” (41 clips)`."""
        _offer(self.drop, words)
        self.hint.setText("This filter hides everything:")

    def offer_words(self, words: Sequence[str]) -> None:
        """Offer other words in the place of misspelt ones."""
        asked = f"Did you mean {' '.join(words)}?"
        _offer(self.spelling, asked)
        self.hint.setText("No clip has these words." if self.drop.isHidden() else "Another spelling, or one filter less:")
        announce(self, f"{_NOTHING_FOUND}. {asked}")

    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("film", theme.tokens().disabled).pixmap(QSize(32, 32)))


def _offer(button: QPushButton, words: str) -> None:
    button.setText(words.replace("&", "&&"))
    button.setAccessibleName(words)
    button.setVisible(bool(words))


def _label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
