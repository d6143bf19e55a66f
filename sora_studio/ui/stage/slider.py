"""A thin slider for the stage: a click goes straight to its place, and showing a value is not the same as choosing one."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from sora_studio.ui.kit import theme

_TRACK, _HANDLE = 4, 12


class ThinSlider(QSlider):
    """Values come in by `show_value` and go out by `chosen`, so that following a film never seeks it.

    Signals: `chosen(int)` when a person, or a program on their behalf, sets the value.
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
        """Follow what happens; while a hand is on the handle it stays with the hand."""
        if self.isSliderDown():
            return
        self._is_showing = True
        self.setValue(value)
        self._is_showing = False

    def sizeHint(self) -> QSize:
        """High enough to be hit."""
        return QSize(160, 24)

    def minimumSizeHint(self) -> QSize:
        """Still of use."""
        return QSize(60, 24)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows belong to whoever holds the slider: on the stage they go by frames."""
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there at once and follow the hand."""
        if event.button() is Qt.MouseButton.LeftButton and self.maximum() > self.minimum():
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the hand."""
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        del event
        self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A track, the part before the value, and the handle when there is something to choose."""
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
