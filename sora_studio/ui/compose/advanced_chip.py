"""The chip at the end of the row: three dots, behind which the rarely used choices stand."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import ICON, PADDING, MenuChip, draw_box, painter_of, plain_tip

_BADGE = 14
_NAME = "More options"


class AdvancedChip(MenuChip):
    """Shows how many of the choices behind it are not the default, and names them in its tool tip and description."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._differences: Sequence[str] = ()
        self.setAccessibleName(_NAME)
        self.setToolTip(_NAME)

    def show_differences(self, differences: Sequence[str], problem: str) -> None:
        """Show what differs from the default, and what is wrong with any of it."""
        self._differences = differences
        said = ". ".join([*filter(None, [problem.rstrip(".")]), *differences])
        self.invalid = bool(problem)
        self.setAccessibleDescription(said)
        self.setToolTip(plain_tip(said) or _NAME)
        self.update()

    def width_when(self, *, compact: bool) -> int:
        """Return the width of the dots with padding."""
        del compact
        return ICON + 2 * PADDING

    def sizeHint(self) -> QSize:
        """Return the size of the dots with padding."""
        return QSize(self.width_when(compact=True), theme.CONTROL_HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint three dots, and over them the number of differences if there are any."""
        painter = painter_of(self)
        draw_box(painter, self, invalid=self.invalid)
        colours = theme.tokens()
        colour = colours.text if self.underMouse() or self._differences else colours.secondary
        theme.icon("more", colour).paint(painter, QRect(PADDING, (self.height() - ICON) // 2, ICON, ICON))
        if self._differences:
            self._draw_badge(painter)

    def _draw_badge(self, painter: QPainter) -> None:
        colours = theme.tokens()
        place = QRectF(self.width() - _BADGE - 2, 2, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(place)
        painter.setFont(theme.font(size_px=10, semibold=True))
        painter.setPen(QColor(colours.on_accent))
        count = len(self._differences)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(count) if count < 10 else "9+")

    def _tell(self) -> None:
        """Keep the tool tip, which names the differences at any width."""
