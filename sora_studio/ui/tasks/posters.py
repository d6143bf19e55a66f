"""Posters for the cards: read and scaled off the window's thread, the latest ones kept."""

import asyncio
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from sora_studio.ui.pictures import read_poster
from sora_studio.ui.task_scope import TaskScope

KEPT_POSTERS = 256
"""Of 106×64 logical pixels each: about 28 MB on a screen of twice the density."""


class PosterCache(QObject):
    """Pixmaps of at most `size` logical pixels, in proportion. A file that is no picture stays an empty frame.

    Signals: `arrived()` after a poster that was asked for is there.
    """

    arrived = Signal()

    def __init__(self, scope: TaskScope, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scope, self._size = scope, size
        self._posters: OrderedDict[tuple[Path, float], QPixmap] = OrderedDict()
        self._reading: set[tuple[Path, float]] = set()

    def poster(self, path: Path, scale: float) -> QPixmap | None:
        """The poster for a screen of this density; None until it has been read."""
        key = (path, scale)
        if (found := self._posters.get(key)) is not None:
            self._posters.move_to_end(key)
            return found
        if key not in self._reading:
            self._reading.add(key)
            self._scope.start(self._read(path, scale), name="Read a poster")
        return None

    async def _read(self, path: Path, scale: float) -> None:
        try:
            image = await asyncio.to_thread(_scaled, path, self._size * scale)
        finally:
            self._reading.discard((path, scale))
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(scale)
        self._posters[path, scale] = pixmap
        while len(self._posters) > KEPT_POSTERS:
            self._posters.popitem(last=False)
        self.arrived.emit()


def _scaled(path: Path, bounds: QSize) -> QImage:
    """A null image when the file cannot be read."""
    image = read_poster(path)
    if image.isNull():
        return image
    return image.scaled(bounds, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
