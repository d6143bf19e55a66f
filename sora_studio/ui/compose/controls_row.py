"""The row below the editor: pictures, chips and Generate. The pictures move to their own row when the chips would wrap."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sora_studio.ui.compose.option_chips import OptionChips
from sora_studio.ui.compose.pictures.image_strip import INLINE, ImageStrip
from sora_studio.ui.compose.pictures.image_well import SIZE
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import GenerateButton


class ControlsRow(QWidget):
    """Pictures, chips and the button. Call `arrange` after one of them has changed."""

    def __init__(self, images: ImageStrip, chips: OptionChips, generate: GenerateButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images, self._chips, self._generate = images, chips, generate
        self._above = QHBoxLayout()
        self._above.addStretch(1)
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.GRID)
        self._row.addWidget(images, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(chips, 1, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._row.addSpacing(theme.GRID)
        self._row.addWidget(generate, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._is_inline = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._above)
        column.addLayout(self._row)

    def arrange(self) -> None:
        """Place the pictures inline or in their own row, by the current width."""
        is_inline = self._fits()
        if is_inline != self._is_inline:
            self._is_inline = is_inline
            before, after = (self._above, self._row) if is_inline else (self._row, self._above)
            before.removeWidget(self._images)
            after.insertWidget(0, self._images, alignment=Qt.AlignmentFlag.AlignVCenter)
            self._above.setContentsMargins(0, 0, 0, 0 if is_inline else theme.GRID)
        self._images.set_room(INLINE if is_inline else ImageStrip.room_within(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Return the narrowest width of chips and button; the pictures would move to their own row."""
        chips, button = self._chips.minimumSizeHint(), self._generate.sizeHint()
        beside = self._images.width_inline() + theme.GRID if self._images.is_empty else 0
        return QSize(beside + chips.width() + 3 * theme.GRID + button.width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rearrange for the new width."""
        super().resizeEvent(event)
        self.arrange()

    def _fits(self) -> bool:
        """Return whether the chips need no more rows beside the pictures than beside the single empty well."""
        if self._images.is_empty or not self._images.isVisibleTo(self):
            return True
        room = self.width() - self._generate.sizeHint().width() - 3 * theme.GRID
        beside_pictures, beside_none = room - self._images.width_inline(), room - SIZE.width()
        lines = self._chips.heightForWidth
        return self._chips.minimumSizeHint().width() <= beside_pictures and lines(beside_pictures) <= lines(beside_none)
