"""An inline confirmation beside Generate, shown when the same request was sent a moment ago."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sora_studio.domain.errors import RequestRepeated
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.kit import theme


class AgainQuestion(QWidget):
    """A question with two buttons. It never takes keyboard focus by itself, so a third Enter does not confirm it.

    Signals: `confirmed()`. Any other action of the user dismisses it.
    """

    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: tuple[GenerationRequest, int] | None = None
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(self._words, "review")
        again = QPushButton("Again", self)
        again.setAutoDefault(False)
        again.setToolTip("Send the same request again. You are charged again.")
        again.clicked.connect(self._on_again_clicked)
        no = QPushButton("Cancel", self)
        no.setAutoDefault(False)
        no.setAccessibleName("Don't send again")
        no.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addStretch(1)
        row.addWidget(self._words)
        row.addWidget(again)
        row.addWidget(no)
        self.buttons = (again, no)
        self.hide()

    @property
    def is_asked(self) -> bool:
        """Whether the question is open."""
        return self._asked is not None

    def ask(self, repeated: RequestRepeated, request: GenerationRequest, takes: int) -> None:
        """Show the question for this request."""
        self._asked = (request, takes)
        words = f"{repeated.title} Send it again?"
        self._words.setText(words)
        self.show()
        event = QAccessibleAnnouncementEvent(self, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def keep_for(self, request: GenerationRequest, takes: int) -> None:
        """Dismiss the question once the composer's request is no longer the one asked about."""
        if self._asked != (request, takes):
            self.dismiss()

    def dismiss(self) -> None:
        """Hide the question without sending."""
        self._asked = None
        self.hide()

    def _on_again_clicked(self) -> None:
        self.dismiss()
        self.confirmed.emit()
