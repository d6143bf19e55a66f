"""The window's one primary button."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from sora_studio.ui.kit import key_names, theme
from sora_studio.ui.kit.controls import painter_of, text_width


class GenerateButton(QPushButton):
    """The window's only primary button: its text, and its shortcut in smaller type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Generate")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the caret in the prompt
        self._compact = False
        self._words_font = theme.font(semibold=True)
        self._keys_font = theme.font(size_px=11)

    def width_when(self, *, compact: bool) -> int:
        """Return the width with text and shortcut, or compact with the text alone."""
        words = 2 * 18 + text_width(self._words_font, self.text())
        return words if compact else words + 12 + text_width(self._keys_font, key_names.SEND_SIGN)

    def set_compact(self, compact: bool) -> None:
        """Leave the shortcut out."""
        if compact != self._compact:
            self._compact = compact
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of the text, and of the shortcut if there is room for it, with padding."""
        return QSize(self.width_when(compact=self._compact), theme.GENERATE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """Ignore the second click of a double click, which would send twice."""
        e.accept()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the button in the accent colour; darker while pressed, grey while disabled."""
        colours = theme.tokens()
        painter = painter_of(self)
        fill = colours.accent_hover if self.underMouse() else colours.accent
        if not self.isEnabled():
            fill = colours.line
        shade = QColor(fill).darker(112) if self.isDown() else QColor(fill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.on_accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), theme.RADIUS - 2, theme.RADIUS - 2)
        ink = QColor(colours.on_accent if self.isEnabled() else colours.disabled)
        painter.setPen(ink)
        painter.setFont(self._words_font)
        inside = self.rect().adjusted(18, 0, -18, 0)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if not self._compact:
            painter.setFont(self._keys_font)
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, key_names.SEND_SIGN)
