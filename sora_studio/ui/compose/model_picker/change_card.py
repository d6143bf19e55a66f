"""One change of the draft as a card: a bar in its colour, an icon, a sentence and why."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sora_studio.domain.models.changes import ChangeKind, DraftChange
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import box_path
from sora_studio.ui.kit.line_breaks import breakable

_BAR = 3
_ICON = 14
_TEXT_LEFT = 36
_ICON_LEFT = 13
_PADDING = 8
_LOOKS = {
    ChangeKind.CHANGED: ("warning", "Changes"),
    ChangeKind.NEEDED: ("info", "To do"),
    ChangeKind.GAINED: ("success", "Gained"),
}
"""Icon, and what a screen reader hears before the sentence."""


class ChangeCard(QWidget):
    """Shows one change after another: the picker keeps its cards."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ChangeKind.CHANGED
        self._say, self._why = _label(size_px=13), _label(size_px=12)
        theme.set_role(self._why, "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(_TEXT_LEFT, _PADDING, 12, _PADDING)
        column.setSpacing(2)
        column.addWidget(self._say)
        column.addWidget(self._why)
        theme.notifier.changed.connect(self.update)

    def show_change(self, change: DraftChange) -> None:
        """Show this change."""
        self._kind = change.kind
        self._say.setText(breakable(change.say))
        self._why.setText(breakable(change.why))
        self._why.setVisible(bool(change.why))
        self.setAccessibleName(f"{_LOOKS[change.kind][1]}: {change.say} {change.why}".strip())
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the raised ground with its bar and icon."""
        tokens = theme.tokens()
        colour = QColor(tokens.accent if self._kind is ChangeKind.GAINED else tokens.review)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = box_path(self.rect())
        painter.fillPath(ground, QColor(tokens.raised))
        painter.strokePath(ground, QPen(QColor(tokens.line), 1))
        painter.setClipPath(ground)
        painter.fillRect(0, 0, _BAR, self.height(), colour)
        line = self._say.fontMetrics().height()
        place = QRect(_ICON_LEFT, self._say.y() + (line - _ICON) // 2, _ICON, _ICON)
        theme.icon(_LOOKS[self._kind][0], colour.name()).paint(painter, place)
        painter.end()


def _label(*, size_px: int) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(size_px=size_px))
    label.setWordWrap(True)
    return label
