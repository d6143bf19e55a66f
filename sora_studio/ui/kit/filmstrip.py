"""Scrubbing a clip under the pointer: the frame of its filmstrip, and a thin line that shows the time."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.filmstrip import FILMSTRIP_CELLS, cell_at
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.images import read_poster
from sora_studio.ui.kit.picture_cache import PictureCache
from sora_studio.ui.kit.task_scope import TaskScope

MOST_BYTES = 32 << 20
"""A decoded strip has 1 MB."""
_LINE = 2
_LINE_SHADE = QColor(0, 0, 0, 110)


class FilmstripCache(PictureCache):
    """Decoded filmstrips by file."""

    def __init__(self, scope: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(scope, most_bytes=MOST_BYTES, parent=parent)

    def strip(self, path: Path) -> QPixmap | None:
        """Return the strip; None until it is loaded, a null pixmap if it cannot be read."""
        return self.found(path, lambda: _read(path))

    def strip_of(self, clip: int, find: Callable[[], Awaitable[Path | None]]) -> QPixmap | None:
        """Return the strip of a clip whose file is found, and made first if necessary, by `find`. Otherwise like `strip`."""

        async def read() -> QImage:
            path = await find()
            return QImage() if path is None else await _read(path)

        return self.found(clip, read)


def position_in(tile: QRect, x: int) -> float:
    """Return the position in the film, 0 to 1, for the pointer's x above a tile."""
    return min(1.0, max(0.0, (x - tile.left()) / max(1, tile.width() - 1)))


def cell_of(strip: QPixmap, position: float) -> QRect:
    """Return the part of the strip that shows this position of the film."""
    width = strip.width() // FILMSTRIP_CELLS
    return QRect(cell_at(position) * width, 0, width, strip.height())


def paint_cell(painter: QPainter, tile: QRect, strip: QPixmap, position: float) -> None:
    """Paint the frame at this position into the tile, with bars at its sides or above and below, and the line of time.

    The caller clips to the tile's rounded corners.
    """
    painter.save()
    painter.fillRect(tile, QColor(theme.tokens().stage))
    cell = cell_of(strip, position)
    shown = QRect(tile.topLeft(), cell.size().scaled(tile.size(), Qt.AspectRatioMode.KeepAspectRatio))
    if _is_nearly(shown.size(), tile.size()):
        shown = tile  # rounding must leave no hair line
    shown.moveCenter(tile.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(shown, strip, cell)
    paint_time(painter, tile, position)
    painter.restore()


def paint_time(painter: QPainter, tile: QRect, position: float) -> None:
    """Paint a thin line along the tile's lower edge, as long as the part of the film up to this position."""
    line = QRectF(tile.left(), tile.bottom() + 1 - _LINE, tile.width(), _LINE)
    painter.fillRect(line, _LINE_SHADE)
    line.setWidth(tile.width() * position)
    painter.fillRect(line, QColor(theme.DARK.text))


def _is_nearly(size: QSize, other: QSize) -> bool:
    return abs(size.width() - other.width()) <= 1 and abs(size.height() - other.height()) <= 1


async def _read(path: Path) -> QImage:
    try:
        return await on_disk(path.parent, lambda: read_poster(path))
    except FolderSilent:
        return QImage()
