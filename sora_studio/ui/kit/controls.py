"""Custom-painted controls: segments, check chips, menu chips and the window's one primary button.

They are real radio buttons, check boxes and push buttons, so that keyboards and screen readers work as usual.
"""

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QRadioButton, QSizePolicy, QWidget

from sora_studio.ui.kit import key_names, theme

PADDING = 12
ICON = 14
GAP = 8
GENERATE_HEIGHT = 36
_ARROW = QSize(7, 5)


class SegmentButton(QRadioButton):
    """One value of a segmented control. `compact` shows only its icon; the accessible name stays."""

    def __init__(self, text: str, icon_name: str | None, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.icon_name = icon_name
        self.compact = False
        _prepare(self)

    def width_when(self, *, compact: bool) -> int:
        """Return the width with text, or compact with the icon alone if there is one."""
        parts = [ICON] if self.icon_name else []
        if not (compact and self.icon_name):
            parts.append(_text_width(self.font(), self.text()))
        return sum(parts) + GAP * (len(parts) - 1) + 2 * PADDING

    def sizeHint(self) -> QSize:
        """Return the size of icon and text with padding."""
        return QSize(self.width_when(compact=self.compact), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Make the whole widget clickable, not only Qt's indicator and label."""
        return self.rect().contains(pos)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint icon and text; `Segments` paints the frame."""
        painter = _painter(self)
        colour = _ink(self, strong=self.isChecked())
        left = PADDING
        if self.icon_name:
            _draw_icon(painter, self, self.icon_name, colour, left)
            left += ICON + GAP
        if not (self.compact and self.icon_name):
            _draw_text(painter, self, self.text(), colour, left)


class CheckChip(QCheckBox):
    """A boolean chip."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.invalid = False
        _prepare(self)

    def sizeHint(self) -> QSize:
        """Return a size that includes the tick even when off, so that nothing moves."""
        return QSize(ICON + 6 + _text_width(self.font(), self.text()) + 2 * PADDING, theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Make the whole widget clickable, not only Qt's indicator and label."""
        return self.rect().contains(pos)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint a tick when on, an empty box when off."""
        painter = _painter(self)
        draw_box(painter, self, invalid=self.invalid)
        colour = _ink(self)
        if self.isChecked():
            _draw_icon(painter, self, "check", colour, PADDING)
        else:
            box = QRectF(PADDING + 1.5, (self.height() - 11) / 2, 11, 11)
            painter.setPen(QPen(QColor(theme.tokens().disabled), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 2.5, 2.5)
        _draw_text(painter, self, self.text(), colour, PADDING + ICON + 6)


class MenuChip(QPushButton):
    """Shows the chosen value and opens a menu of the others."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.invalid = False
        self._words = ""
        _prepare(self)

    @property
    def words(self) -> str:
        """The text shown."""
        return self._words

    def show_words(self, words: str) -> None:
        """Set the text. Qt's own `setText` would treat an ampersand as a shortcut."""
        self._words = words
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of text and arrow with padding."""
        return QSize(_text_width(self.font(), self._words) + 7 + _ARROW.width() + 2 * PADDING, theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the value and a small arrow."""
        painter = _painter(self)
        draw_box(painter, self, invalid=self.invalid)
        colour = _ink(self)
        _draw_text(painter, self, self._words, colour, PADDING)
        left, top = self.width() - PADDING - _ARROW.width(), (self.height() - _ARROW.height()) / 2 + 0.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        corners = ((0, 0), (_ARROW.width(), 0), (_ARROW.width() / 2, _ARROW.height()))
        painter.drawPolygon(QPolygonF([QPointF(left + x, top + y) for x, y in corners]))


class GenerateButton(QPushButton):
    """The window's only primary button: its text, and its shortcut in smaller type."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Generate")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the caret in the prompt
        self._words_font = theme.font(semibold=True)
        self._keys_font = theme.font(size_px=11)

    def sizeHint(self) -> QSize:
        """Return the size of text and shortcut with padding."""
        width = 2 * 18 + _text_width(self._words_font, self.text()) + 12 + _text_width(self._keys_font, key_names.SEND_SIGN)
        return QSize(width, GENERATE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def mouseDoubleClickEvent(self, e: QMouseEvent) -> None:
        """Ignore the second click of a double click, which would send twice."""
        e.accept()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the button in the accent colour; darker while pressed, grey while disabled."""
        colours = theme.tokens()
        painter = _painter(self)
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
        painter.setFont(self._keys_font)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, key_names.SEND_SIGN)


def draw_box(painter: QPainter, widget: QWidget, *, invalid: bool = False) -> None:
    """Draw a chip's raised box: lighter on hover, with a coloured edge when focused or invalid."""
    colours = theme.tokens()
    edge = colours.failed if invalid else colours.accent if widget.hasFocus() else colours.line
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(QColor(colours.hover if widget.underMouse() and widget.isEnabled() else colours.raised))
    painter.drawPath(box_path(widget.rect()))


def box_path(rect: QRect) -> QPainterPath:
    """Return a rounded box at half-pixel offsets, so that its one-pixel edge is sharp."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
    return path


def _prepare(button: QAbstractButton) -> None:
    button.setFont(theme.font())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the caret in the prompt
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setAttribute(Qt.WidgetAttribute.WA_Hover)


def _painter(widget: QWidget) -> QPainter:
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(widget.font())
    return painter


def _ink(widget: QWidget, *, strong: bool = False) -> str:
    colours = theme.tokens()
    if not widget.isEnabled():
        return colours.disabled
    return colours.text if strong or widget.underMouse() else colours.secondary


def _text_width(font: QFont, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text) + 1


def _draw_icon(painter: QPainter, widget: QWidget, name: str, colour: str, left: int) -> None:
    theme.icon(name, colour).paint(painter, QRect(left, (widget.height() - ICON) // 2, ICON, ICON))


def _draw_text(painter: QPainter, widget: QWidget, text: str, colour: str, left: int) -> None:
    painter.setPen(QColor(colour))
    rect = widget.rect().adjusted(left, 0, 0, 0)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, text)
