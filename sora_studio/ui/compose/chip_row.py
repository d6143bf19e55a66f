"""Lays the chips out in one line. What finds no room stays behind `⋯`; what room is left makes chips wider."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.ui.compose.advanced_chip import AdvancedChip
from sora_studio.ui.compose.choice_chip import ChoiceChip
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import CheckChip, MenuChip
from sora_studio.ui.kit.number_slider import NumberSlider

Chip = ChoiceChip | CheckChip | MenuChip | NumberSlider


class ChipRow(QWidget):
    """Places chips left to right, the first ones first. The last chip and `⋯` always have their place.

    Signals: `left_out_changed()` when other chips found room.
    """

    left_out_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._chips: Sequence[Chip] = ()
        self._last: MenuChip | None = None
        self._more: AdvancedChip | None = None
        self._has_more = False
        self._left_out: Sequence[Chip] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_chips(self, chips: Sequence[Chip], last: MenuChip, more: AdvancedChip, *, has_more: bool) -> None:
        """Replace the chips. `has_more`: there are choices that stand behind `more` at any width."""
        self._chips, self._last, self._more, self._has_more = chips, last, more, has_more
        self.arrange()

    @property
    def left_out(self) -> Sequence[Chip]:
        """The chips without room."""
        return self._left_out

    def width_of(self, count: int) -> int:
        """Return the narrowest width that shows the first `count` chips, the last one and `⋯`."""
        tail = [chip for chip in (self._last, self._more) if chip is not None]
        return _line_width([*self._chips[:count], *tail])

    def arrange(self) -> None:
        """Lay the chips out again after the row's or a chip's width has changed."""
        if self._last is None or self._more is None:
            return
        count = self._count_that_fits()
        shown = [*self._chips[:count], self._last]
        if self._has_more or count < len(self._chips):
            shown.append(self._more)
        widths = self._widths(shown)
        x = 0
        for chip in (*self._chips, self._last, self._more):
            is_shown = chip in shown
            if is_shown:
                chip.setGeometry(x, 0, widths[chip], theme.CONTROL_HEIGHT)
                x += widths[chip] + theme.GRID
            if chip.isHidden() is is_shown:
                chip.setVisible(is_shown)
        left_out = self._chips[count:]
        if list(left_out) != list(self._left_out):
            self._left_out = left_out
            self.left_out_changed.emit()

    def sizeHint(self) -> QSize:
        """Return the size of all chips at their widest."""
        chips = [chip for chip in (*self._chips, self._last) if chip is not None]
        return QSize(_line_width(chips, compact=False), theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the last chip and `⋯`."""
        return QSize(self.width_of(0), theme.CONTROL_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the chips out for the new width."""
        super().resizeEvent(event)
        self.arrange()

    def _count_that_fits(self) -> int:
        last = [chip for chip in (self._last,) if chip is not None]
        if not self._has_more and _line_width([*self._chips, *last]) <= self.width():
            return len(self._chips)
        return next((count for count in range(len(self._chips), 0, -1) if self.width_of(count) <= self.width()), 0)

    def _widths(self, shown: Sequence[Chip]) -> dict[Chip, int]:
        """Return each chip's width, and set its form: as wide as the room allows, the first ones first."""
        room = self.width() - _line_width(shown)
        widths = dict[Chip, int]()
        for chip in shown:
            narrow, wide = chip.width_when(compact=True), chip.width_when(compact=False)
            is_compact = wide - narrow > room
            if not isinstance(chip, CheckChip):
                chip.set_compact(is_compact)
            widths[chip] = narrow if is_compact else wide
            room -= widths[chip] - narrow
        return widths


def _line_width(chips: Sequence[Chip], *, compact: bool = True) -> int:
    return sum(chip.width_when(compact=compact) for chip in chips) + theme.GRID * max(len(chips) - 1, 0)
