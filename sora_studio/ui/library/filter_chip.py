"""A filter in the search box: reads as words, opens for editing, and can be dropped."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from sora_studio.domain.query import parse
from sora_studio.ui.kit import theme

HEIGHT = 24
_PADDING, _CROSS, _GAP = 8, 10, 6
_MOST_WIDTH = 260
_OPEN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Space)
_DROP = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class FilterChip(QPushButton):
    """`text` is the filter as typed.

    Signals: `edit_asked()` by a click, Enter, F2 or Space; `dropped()` by its cross, Del or Backspace; `moved(int)` by Left and
    Right, with -1 or 1; `left()` by Esc.
    """

    edit_asked = Signal()
    dropped = Signal()
    moved = Signal(int)
    left = Signal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.filter = text
        self.words = next((chip.words for chip in parse(text).chips), text)
        self.setAccessibleName(f"Filter {self.words}")
        self.setAccessibleDescription("Enter edits it, Delete drops it")
        self.setToolTip("Click to edit, or the cross to drop this filter")
        self.setFont(theme.font())
        theme.set_role(self, "chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._pressed_at = QPoint()
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        """Return the width of words and cross, up to a limit."""
        width = QFontMetrics(self.font()).horizontalAdvance(self.words) + 1 + _GAP + _CROSS + 2 * _PADDING
        return QSize(min(width, _MOST_WIDTH), HEIGHT)

    def event(self, e: QEvent) -> bool:
        """Take Esc before the window does."""
        if isinstance(e, QKeyEvent) and e.type() is QEvent.Type.ShortcutOverride and e.key() == Qt.Key.Key_Escape:
            e.accept()
            return True
        return super().event(e)

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """Remember where: on the cross or on the words."""
        self._pressed_at = e.position().toPoint()
        super().mousePressEvent(e)

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Open, drop, or move on."""
        key = Qt.Key(e.key())
        if key in _OPEN:
            self.edit_asked.emit()
        elif key in _DROP:
            self.dropped.emit()
        elif key in _STEPS:
            self.moved.emit(_STEPS[key])
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(e)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the words and the cross on a tinted box."""
        tokens, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = tokens.accent if self.hasFocus() else tokens.selection
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(tokens.selection))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS - 2, theme.RADIUS - 2)
        cross = self._cross()
        theme.icon("close", tokens.text if self.underMouse() else tokens.secondary).paint(painter, cross)
        area = self.rect().adjusted(_PADDING, 0, -(self.width() - cross.left() + _GAP), 0)
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.text))
        shown = QFontMetrics(self.font()).elidedText(self.words, Qt.TextElideMode.ElideRight, area.width() + 1)
        painter.drawText(area.adjusted(0, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def _cross(self) -> QRect:
        return QRect(self.width() - _PADDING - _CROSS, (self.height() - _CROSS) // 2, _CROSS, _CROSS)

    def _on_clicked(self) -> None:
        """A press by a screen reader has no place, and edits."""
        if self._cross().adjusted(-_GAP, -_PADDING, _PADDING, _PADDING).contains(self._pressed_at):
            self.dropped.emit()
        else:
            self.edit_asked.emit()
        self._pressed_at = QPoint()
