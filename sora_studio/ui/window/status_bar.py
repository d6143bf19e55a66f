"""The status bar: connection, running tasks and saved clips."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.window.status import Phrase, StatusFacts

_GAP = 20
_ICON_PX = 14


class StatusDot(QWidget):
    """A small dot in the colour of the connection state; the text beside it says the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "disabled"
        self.setFixedSize(QSize(theme.GRID, theme.GRID))
        theme.notifier.changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """Set the colour by its token name in the theme."""
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
    """Shows `StatusFacts` on one line, and the simulator's label at the right end.

    In a narrow window the phrases of least weight are hidden; the tooltip always has them all.
    """

    def __init__(self, *, simulator: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.setFixedHeight(theme.STATUS_BAR_HEIGHT)
        self.setAccessibleName("Status")
        self._dot = StatusDot()
        self._connection = _quiet_label()
        self._simulator = _quiet_label(simulator)
        self._spoken = list[SpokenPhrase]()
        self._rest = QHBoxLayout()
        self._rest.setSpacing(_GAP)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, 0, 2 * theme.GRID, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        row.addWidget(self._dot)
        row.addSpacing(6)
        row.addWidget(self._connection)
        row.addSpacing(_GAP)
        row.addLayout(self._rest)
        row.addStretch(1)
        row.addWidget(self._simulator)
        self.show_facts(StatusFacts())

    def show_facts(self, facts: StatusFacts) -> None:
        """Update the bar to show these facts."""
        self._dot.set_tone(_tone(facts))
        self._connection.setText(facts.connection_phrase)
        for _ in range(len(self._spoken), len(facts.phrases)):
            self._spoken.append(SpokenPhrase())
            self._rest.addWidget(self._spoken[-1])
        for number, spoken in enumerate(self._spoken):
            spoken.say(facts.phrases[number] if number < len(facts.phrases) else None)
        self.setToolTip("\n".join((facts.connection_phrase, *(phrase.text for phrase in facts.phrases))))
        self._fit()

    def words(self) -> str:
        """Return the whole line, including hidden phrases."""
        said = [spoken.phrase.text for spoken in self._spoken if spoken.phrase]
        return " · ".join(filter(None, (self._connection.text(), *said)))

    def minimumSizeHint(self) -> QSize:
        """Return no minimum width, so that the bar never widens the window."""
        return QSize(0, theme.STATUS_BAR_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        taken = sum(label.sizeHint().width() for label in (self._connection, self._simulator))
        room = self.width() - taken - self._dot.width() - 4 * theme.GRID - _GAP
        said = [spoken for spoken in self._spoken if spoken.phrase]
        for spoken in sorted(said, key=lambda one: one.phrase.weight if one.phrase else 0, reverse=True):
            room -= spoken.sizeHint().width() + _GAP
            spoken.setVisible(room >= 0)


class SpokenPhrase(QWidget):
    """A label for one phrase, with its icon if it has one."""

    def __init__(self) -> None:
        super().__init__()
        self.phrase: Phrase | None = None
        self._mark, self._words = QLabel(), _quiet_label()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._mark)
        row.addWidget(self._words)
        theme.notifier.changed.connect(self._draw)

    def say(self, phrase: Phrase | None) -> None:
        """Set the phrase; None hides it. The bar decides whether a phrase fits."""
        if phrase != self.phrase:
            self.phrase = phrase
            self._words.setText(phrase.text if phrase else "")
            self._draw()
        if phrase is None:
            self.hide()

    def _draw(self) -> None:
        icon = self.phrase.icon if self.phrase else ""
        self._mark.setVisible(bool(icon))
        if icon:
            self._mark.setPixmap(theme.icon(icon, theme.tokens().review).pixmap(_ICON_PX, _ICON_PX))


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
