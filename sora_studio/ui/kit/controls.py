"""Custom-painted controls: segments, check chips and menu chips.

They are real radio buttons, check boxes and push buttons, so that keyboards and screen readers work as usual.
"""

import html
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPushButton, QRadioButton, QSizePolicy, QToolTip, QWidget

from sora_studio.ui.kit import theme

PADDING = 12
ICON = 14
GAP = 8
_ARROW = QSize(7, 5)


class SegmentButton(QRadioButton):
    """One value of a segmented control. `compact` shows only its icon; the accessible name stays."""

    def __init__(self, text: str, icon_name: str | None, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.icon_name = icon_name
        self.compact = False
        self._reason = ""
        _prepare(self)
        self._text_width = text_width(self.font(), text)

    def forbid(self, reason: str) -> None:
        """Grey the button, which then cannot be chosen and says why; an empty reason allows it again."""
        self._reason = _forbid(self, reason)
        self._tell()

    def set_compact(self, compact: bool) -> None:
        """Show the icon without text if there is one; the text moves to the tool tip."""
        self.compact = compact
        self._tell()
        self.updateGeometry()

    def width_when(self, *, compact: bool) -> int:
        """Return the width with text, or compact with the icon alone if there is one."""
        parts = [ICON] if self.icon_name else []
        if not (compact and self.icon_name):
            parts.append(self._text_width)
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

    def nextCheckState(self) -> None:
        """Refuse to be chosen while forbidden."""
        if self._reason:
            tell(self, self._reason)
        else:
            super().nextCheckState()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say why it cannot be chosen when the keyboard comes here."""
        super().focusInEvent(event)
        if self._reason and event.reason() is not Qt.FocusReason.MouseFocusReason:
            tell(self, self._reason)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint icon and text; `Segments` paints the frame."""
        painter = painter_of(self)
        colour = theme.tokens().disabled if self._reason else _ink(self, strong=self.isChecked())
        left = PADDING
        if self.icon_name:
            _draw_icon(painter, self, self.icon_name, colour, left)
            left += ICON + GAP
        if not (self.compact and self.icon_name):
            draw_text(painter, self, self.text(), colour, left)

    def _tell(self) -> None:
        hidden = self.text() if self.compact and self.icon_name else ""
        self.setToolTip(plain_tip(self._reason or hidden))


class CheckChip(QCheckBox):
    """A boolean chip. Signals: `toggled_by_user(bool)`, which passes its value on to partials too, unlike `clicked`."""

    toggled_by_user = Signal(object)

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.invalid = False
        self._reason = ""
        _prepare(self)
        self._width = ICON + 6 + text_width(self.font(), text) + 2 * PADDING
        self.clicked.connect(self._on_clicked)

    def forbid(self, reason: str) -> None:
        """Grey the chip, which then keeps its state and says why; an empty reason allows it again."""
        self._reason = _forbid(self, reason)

    def width_when(self, *, compact: bool) -> int:
        """Return the width, which is always the same."""
        del compact
        return self.sizeHint().width()

    def sizeHint(self) -> QSize:
        """Return a size that includes the tick even when off, so that nothing moves."""
        return QSize(self._width, theme.CONTROL_HEIGHT)

    def nextCheckState(self) -> None:
        """Keep the state while forbidden."""
        if self._reason:
            tell(self, self._reason)
        else:
            super().nextCheckState()

    def focusInEvent(self, e: QFocusEvent) -> None:
        """Say why it cannot be changed when the keyboard comes here."""
        super().focusInEvent(e)
        if self._reason and e.reason() is not Qt.FocusReason.MouseFocusReason:
            tell(self, self._reason)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Make the whole widget clickable, not only Qt's indicator and label."""
        return self.rect().contains(pos)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint a tick when on, an empty box when off."""
        painter = painter_of(self)
        draw_box(painter, self, invalid=self.invalid)
        colour = theme.tokens().disabled if self._reason else _ink(self)
        if self.isChecked():
            _draw_icon(painter, self, "check", colour, PADDING)
        else:
            box = QRectF(PADDING + 1.5, (self.height() - 11) / 2, 11, 11)
            painter.setPen(QPen(QColor(theme.tokens().disabled), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 2.5, 2.5)
        draw_text(painter, self, self.text(), colour, PADDING + ICON + 6)

    def _on_clicked(self, checked: bool) -> None:
        if not self._reason:
            self.toggled_by_user.emit(checked)


class MenuChip(QPushButton):
    """Shows the chosen value and opens a menu of the others."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.invalid = False
        self._words = self._short = ""
        self._compact = False
        self._width = self._short_width = self._room = self._short_room = 0
        _prepare(self)

    @property
    def words(self) -> str:
        """The text, of which a narrow chip shows less."""
        return self._words

    def show_words(self, words: str, *, short: str = "") -> None:
        """Set the text, and what is left of it when compact. Qt's own `setText` would treat an ampersand as a shortcut."""
        short = short or words
        if (words, short) == (self._words, self._short):
            return
        self._words, self._short = words, short
        self._width = text_width(self.font(), words)
        self._short_width = self._width if short == words else text_width(self.font(), short)
        self._tell()
        self.updateGeometry()
        self.update()

    def keep_room(self, texts: Sequence[str], shorts: Sequence[str] = ()) -> None:
        """Be as wide as the widest of these texts, and of `shorts` when compact, so that another value moves nothing."""
        self._room = max((text_width(self.font(), text) for text in texts), default=0)
        self._short_room = max((text_width(self.font(), text) for text in shorts), default=0) if shorts else self._room

    def set_compact(self, compact: bool) -> None:
        """Show the short text."""
        if compact != self._compact:
            self._compact = compact
            self._tell()
            self.update()

    def width_when(self, *, compact: bool) -> int:
        """Return the width with the whole text, or with the short one."""
        width, room = (self._short_width, self._short_room) if compact else (self._width, self._room)
        return max(width, room) + 7 + _ARROW.width() + 2 * PADDING

    def sizeHint(self) -> QSize:
        """Return the size of text and arrow with padding."""
        return QSize(self.width_when(compact=self._compact), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint."""
        return self.sizeHint()

    def shown(self) -> str:
        """Return the text as painted; a chip that is narrower than its size hint elides it."""
        text, width = (self._short, self._short_width) if self._compact else (self._words, self._width)
        room = self.width() - 7 - _ARROW.width() - 2 * PADDING
        if width <= room:
            return text
        return QFontMetrics(self.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the whole text as a tool tip while it is elided."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the value and a small arrow."""
        painter = painter_of(self)
        draw_box(painter, self, invalid=self.invalid)
        colour = _ink(self)
        draw_text(painter, self, self.shown(), colour, PADDING)
        left, top = self.width() - PADDING - _ARROW.width(), (self.height() - _ARROW.height()) / 2 + 0.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        corners = ((0, 0), (_ARROW.width(), 0), (_ARROW.width() / 2, _ARROW.height()))
        painter.drawPolygon(QPolygonF([QPointF(left + x, top + y) for x, y in corners]))

    def _tell(self) -> None:
        self.setToolTip(plain_tip(self._words) if self.shown() != self._words else "")


def draw_box(painter: QPainter, widget: QWidget, *, invalid: bool = False) -> None:
    """Draw a chip's raised box: lighter on hover, with a coloured edge when focused or invalid."""
    colours = theme.tokens()
    edge = colours.failed if invalid else colours.accent if widget.hasFocus() else colours.line
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(QColor(colours.hover if widget.underMouse() and widget.isEnabled() else colours.raised))
    painter.drawPath(box_path(widget.rect()))


def tell(widget: QWidget, sentence: str) -> None:
    """Show a sentence below the widget at once, as a tool tip: for the keyboard, which has no pointer to rest."""
    QToolTip.showText(widget.mapToGlobal(QPoint(0, widget.height())), plain_tip(sentence), widget)


def plain_tip(sentence: str) -> str:
    """Return a tool tip's text that wraps and in which nothing is taken for markup."""
    return f"<qt>{html.escape(sentence)}</qt>" if sentence else ""


def box_path(rect: QRect) -> QPainterPath:
    """Return a rounded box at half-pixel offsets, so that its one-pixel edge is sharp."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
    return path


def _forbid(button: QAbstractButton, reason: str) -> str:
    button.setToolTip(plain_tip(reason))
    button.setAccessibleDescription(reason)
    button.update()
    return reason


def _prepare(button: QAbstractButton) -> None:
    button.setFont(theme.font())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the caret in the prompt
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    button.setAttribute(Qt.WidgetAttribute.WA_Hover)


def painter_of(widget: QWidget) -> QPainter:
    """Return a painter with the widget's font and smooth edges."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(widget.font())
    return painter


def _ink(widget: QWidget, *, strong: bool = False) -> str:
    colours = theme.tokens()
    if not widget.isEnabled():
        return colours.disabled
    return colours.text if strong or widget.underMouse() else colours.secondary


def text_width(font: QFont, text: str) -> int:
    """Return the width of a text on one line."""
    return QFontMetrics(font).horizontalAdvance(text) + 1


def _draw_icon(painter: QPainter, widget: QWidget, name: str, colour: str, left: int) -> None:
    theme.icon(name, colour).paint(painter, QRect(left, (widget.height() - ICON) // 2, ICON, ICON))


def draw_text(painter: QPainter, widget: QWidget, text: str, colour: str, left: int) -> None:
    """Draw a text from `left` on, in the middle of the widget's height."""
    painter.setPen(QColor(colour))
    rect = widget.rect().adjusted(left, 0, 0, 0)
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, text)
