"""The row below the editor: media, model, options and Generate, on one line or, in a narrow window, on two.

Its height depends on the width alone, never on the model or its media: the editor stays where it is.
"""

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.ui.compose.column import CONTROLS_HEIGHT, OPTIONS_WIDTH, controls_height, is_one_line
from sora_studio.ui.compose.media_well import SIZE
from sora_studio.ui.compose.media_wells import MediaWells
from sora_studio.ui.compose.option_chips import OptionChips
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.generate_button import GenerateButton

_GAP = 2 * theme.GRID
"""Between the chips and Generate."""
_GENERATE_ROOM = 172
"""Kept for Generate with a count or a price, so that the chips stay put when those change."""


class ControlsRow(QWidget):
    """Media, chips and the button. Call `arrange` after one of them has changed."""

    def __init__(self, media: MediaWells, chips: OptionChips, generate: GenerateButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._media, self._chips, self._generate = media, chips, generate
        for part in (media, chips.head, chips, generate):
            part.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def arrange(self) -> None:
        """Place everything for the current width."""
        is_inline = self._is_inline(self.width())
        self._media.fit(self.width() - OPTIONS_WIDTH - theme.GRID if is_inline else self._room_above())
        button, head = self._place_button(), self._chips.head
        x, end = self._put_media(), button.x() - _GAP
        room = end - x - theme.GRID - self._chips.width_of_commonest if is_inline else self.width() - x
        width = min(head.sizeHint().width(), max(room, head.minimumSizeHint().width()))
        head.setGeometry(x, (CONTROLS_HEIGHT - theme.CONTROL_HEIGHT) // 2, width, theme.CONTROL_HEIGHT)
        head.arrange()
        left = 0 if not is_inline else x + width + theme.GRID if width else x
        y = button.y() + (theme.GENERATE_HEIGHT - theme.CONTROL_HEIGHT) // 2
        self._chips.setGeometry(left, y, max(end - left, 0), theme.CONTROL_HEIGHT)

    def hasHeightForWidth(self) -> bool:
        """Return True: a narrow row has two lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of one line or two."""
        return controls_height(width)

    def sizeHint(self) -> QSize:
        """Return the height that is needed at the current width."""
        return QSize(self.minimumSizeHint().width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Return the width of the narrower of two lines at which nothing is cut."""
        above = SIZE.width() + theme.GRID + self._chips.head.minimumSizeHint().width()
        below = self._chips.minimumSizeHint().width() + _GAP + self._generate.width_when(compact=True)
        return QSize(max(above, below), self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rearrange for the new width."""
        super().resizeEvent(event)
        self.arrange()

    def event(self, event: QEvent) -> bool:
        """Rearrange when a part has changed its size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.arrange()
            self.updateGeometry()
        return super().event(event)

    def _is_inline(self, width: int) -> bool:
        # Even while the model takes no pictures: another model must not change the lines.
        return is_one_line(width)

    def _room_above(self) -> int:
        return self.width() - self._chips.head.minimumSizeHint().width() - theme.GRID

    def _put_media(self) -> int:
        """Place the media; return where the next part begins."""
        if self._media.isHidden():
            return 0
        width = self._media.sizeHint().width()
        self._media.setGeometry(0, 0, width, CONTROLS_HEIGHT)
        return width + theme.GRID

    def _place_button(self) -> QRect:
        """Place Generate; return its place with the room that is kept for it."""
        has_room = self._generate.width_when(compact=False) <= _GENERATE_ROOM
        self._generate.set_compact(not has_room)
        width = self._generate.sizeHint().width()
        y = (CONTROLS_HEIGHT - theme.GENERATE_HEIGHT) // 2 if self._is_inline(self.width()) else CONTROLS_HEIGHT + theme.GRID
        self._generate.setGeometry(self.width() - width, y, width, theme.GENERATE_HEIGHT)
        kept = max(width, _GENERATE_ROOM)
        return QRect(self.width() - kept, y, kept, theme.GENERATE_HEIGHT)
