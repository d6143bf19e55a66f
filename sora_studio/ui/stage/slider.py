"""A thin slider for the stage: a click jumps to its position, and showing a value differs from choosing one."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from sora_studio.ui.kit import theme

_TRACK, _HANDLE = 4, 12


class ThinSlider(QSlider):
    """Takes values through `show_value` and emits `chosen`, so that displaying the position never causes a seek.

    Signals: `chosen(int)` when the user or assistive technology sets the value.
    """

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._is_showing = False
        self.valueChanged.connect(self._on_value_changed)

    def show_value(self, value: int) -> None:
        """Move the handle without emitting `chosen`; ignored while it is being dragged."""
        if self.isSliderDown():
            return
        self._is_showing = True
        self.setValue(value)
        self._is_showing = False

    def sizeHint(self) -> QSize:
        """Return a size that is tall enough to click."""
        return QSize(160, 24)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest usable size."""
        return QSize(60, 24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass the arrow keys to the parent: on the stage they step by frames."""
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the click and start dragging."""
        if event.button() is Qt.MouseButton.LeftButton and self.maximum() > self.minimum():
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle."""
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stop dragging."""
        del event
        self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and, if the range is not empty, the part before the value and the handle."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        track = QRectF(0, middle - _TRACK / 2, self.width(), _TRACK)
        painter.setBrush(QColor(theme.DARK.line))
        painter.drawRoundedRect(track, _TRACK / 2, _TRACK / 2)
        if self.maximum() <= self.minimum():
            return
        handle_x = self._x_of_value()
        track.setRight(handle_x)
        painter.setBrush(QColor("#ffffff"))
        painter.drawRoundedRect(track, _TRACK / 2, _TRACK / 2)
        painter.drawEllipse(QPointF(handle_x, middle), _HANDLE / 2, _HANDLE / 2)
        if self.hasFocus():
            painter.setPen(QColor(theme.DARK.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(handle_x, middle), _HANDLE / 2 + 2, _HANDLE / 2 + 2)

    def _x_of_value(self) -> float:
        part = (self.value() - self.minimum()) / (self.maximum() - self.minimum())
        return _HANDLE / 2 + part * (self.width() - _HANDLE)

    def _value_at(self, x: float) -> int:
        part = (x - _HANDLE / 2) / max(1, self.width() - _HANDLE)
        return round(self.minimum() + min(1.0, max(0.0, part)) * (self.maximum() - self.minimum()))

    def _on_value_changed(self, value: int) -> None:
        if not self._is_showing:
            self.chosen.emit(value)
