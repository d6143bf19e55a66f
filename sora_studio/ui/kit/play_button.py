"""The play button, with the filled icons of the design."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from sora_studio.ui.kit import theme


def play_glyph(middle: QPointF, height: float) -> QPainterPath:
    """Return a triangle whose centroid is at `middle`."""
    width = height * 0.87
    path = QPainterPath(middle + QPointF(-width / 3, -height / 2))
    path.lineTo(middle + QPointF(width * 2 / 3, 0))
    path.lineTo(middle + QPointF(-width / 3, height / 2))
    path.closeSubpath()
    return path


def pause_glyph(middle: QPointF, height: float) -> QPainterPath:
    """Return two bars, centred on `middle`."""
    bar = QRectF(0, 0, height * 0.3, height)
    path = QPainterPath()
    for offset in (-0.3, 0.3):
        bar.moveCenter(middle + QPointF(height * offset, 0))
        path.addRect(bar)
    return path


class PlayButton(QToolButton):
    """A button that shows, and exposes to screen readers, what a click does: Play or Pause."""

    def __init__(self, parent: QWidget | None = None, *, is_on_stage: bool = False) -> None:
        """`is_on_stage`: on the stage, which is dark in both themes."""
        super().__init__(parent)
        self._is_on_stage = is_on_stage
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._is_playing = False
        self.show_playing(False)

    def show_playing(self, playing: bool) -> None:
        """Show Pause while playing, Play otherwise."""
        self._is_playing = playing
        name = "Pause" if playing else "Play"
        self.setAccessibleName(name)
        self.setToolTip(f"{name} (Space)")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the styled background, then the icon."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.DARK if self._is_on_stage else theme.tokens()
        glyph = pause_glyph if self._is_playing else play_glyph
        painter.fillPath(
            glyph(QRectF(self.rect()).center(), 12), QColor(colours.text if self.isEnabled() else colours.disabled)
        )
