"""The editor as one line below a room: title, first words and length. A click unfolds it."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from sora_studio.ui.kit import theme

HEIGHT = 44
_SIDE = 20
_GAP = 12


class FoldedEditor(QPushButton):
    """A button as wide as its room; the texts are painted, so that any number of words fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = self._words = self._counter = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip("Back to the prompt (Ctrl+1)")
        theme.notifier.changed.connect(self.update)

    def show_prompt(self, *, title: str, words: str, counter: str) -> None:
        """Show the draft's title, the words that follow it, and its length."""
        self._title, self._words, self._counter = title, words, counter
        self.setAccessibleName(f"Prompt {title}, {counter} characters")
        self.update()

    def sizeHint(self) -> QSize:
        """Return a small width: it takes what there is."""
        return QSize(200, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Allow any width."""
        return QSize(0, HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the title and the words to the left, and the length to the right."""
        colours, painter = theme.tokens(), QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.hover if self.underMouse() else colours.window))
        if self.hasFocus():
            painter.setPen(QColor(colours.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        left, right = _SIDE, self.width() - _SIDE
        right -= _draw(painter, self._counter, colours.secondary, QRect(left, 0, right - left, HEIGHT), is_right=True) + _GAP
        left += _draw(painter, self._title, colours.text, QRect(left, 0, right - left, HEIGHT), semibold=True) + _GAP
        _draw(painter, self._words, colours.secondary, QRect(left, 0, right - left, HEIGHT))


def _draw(painter: QPainter, text: str, colour: str, area: QRect, *, semibold: bool = False, is_right: bool = False) -> int:
    """Draw a text, elided, and return its width."""
    if area.width() <= 0:
        return 0
    font = theme.font(semibold=semibold)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
    return metrics.horizontalAdvance(shown)
