"""A number in a range: a slider with its value as text, which can also be typed."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QSlider, QWidget

from sora_studio.domain.models.values import OptionValue
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import GAP, PADDING, draw_box, draw_text, painter_of, plain_tip, tell, text_width
from sora_studio.viewmodels.compose.number_scale import NumberScale

_BAR, _SHORT_BAR = 56, 28
_TRACK, _HANDLE = 3.0, 10.0
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NumberSlider(QSlider):
    """One stop for the keyboard: arrows step, Page Up and Down go further, Home and End to the ends, digits open the field.

    Shows values without emitting them. Signals: `chosen(int | float | None)` when the user sets a number, or
    takes back the first one with Esc.
    """

    chosen = Signal(object)

    def __init__(self, title: str, scale: NumberScale, unset: str, parent: QWidget) -> None:
        """`unset` is shown while there is no value."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.invalid = False
        self._title, self._scale, self._unset = title, scale, unset
        self._value: OptionValue | None = None
        self._why: Callable[[OptionValue], str] = _nothing
        self._compact = self._is_showing = False
        self._field: QLineEdit | None = None
        self._before: OptionValue | None = None
        self.setFont(theme.font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the caret in the prompt
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setRange(scale.first, scale.last)
        self.setPageStep(scale.page)
        self.valueChanged.connect(self._on_value_changed)
        self._text_room = self._measure()
        self._tell()

    @property
    def words(self) -> str:
        """The value as it is shown."""
        return self._unset if self._value is None else self._scale.words(self._value)

    def show_value(self, value: OptionValue | None) -> None:
        """Show a number, or that there is none. Ignored while the user drags or types."""
        if self.isSliderDown() or self._field is not None:
            return
        self._value = value
        self._move(self.minimum() if value is None else self._scale.position_of(value))

    def forbid(self, why: Callable[[OptionValue], str], low: float | None, high: float | None) -> None:
        """Keep to what a rule leaves: no number below `low` or above `high`, or for which `why` returns a reason."""
        self._why = why
        first = self._scale.first if low is None else self._scale.position_of(low)
        last = self._scale.last if high is None else self._scale.position_of(high)
        self._is_showing = True
        self.setRange(first, max(first, last))
        self._is_showing = False
        if not self.isSliderDown() and self._value is not None:
            self._move(self._scale.position_of(self._value))
        self._tell()

    def width_when(self, *, compact: bool) -> int:
        """Return the width with a longer or shorter bar."""
        return self._text_room + GAP + (_SHORT_BAR if compact else _BAR) + 2 * PADDING

    def set_compact(self, compact: bool) -> None:
        """Show the shorter bar."""
        self._compact = compact

    def sizeHint(self) -> QSize:
        """Return the size of text and bar with padding."""
        return QSize(self.width_when(compact=self._compact), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size hint: the text is never cut."""
        return self.sizeHint()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Open the field for what a number may begin with; leave the other keys to the slider."""
        if ev.text() and ev.text() in "0123456789-.,":
            self._open_field(ev.text())
        elif ev.key() in _ENTER_KEYS and not ev.modifiers():
            self._open_field()
        else:
            before = self._value
            super().keyPressEvent(ev)
            if before is None and self._value is None and ev.isAccepted():  # a first key at the end where the handle waits
                self._choose(self._scale.value_at(self.value()))

    def wheelEvent(self, e: QWheelEvent) -> None:
        """Leave the wheel to the scroll area around: a value must not change in passing."""
        e.ignore()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Jump to the click and start dragging; a click on the number opens the field."""
        if ev.button() is not Qt.MouseButton.LeftButton:
            return
        if ev.position().x() < self._bar().left() - GAP / 2:
            self._open_field()
            return
        self.setSliderDown(True)
        self._drag_to(ev.position().x())

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Drag the handle."""
        if self.isSliderDown():
            self._drag_to(ev.position().x())

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """Stop dragging."""
        del ev
        self.setSliderDown(False)
        self.update()

    def paintEvent(self, ev: QPaintEvent) -> None:
        """Paint the number and the bar up to it; what a rule forbids of the bar is dotted."""
        del ev
        colours, painter = theme.tokens(), painter_of(self)
        draw_box(painter, self, invalid=self.invalid)
        if self._field is None:
            ink = colours.text if self.underMouse() or self.hasFocus() else colours.secondary
            draw_text(painter, self, self.words, ink, PADDING)
        bar, middle = self._bar(), self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        self._draw_track(painter, bar, middle)
        if self._value is None:
            return
        x = self._x_of(self._scale.position_of(self._value))
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(QRectF(bar.left(), middle - _TRACK / 2, x - bar.left(), _TRACK), _TRACK / 2, _TRACK / 2)
        painter.drawEllipse(QPointF(x, middle), _HANDLE / 2, _HANDLE / 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter takes what was typed, Esc leaves it; Up and Down step from it."""
        if watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (*_ENTER_KEYS, Qt.Key.Key_Escape):  # a line edit would pass Enter on, which opens it again
                self._close_field(keep=event.key() in _ENTER_KEYS)
                return True
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                self._close_field(keep=True)
                self.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _measure(self) -> int:
        ends = (self._scale.value_at(self._scale.first), self._scale.value_at(self._scale.last))
        texts = (*map(self._scale.words, ends), self._unset)
        return max(text_width(self.font(), text) for text in texts)

    def _bar(self) -> QRect:
        left = PADDING + self._text_room + GAP
        return QRect(left, 0, self.width() - PADDING - left, self.height())

    def _x_of(self, position: int) -> float:
        bar, span = self._bar(), max(1, self._scale.last - self._scale.first)
        return bar.left() + _HANDLE / 2 + (position - self._scale.first) / span * (bar.width() - _HANDLE)

    def _draw_track(self, painter: QPainter, bar: QRect, middle: float) -> None:
        colours = theme.tokens()
        low, high = self._x_of(self.minimum()), self._x_of(self.maximum())
        left = bar.left() if self.minimum() == self._scale.first else low
        right = bar.right() + 1 if self.maximum() == self._scale.last else high
        painter.setBrush(QColor(colours.scroll))
        painter.drawRoundedRect(QRectF(left, middle - _TRACK / 2, right - left, _TRACK), _TRACK / 2, _TRACK / 2)
        for x in range(bar.left(), bar.right(), 6):
            if not left <= x <= right:
                painter.drawEllipse(QPointF(x + 1, middle), 1, 1)

    def _drag_to(self, x: float) -> None:
        bar = self._bar()
        part = (x - bar.left() - _HANDLE / 2) / max(1.0, bar.width() - _HANDLE)
        position = round(self._scale.first + part * (self._scale.last - self._scale.first))
        if not self.minimum() <= position <= self.maximum():
            self._say_why(self._scale.value_at(min(max(position, self._scale.first), self._scale.last)))
        if self._value is None and position == self.value():
            self._choose(self._scale.value_at(position))
        self.setValue(position)

    def _on_value_changed(self, position: int) -> None:
        if not self._is_showing:
            self._choose(self._scale.value_at(position))

    def _choose(self, value: float) -> None:
        if self._say_why(value):
            self._move(self.minimum() if self._value is None else self._scale.position_of(self._value))
            return
        self._value = value
        self._move(self._scale.position_of(value))
        self.chosen.emit(value)

    def _say_why(self, value: OptionValue) -> bool:
        reason = self._why(value)
        if reason:
            tell(self, reason)
        return bool(reason)

    def _move(self, position: int) -> None:
        self._is_showing = True
        self.setValue(position)
        self._is_showing = False
        self._tell()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleName(f"{self._title} {self.words}")
        low, high = self._scale.value_at(self.minimum()), self._scale.value_at(self.maximum())
        ends = (self._scale.value_at(self._scale.first), self._scale.value_at(self._scale.last))
        reason = self._why(ends[0]) or self._why(ends[1])
        span = f"{self._title}: {self._scale.words(low)} to {self._scale.words(high)}"
        said = f"{span}. {reason}" if reason else span
        self.setAccessibleDescription(said)
        self.setToolTip(plain_tip(said))

    # --- the field ------------------------------------------------------------------------------------------------

    def _open_field(self, typed: str = "") -> None:
        if self._field is not None:
            return
        field = self._field = QLineEdit(self)
        theme.set_role(field, "inline")
        field.setFont(self.font())
        field.setAccessibleName(self._title)
        field.setText(typed or ("" if self._value is None else self._scale.words(self._value).partition(" ")[0]))
        if not typed:
            field.selectAll()
        field.installEventFilter(self)
        field.setGeometry(PADDING, 1, self._text_room + 2, self.height() - 2)
        self._before = self._value
        field.textEdited.connect(self._on_field_text_edited)
        field.editingFinished.connect(self._on_field_editing_finished)
        field.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.update()

    def _on_field_text_edited(self, text: str) -> None:
        """Take the number with every key: Generate can be pressed without leaving the field."""
        value = self._scale.parse(text)
        if value is not None and value != self._value:
            self._choose(value)

    def _on_field_editing_finished(self) -> None:
        self._close_field(keep=True)

    def _close_field(self, *, keep: bool) -> None:
        field, self._field = self._field, None
        if field is None:
            return
        had_focus = field.hasFocus()
        field.hide()
        field.deleteLater()
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if not keep and self._before != self._value:
            self._value = self._before
            self.chosen.emit(self._before)
        self._move(self.minimum() if self._value is None else self._scale.position_of(self._value))


def _nothing(_: OptionValue) -> str:
    return ""
