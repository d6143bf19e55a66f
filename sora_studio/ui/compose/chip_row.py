"""Lays the chips out in a row that first goes compact and then wraps when the window is narrow."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import CheckChip, MenuChip
from sora_studio.ui.kit.segments import Segments

Chip = Segments | CheckChip | MenuChip


class ChipRow(QWidget):
    """Places chips left to right: with full text if they fit, else compact in one row, else with full text in several rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips = list[Chip]()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """Replace the chips in the row."""
        self._chips = list(chips)
        self.arrange()

    def arrange(self) -> None:
        """Lay the chips out again after the row's or a chip's width has changed."""
        compact = self._is_compact(self.width())
        for chip, place in zip(self._chips, self._places(self.width()), strict=True):
            if isinstance(chip, Segments):
                chip.set_compact(compact)
            chip.setGeometry(place)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Return True: a narrow row wraps and becomes taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the rows needed at this width."""
        return max((place.bottom() + 1 for place in self._places(width)), default=theme.CONTROL_HEIGHT)

    def sizeHint(self) -> QSize:
        """Return the size of all chips in one row."""
        return QSize(self._line_width(compact=False), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the widest chip's width and the height needed at the current width."""
        widest = max((_width(chip, compact=False) for chip in self._chips), default=0)
        return QSize(widest, self.heightForWidth(max(self.width(), widest)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the chips out for the new width."""
        super().resizeEvent(event)
        self.arrange()

    def _is_compact(self, width: int) -> bool:
        return self._line_width(compact=True) <= width < self._line_width(compact=False)

    def _line_width(self, *, compact: bool) -> int:
        return sum(_width(chip, compact=compact) for chip in self._chips) + theme.GRID * max(len(self._chips) - 1, 0)

    def _places(self, width: int) -> list[QRect]:
        compact, places, x, y = self._is_compact(width), list[QRect](), 0, 0
        for chip in self._chips:
            chip_width = _width(chip, compact=compact)
            if x and x + chip_width > width:
                x, y = 0, y + theme.CONTROL_HEIGHT + theme.GRID
            places.append(QRect(x, y, chip_width, theme.CONTROL_HEIGHT))
            x += chip_width + theme.GRID
        return places


def _width(chip: Chip, *, compact: bool) -> int:
    return chip.width_when(compact=compact) if isinstance(chip, Segments) else chip.sizeHint().width()
