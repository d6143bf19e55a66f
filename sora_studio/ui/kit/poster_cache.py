"""The cards' pictures, loaded and scaled in worker threads."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from sora_studio.ui.kit.images import image_of, read_poster
from sora_studio.ui.kit.picture_cache import PictureCache
from sora_studio.ui.kit.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures

MOST_BYTES = 28 << 20
"""256 posters at 106×64 logical pixels on a 2× screen."""


class PosterCache(PictureCache):
    """Caches pixmaps that fit into `size` logical pixels, keeping proportions. Unreadable files give a null pixmap.

    `pictures` makes the thumbnails of start pictures; None until a studio is attached.
    """

    def __init__(self, scope: TaskScope, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(scope, most_bytes=MOST_BYTES, parent=parent)
        self._size = size
        self.pictures: Pictures | None = None

    def poster(self, path: Path, scale: float) -> QPixmap | None:
        """Return a clip's poster at this device pixel ratio; None until it is loaded."""
        return self.found((path, scale), lambda: asyncio.to_thread(_scaled, path, self._size * scale), scale=scale)

    def picture(self, path: Path, scale: float) -> QPixmap | None:
        """Return a thumbnail of a task's start picture, of any format; None until it is loaded."""
        if (pictures := self.pictures) is None:
            return None
        return self.found((path, scale), lambda: _drawn(pictures, path, self._size * scale), scale=scale)


async def _drawn(pictures: "Pictures", path: Path, bounds: QSize) -> QImage:
    """Return the thumbnail; a null image if there is none."""
    thumbnail = await pictures.thumbnail(path, max_edge=max(bounds.width(), bounds.height()))
    return _within(image_of(thumbnail), bounds) if thumbnail else QImage()


def _scaled(path: Path, bounds: QSize) -> QImage:
    """Return the scaled poster; a null image if the file cannot be read."""
    return _within(read_poster(path), bounds)


def _within(image: QImage, bounds: QSize) -> QImage:
    if image.isNull():
        return image
    return image.scaled(bounds, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
