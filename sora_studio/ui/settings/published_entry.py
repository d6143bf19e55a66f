"""One reachable picture: its name, route, expiry and tasks, and the button that withdraws it."""

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
    """One row of the list of reachable pictures.

    Once withdrawn, a focusable label replaces its button, so that a second press does nothing.

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
            line.setMinimumWidth(1)  # a word wider than the page must not push the button out
            words.addWidget(line)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * theme.GRID)
        layout.addLayout(words, 1)
        for end in (self.withdraw, self.withdrawn):
            layout.addWidget(end, 0, Qt.AlignmentFlag.AlignTop)

    def show_row(self, row: PublicationRow) -> None:
        """Show a published picture."""
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
        if self.withdrawn.hasFocus():  # or the next picture's button would get it
            self.withdraw.setFocus()
        self.withdrawn.hide()
        self.setMinimumHeight(0)

    def show_withdrawn(self) -> None:
        """Show that it was withdrawn; keep the height, so that the rows below do not move."""
        self._row = None
        self.setMinimumHeight(self.height())
        self._facts.setText(UNREACHABLE)
        self._trouble.hide()
        self.withdrawn.setFixedSize(self.withdraw.sizeHint())
        self.withdrawn.setAccessibleName(f"{self._name.text()}: {WITHDRAWN}")
        self.withdraw.hide()
        self.withdrawn.show()


class _Withdrawn(QLabel):
    """A label that shows keyboard focus as a button does."""

    def __init__(self) -> None:
        super().__init__(WITHDRAWN)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font())
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(self, "secondary")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text, with a frame while focused."""
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
