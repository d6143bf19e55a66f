"""One picture that is reachable: its name, how and how long, for what, and the button that takes it back."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.settings.field import plain_label
from sora_studio.viewmodels.settings.publications import PublicationRow

WITHDRAWN = "Withdrawn"
UNREACHABLE = "No longer reachable."


class PublishedEntry(QWidget):
    """Shows what it is told last, in the place where it stands.

    Once it is withdrawn, words stand where its button was. They can have the keyboard, and a second press there does nothing.

    Signals: `withdraw_asked(PublicationRow)`.
    """

    withdraw_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._row: PublicationRow | None = None
        self._name = ElidedLabel()
        self._facts, self._tasks = _small_line(), _small_line()
        self._trouble = IconLine("warning", "review")
        self.withdraw = PushButton("Withdraw")
        self.withdraw.clicked.connect(lambda: self.withdraw_asked.emit(self._row))
        self.withdrawn = _Withdrawn()
        self.withdrawn.hide()
        words = QVBoxLayout()
        words.setSpacing(2)
        for line in (self._name, self._facts, self._tasks, self._trouble):
            line.setMinimumWidth(1)  # a word that is wider than the page moves no button
            words.addWidget(line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.GRID)
        layout.addLayout(words, 1)
        for end in (self.withdraw, self.withdrawn):
            layout.addWidget(end, 0, Qt.AlignmentFlag.AlignTop)

    def show_row(self, row: PublicationRow) -> None:
        """It stands."""
        if row == self._row:
            return
        self._row = row
        self._name.setText(row.name)
        self._facts.setText(row.facts)
        self._tasks.setText(row.tasks)
        self._trouble.say("warning", "review", row.trouble)
        self._trouble.setVisible(bool(row.trouble))
        self.withdraw.setAccessibleName(f"Withdraw {row.name}")
        self.withdraw.setVisible(row.can_withdraw)
        if self.withdrawn.hasFocus():  # or the next picture's button would have it
            self.withdraw.setFocus()
        self.withdrawn.hide()
        self.setMinimumHeight(0)

    def show_withdrawn(self) -> None:
        """It is gone; what stands below stays where it is."""
        self._row = None
        self.setMinimumHeight(self.height())
        self._facts.setText(UNREACHABLE)
        self._trouble.hide()
        self.withdrawn.setFixedSize(self.withdraw.sizeHint())
        self.withdrawn.setAccessibleName(f"{self._name.text()}: {WITHDRAWN}")
        self.withdraw.hide()
        self.withdrawn.show()


class _Withdrawn(QLabel):
    """Shows the keyboard's place as a button does."""

    def __init__(self) -> None:
        super().__init__(WITHDRAWN)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font())
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(self, "secondary")

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, and a frame around them while they have the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(theme.tokens().accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)


def _small_line() -> QLabel:
    line = plain_label("")
    line.setFont(theme.font(size_px=12))
    line.setWordWrap(True)
    theme.set_role(line, "secondary")
    return line
