"""An inline confirmation beside Generate: the same was sent a moment ago, or several paid tasks would be created."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from sora_studio.domain.errors import BatchQuestion, RequestRepeated
from sora_studio.domain.request import GenerationRequest
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.viewmodels.compose.consent import NO_CONSENT, Consent


class SendQuestion(QWidget):
    """A question with two buttons. It never takes keyboard focus by itself, so a third Enter does not confirm it.

    Signals: `confirmed(Consent)` with everything that the user has agreed to so far. Any other action dismisses it.
    """

    confirmed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked: tuple[GenerationRequest, int] | None = None
        self._consent = NO_CONSENT
        self._words = QLabel(self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.set_role(self._words, "review")
        self._send = QPushButton("Again", self)
        self._send.setAutoDefault(False)
        self._send.clicked.connect(self._on_send_clicked)
        self._no = QPushButton("Cancel", self)
        self._no.setAutoDefault(False)
        self._no.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._words, 1)
        row.addWidget(self._send)
        row.addWidget(self._no)
        self.buttons = (self._send, self._no)
        self.hide()

    @property
    def is_asked(self) -> bool:
        """Whether the question is open."""
        return self._asked is not None

    def ask(
        self, reason: RequestRepeated | BatchQuestion, request: GenerationRequest, takes: int, *, given: Consent = NO_CONSENT
    ) -> None:
        """Show the question for this request; `given` is what the user has agreed to before."""
        self._asked, self._consent = (request, takes), given.to(reason)
        if isinstance(reason, RequestRepeated):
            words, send, no = f"{reason.title} Send it again?", "Again", "Don't send again"
            tip = "Send the same request again. You are charged again."
        else:
            words, send, no = f"{reason.title} Create them?", f"Create {reason.tasks}", "Create none"
            tip = "All are created, or none."
        self._words.setText(words)
        self._send.setText(send)
        self._send.setToolTip(tip)
        self._no.setAccessibleName(no)
        self.show()
        announce(self, words, at_once=True)

    def keep_for(self, request: GenerationRequest, takes: int) -> None:
        """Dismiss the question once the composer's request is no longer the one asked about."""
        if self._asked != (request, takes):
            self.dismiss()

    def dismiss(self) -> None:
        """Hide the question without sending."""
        self._asked = None
        self.hide()

    def _on_send_clicked(self) -> None:
        self.dismiss()
        self.confirmed.emit(self._consent)
