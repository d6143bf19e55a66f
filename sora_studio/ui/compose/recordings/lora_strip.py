"""The LoRAs of a request side by side: each has a web address and a scale."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from sora_studio.ui.compose.media_strip import MediaStrip
from sora_studio.ui.compose.media_well import MediaWell
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.media_places import MediaPlace

_SCALE_PX = 11


class LoraWell(MediaWell):
    """Shows how strongly a LoRA acts."""

    noun = "LoRA"
    placeholder = "link"
    opening = "Change…"
    takes_files = False

    def __init__(self, source: str | None, parent: QWidget, *, title: str, caption: str) -> None:
        super().__init__(source, parent, title=title, caption=caption)
        self._scale = 1.0

    def show_scale(self, scale: float) -> None:
        """Show the scale."""
        self._scale = scale
        self.setAccessibleName(f"{self._title} {self._words}, scale {scale:g}")
        self._facts = f"Scale {scale:g}"
        self._tell()
        self.update()

    def _paint_medium(self, painter: QPainter) -> None:
        painter.setFont(theme.font(size_px=_SCALE_PX))
        painter.setPen(QColor(theme.DARK.text))
        words, place = f"× {self._scale:g}", QRectF(self.rect()).adjusted(23, 0, 0, 0)
        theme.icon("link", theme.DARK.secondary).paint(painter, self.rect().adjusted(6, 15, -self.width() + 20, -15))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class LoraStrip(MediaStrip[LoraWell]):
    """A LoRA is read from a web address only."""

    def show_place(self, place: MediaPlace, *, problem: str, problems: Mapping[str, str]) -> None:
        """Show the LoRAs with their scales; otherwise like `MediaStrip`."""
        super().show_place(place, problem=problem, problems=problems)
        for medium in place.media:
            if (well := self._wells.get(medium.address)) is not None:
                well.show_scale(medium.scale)

    def choose(self, replacing: str | None) -> None:
        """Ask for an address instead of a file."""
        self._on_well_address_wanted(replacing)

    def _make_well(self, source: str | None) -> LoraWell:
        return LoraWell(source, self, title=self._place.title, caption=self._place.caption)
