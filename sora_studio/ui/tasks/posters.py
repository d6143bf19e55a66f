"""An LRU cache of pictures for the cards, loaded and scaled in worker threads."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from sora_studio.ui.kit.images import image_of, read_poster
from sora_studio.ui.kit.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures

KEPT_POSTERS = 256
"""At 106×64 logical pixels each, about 28 MB on a 2× screen."""


class PosterCache(QObject):
    """Caches pixmaps that fit into `size` logical pixels, keeping proportions. Unreadable files give a null pixmap.

    `pictures` makes the thumbnails of start pictures; None until a studio is attached.

    Signals: `arrived()` when a requested picture has been loaded.
    """

    arrived = Signal()

    def __init__(self, scope: TaskScope, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scope, self._size = scope, size
        self._posters: OrderedDict[tuple[Path, float], QPixmap] = OrderedDict()
        self._reading: set[tuple[Path, float]] = set()
        self.pictures: Pictures | None = None

    def poster(self, path: Path, scale: float) -> QPixmap | None:
        """Return a clip's poster at this device pixel ratio; None until it is loaded."""
        return self._found(path, scale, lambda size: asyncio.to_thread(_scaled, path, size))

    def picture(self, path: Path, scale: float) -> QPixmap | None:
        """Return a thumbnail of a task's start picture, of any format; None until it is loaded."""
        pictures = self.pictures
        return self._found(path, scale, lambda size: _drawn(pictures, path, size)) if pictures else None

    def _found(self, path: Path, scale: float, read: Callable[[QSize], Awaitable[QImage]]) -> QPixmap | None:
        key = (path, scale)
        if (found := self._posters.get(key)) is not None:
            self._posters.move_to_end(key)
            return found
        if key not in self._reading:
            self._reading.add(key)
            self._scope.start(self._read(path, scale, read), name="Read a poster")
        return None

    async def _read(self, path: Path, scale: float, read: Callable[[QSize], Awaitable[QImage]]) -> None:
        try:
            image = await read(self._size * scale)
        finally:
            self._reading.discard((path, scale))
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(scale)
        self._posters[path, scale] = pixmap
        while len(self._posters) > KEPT_POSTERS:
            self._posters.popitem(last=False)
        self.arrived.emit()


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
