"""Paints what is visible of the library: its items, the headings of the days, and the rubber band."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from sora_studio.ui.kit import theme
from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.ui.library.tile_painter import TileLook, TilePainter
from sora_studio.viewmodels.library.tile_words import heading_text

if TYPE_CHECKING:
    from sora_studio.ui.library.library_view import LibraryView

_REACH = 9
"""How far rings and backgrounds reach beyond the cells, in pixels."""


class PagePainter:
    """Paints a part of the view's viewport."""

    def __init__(self, view: "LibraryView", tiles: TilePainter, today: Callable[[], date]) -> None:
        self._view, self._tiles, self._today = view, tiles, today
        self._heading_font = theme.font(size_px=12, semibold=True)

    def paint(self, area: QRect) -> None:
        """Paint everything in this area of the viewport."""
        view, top = self._view, self._view.top
        painter = QPainter(view.viewport())
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(area, QColor(theme.tokens().window))
        paint = self._tiles.tile if view.mode is LibraryMode.GRID else self._tiles.line
        is_single = len(view.model.selection) == 1
        visible = view.places.visible(top + area.top() - _REACH, top + area.bottom() + _REACH)
        for place in self._current_last(visible):
            cell = view.places.rect(place).translated(0, -top)
            paint(painter, cell, view.model.tile(place), self._look(place, is_single=is_single))
        if view.model.order.groups:
            self._headings(painter, area, top)
        if (band := view.pointer.band) is not None:
            _paint_band(painter, band.translated(0, -top))
        painter.end()

    def _current_last(self, visible: range) -> Iterator[int]:
        """Return the positions with the current item last: its ring lies over its neighbours' backgrounds."""
        current = self._view.model.selection.current
        ids = self._view.model.order.ids
        yield from (place for place in visible if ids[place] != current)
        yield from (place for place in visible if ids[place] == current)

    def _look(self, place: int, *, is_single: bool) -> TileLook:
        view, selection = self._view, self._view.model.selection
        task = view.model.order.ids[place]
        is_current = task == selection.current
        return TileLook(
            is_marked=task in selection and not (is_single and is_current),
            is_current=is_current,
            has_focus=view.hasFocus(),
            is_take=view.is_take(place),
            in_stack=view.is_take(place) or view.model.is_open(task),
            scrub=view.hover.fraction(place),
        )

    def _headings(self, painter: QPainter, area: QRect, top: int) -> None:
        """Paint the headings; that of the first visible day sticks to the top until the next one pushes it away."""
        places, tokens = self._view.places, theme.tokens()
        sticky, height = places.group_at(top), places.metrics.heading_height
        for group in places.headings(top + min(0, area.top() - height), top + area.bottom() + 1):
            heading = places.heading(group).translated(0, -top)
            if group == sticky and heading.top() < 0:
                heading.moveTop(min(0, places.bottom(group) - top - height))
                back = QRect(0, heading.top(), self._view.viewport().width(), height)
                painter.fillRect(back, QColor(tokens.window))
                painter.fillRect(QRect(0, back.bottom(), back.width(), 1), QColor(tokens.line))
            painter.setFont(self._heading_font)
            painter.setPen(QColor(tokens.secondary))
            words = heading_text(self._view.model.order.groups[group], self._today())
            painter.drawText(heading, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_band(painter: QPainter, band: QRect) -> None:
    colour = QColor(theme.tokens().accent)
    painter.setPen(colour)
    colour.setAlphaF(0.15)
    painter.setBrush(colour)
    painter.drawRect(band)
