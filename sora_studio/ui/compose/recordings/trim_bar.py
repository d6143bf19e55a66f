"""The timeline of a film or sound: its wave, the position, and handles for the part to keep."""

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.ui.compose.recordings.seconds_field import STEP_S
from sora_studio.ui.compose.recordings.wave import draw_wave
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.recordings.recording_words import seconds_text

BARS = 160
_EDGE = 10
"""Space for the handles at both ends, in px."""
_GRIP = 8
_REACH = 9
"""How near to a handle, in px, a press must be to grab it."""
_SHIFT_STEPS = 10
_ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class _Held(Enum):
    IN = auto()
    OUT = auto()
    POSITION = auto()


class TrimBar(QWidget):
    """All times are seconds. Arrow keys move the position, with Shift by a second; Home and End go to the ends of the part;
    I and O set its ends at the position; Space plays.

    Signals: `trimmed(float, float)` with the ends of the part to keep after a change by the user, `sought(float)` with a
    position, `play_toggled()`.
    """

    trimmed = Signal(float, float)
    sought = Signal(float)
    play_toggled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._length_s = self._start_s = self._end_s = self._position_s = 0.0
        self._peaks: Sequence[float] = ()
        self._held: _Held | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(56)
        self.setAccessibleName("Timeline")
        self._tell()

    @property
    def position_s(self) -> float:
        """The position."""
        return self._position_s

    def show_length(self, length_s: float) -> None:
        """Show a file of this length; 0 while it is unknown."""
        self._length_s = length_s
        self._tell()

    def show_trim(self, start_s: float, end_s: float) -> None:
        """Show the part to keep."""
        self._start_s, self._end_s = start_s, end_s
        self._tell()

    def show_position(self, position_s: float) -> None:
        """Show the position; ignored while it is dragged."""
        if self._held is not _Held.POSITION:
            self._position_s = min(position_s, self._length_s)
            self._tell()

    def show_peaks(self, peaks: Sequence[float]) -> None:
        """Show the peaks, 0 to 1, of a sound; none show a plain bar."""
        self._peaks = peaks
        self.update()

    def set_in(self, at_s: float) -> None:
        """Let the part begin there, at least a tenth of a second before its end."""
        self._trim(min(max(0.0, at_s), self._end_s - STEP_S), self._end_s)

    def set_out(self, at_s: float) -> None:
        """Let the part end there, at least a tenth of a second after its beginning."""
        self._trim(self._start_s, max(min(at_s, self._length_s), self._start_s + STEP_S))

    def take_key(self, event: QKeyEvent) -> bool:
        """Handle a key of the timeline; return whether it was one."""
        steps = _SHIFT_STEPS if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        key = Qt.Key(event.key())
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        if key in _ARROWS:
            self._seek(self._position_s + _ARROWS[key] * steps * STEP_S)
        elif key == Qt.Key.Key_I:
            self.set_in(self._position_s)
        elif key == Qt.Key.Key_O:
            self.set_out(self._position_s)
        elif key == Qt.Key.Key_Home:
            self._seek(self._start_s)
        elif key == Qt.Key.Key_End:
            self._seek(self._end_s)
        elif key == Qt.Key.Key_Space:
            self.play_toggled.emit()
        else:
            return False
        return True

    def sizeHint(self) -> QSize:
        """Return a size that is easy to hit."""
        return QSize(480, 56)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of the timeline."""
        if not self.take_key(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab a handle, or jump to the click and drag the position."""
        if event.button() is Qt.MouseButton.LeftButton and self._length_s:
            self._held = self._at(event.position().x()) or _Held.POSITION
            self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held; show where a handle can be grabbed."""
        if self._held is not None:
            self._drag(event.position().x())
            return
        is_near = bool(self._length_s and self._at(event.position().x()))
        self.setCursor(Qt.CursorShape.SizeHorCursor if is_near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        del event
        self._held = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the wave or a track, dim outside of the part, with its two handles and the position."""
        del event
        colours, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.line), 1))
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(ground, theme.RADIUS, theme.RADIUS)
        if not self._length_s:
            return
        track = ground.adjusted(_EDGE, 6, -_EDGE, -6)
        left, right = self._x_of(self._start_s), self._x_of(self._end_s)
        if not self._peaks:
            plain = QRectF(track.left(), track.center().y() - 1.5, track.width(), 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.scroll))
            painter.drawRoundedRect(plain, 1.5, 1.5)
        part = QRectF(left, ground.top() + 3, right - left, ground.height() - 6)
        tint = QColor(colours.accent)
        tint.setAlpha(38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawRect(part)
        self._draw_peaks(painter, track, part)
        for x, is_start in ((left, True), (right, False)):
            self._draw_handle(painter, part, x, is_start=is_start)
        painter.setPen(QPen(QColor(colours.text), 2))
        here = self._x_of(self._position_s)
        painter.drawLine(QPointF(here, ground.top() + 2), QPointF(here, ground.bottom() - 2))

    def _draw_peaks(self, painter: QPainter, track: QRectF, part: QRectF) -> None:
        colours = theme.tokens()
        outside, inside = QColor(colours.scroll), QColor(colours.secondary)
        draw_wave(painter, track, self._peaks, outside, played=outside, to=0.0)
        painter.save()
        painter.setClipRect(part)
        draw_wave(painter, track, self._peaks, inside, played=inside, to=0.0)
        painter.restore()

    def _draw_handle(self, painter: QPainter, part: QRectF, x: float, *, is_start: bool) -> None:
        grip = QRectF(x - _GRIP if is_start else x, part.top(), _GRIP, part.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().accent))
        painter.drawRoundedRect(grip, 3, 3)
        painter.setPen(QPen(QColor(theme.tokens().on_accent), 1.5))
        middle = grip.center()
        painter.drawLine(middle - QPointF(0, 6), middle + QPointF(0, 6))

    def _at(self, x: float) -> _Held | None:
        """Return the handle at a place. Both grips lie outside of the part."""
        near = {
            _Held.IN: abs(x - self._x_of(self._start_s) + _GRIP / 2),
            _Held.OUT: abs(x - self._x_of(self._end_s) - _GRIP / 2),
        }
        held = min(near, key=lambda one: near[one])
        return held if near[held] <= _REACH else None

    def _drag(self, x: float) -> None:
        at_s = self._seconds_at(x)
        if self._held is _Held.IN:
            self.set_in(at_s)
        elif self._held is _Held.OUT:
            self.set_out(at_s)
        else:
            self._seek(at_s)

    def _trim(self, start_s: float, end_s: float) -> None:
        """Round to tenths of a second, but never beyond the end."""
        trim = max(0.0, round(start_s, 1)), min(round(end_s, 1), self._length_s)
        if self._length_s and trim[0] < trim[1] and trim != (self._start_s, self._end_s):
            self.show_trim(*trim)
            self.trimmed.emit(*trim)

    def _seek(self, at_s: float) -> None:
        self._position_s = round(min(max(0.0, at_s), self._length_s), 2)
        self._tell()
        self.sought.emit(self._position_s)

    def _x_of(self, at_s: float) -> float:
        return _EDGE + at_s / max(self._length_s, STEP_S) * (self.width() - 2 * _EDGE)

    def _seconds_at(self, x: float) -> float:
        return min(max(0.0, (x - _EDGE) / max(1, self.width() - 2 * _EDGE)), 1.0) * self._length_s

    def _tell(self) -> None:
        part = f"In {seconds_text(self._start_s)}, out {seconds_text(self._end_s)}"
        self.setAccessibleDescription(
            f"Position {seconds_text(self._position_s)}. {part}. I and O set in and out, Space plays."
        )
        self.setToolTip("Drag the ends, or press I and O at the position.")
        self.update()
