"""Draws the peaks of a sound as bars."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

_LEAST = 1.5
"""Height of a bar in silence."""


def draw_wave(painter: QPainter, place: QRectF, peaks: Sequence[float], colour: QColor, *, played: QColor, to: float) -> None:
    """Draw a bar for each peak, 0 to 1, around the middle; those before `to`, a share of the width, in the colour `played`."""
    if not peaks:
        return
    step = place.width() / len(peaks)
    width = max(1.0, step - 1)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, peak in enumerate(peaks):
        height = max(_LEAST, peak * place.height())
        bar = QRectF(place.left() + index * step, place.center().y() - height / 2, width, height)
        painter.setBrush(played if (index + 0.5) / len(peaks) <= to else colour)
        painter.drawRoundedRect(bar, width / 2, width / 2)
