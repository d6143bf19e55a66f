"""The small icon in the corner of a picture's well: light on dark, to be visible on a picture of any colour."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.pictures.picture_words import Mark

MARK_WIDTH = 18
_MARGIN = 3
_ICON = 12


def draw_mark(painter: QPainter, rect: QRect, mark: Mark) -> None:
    """Draw the mark in the bottom left corner, with the dark theme's colours."""
    ground = QRect(_MARGIN, rect.height() - MARK_WIDTH - _MARGIN, MARK_WIDTH, MARK_WIDTH)
    shade = QColor(theme.DARK.stage)
    shade.setAlpha(215)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawRoundedRect(QRectF(ground), MARK_WIDTH / 2, MARK_WIDTH / 2)
    place = QRect(0, 0, _ICON, _ICON)
    place.moveCenter(ground.center())
    theme.icon(mark.icon, mark_colour(mark, theme.DARK)).paint(painter, place)


def mark_colour(mark: Mark, colours: theme.Tokens) -> str:
    """Return the colour of a mark; errors and warnings stand out."""
    return {"error": colours.failed, "warning": colours.review}.get(mark.icon, colours.text)
