"""A label that reserves room for several texts, so that controls below stay put when its text changes."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel

from sora_studio.ui.kit import theme

_ANY_HEIGHT = 10_000


class SteadyLabel(QLabel):
    """A wrapping label that is at any width as tall as the tallest of its text and its reserved texts."""

    def __init__(self, *, size_px: int = 13) -> None:
        super().__init__()
        self._kept: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size_px=size_px))
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setWordWrap(True)

    def keep_room(self, *texts: str) -> None:
        """Reserve room for these texts, replacing earlier ones."""
        if texts != self._kept:
            self._kept = texts
            self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the tallest text."""
        measure, place = self.fontMetrics(), QRect(0, 0, width, _ANY_HEIGHT)
        kept = (measure.boundingRect(place, Qt.TextFlag.TextWordWrap, text).height() for text in self._kept)
        return max(super().heightForWidth(width), *kept, 0)
