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
    """Places its chips left to right: with all their words, else compact in one line, else with all their words in several."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips = list[Chip]()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """From now on these are in the row."""
        self._chips = list(chips)
        self.arrange()

    def arrange(self) -> None:
        """Place them again: the width, or a chip's own, has changed."""
        compact = self._is_compact(self.width())
        for chip, place in zip(self._chips, self._places(self.width()), strict=True):
            if isinstance(chip, Segments):
                chip.set_compact(compact)
            chip.setGeometry(place)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """A narrow row is a tall one."""
        return True

    def heightForWidth(self, width: int) -> int:
        """One line, or as many as it takes."""
        return max((place.bottom() + 1 for place in self._places(width)), default=theme.CONTROL_HEIGHT)

    def sizeHint(self) -> QSize:
        """All in one line."""
        return QSize(self._line_width(compact=False), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the widest chip, and as tall as it is at the present width."""
        widest = max((_width(chip, compact=False) for chip in self._chips), default=0)
        return QSize(widest, self.heightForWidth(max(self.width(), widest)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the chips for the new width."""
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
