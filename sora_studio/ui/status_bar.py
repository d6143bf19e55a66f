"""The line at the bottom: is it connected, what runs, what is safe."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sora_studio.ui import theme
from sora_studio.viewmodels.status import StatusFacts


class StatusDot(QWidget):
    """A small disc in the colour of a state; the words beside it say the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "disabled"
        self.setFixedSize(QSize(theme.GRID, theme.GRID))
        theme.notifier.changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """`tone` is the name of a token."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme.tokens(), self._tone)))
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), 3.5, 3.5)


class StatusBar(QFrame):
    """Shows `StatusFacts` as one quiet line; the right end names the simulator."""

    def __init__(self, *, simulator: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.setFixedHeight(theme.STATUS_BAR_HEIGHT)
        self.setAccessibleName("Status")
        self._dot = StatusDot()
        self._connection = _quiet_label()
        self._rest = [_quiet_label() for _ in range(4)]
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(0)
        row.addWidget(self._dot)
        row.addSpacing(6)
        row.addWidget(self._connection)
        for label in self._rest:
            row.addSpacing(20)
            row.addWidget(label)
        row.addStretch(1)
        row.addWidget(_quiet_label(simulator))
        self.show_facts(StatusFacts())

    def show_facts(self, facts: StatusFacts) -> None:
        """Say what is known now."""
        self._dot.set_tone(_tone(facts))
        self._connection.setText(facts.connection_phrase)
        phrases = facts.phrases
        for number, label in enumerate(self._rest):
            label.setText(phrases[number] if number < len(phrases) else "")

    def words(self) -> str:
        """The whole line as a person reads it."""
        return " · ".join(label.text() for label in (self._connection, *self._rest) if label.text())


def _tone(facts: StatusFacts) -> str:
    if facts.online is None:
        return "disabled"
    if not facts.online:
        return "review"
    return "ready" if facts.has_key else "disabled"


def _quiet_label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(size_px=12))
    theme.set_role(label, "secondary")
    return label
