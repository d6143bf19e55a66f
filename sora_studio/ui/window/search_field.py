"""The search field of the top bar: a button that leads to the library's search box."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import draw_box, painter_of

WORDS = "Search everything, or type a command"
KEYS = "Ctrl K"
_WIDTH = 420
_PADDING = 11


class SearchField(QPushButton):
    """Looks like a field; gives way to the rest of the bar in a narrow window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(WORDS)
        self.setToolTip(f"{WORDS} after a > (Ctrl+K)")
        self.setFont(theme.font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(_WIDTH)
        theme.notifier.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return the size of the design."""
        return QSize(_WIDTH, 28)

    def minimumSizeHint(self) -> QSize:
        """Allow room for the first word."""
        return QSize(64, 28)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the words, and the keys if there is room for them."""
        painter = painter_of(self)
        draw_box(painter, self)
        area = self.rect().adjusted(_PADDING, 0, -_PADDING, 0)
        keys_font = theme.font(size_px=11)
        keys_width = QFontMetrics(keys_font).horizontalAdvance(KEYS)
        words_width = self.fontMetrics().horizontalAdvance(WORDS)
        if words_width + 2 * _PADDING + keys_width <= area.width():
            painter.setFont(keys_font)
            self._draw(painter, area, KEYS, Qt.AlignmentFlag.AlignRight)
            painter.setFont(self.font())
        shown = self.fontMetrics().elidedText(WORDS, Qt.TextElideMode.ElideRight, area.width())
        self._draw(painter, area, shown, Qt.AlignmentFlag.AlignLeft)

    def _draw(self, painter: QPainter, area: QRect, text: str, side: Qt.AlignmentFlag) -> None:
        painter.setPen(QColor(theme.tokens().secondary))
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, text)
