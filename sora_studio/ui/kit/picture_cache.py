"""An LRU cache of decoded pictures, bounded in bytes and filled in the background."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from sora_studio.ui.kit.task_scope import TaskScope

_LEAST_BYTES = 1024
"""Charged for each entry, so that the number of null pixmaps is bounded, too."""


class PictureCache(QObject):
    """Caches pixmaps by key, up to `most_bytes` of pixels. Pictures that cannot be read are null pixmaps.

    Signals: `arrived()` when a requested picture has been loaded.
    """

    arrived = Signal()

    def __init__(self, scope: TaskScope, *, most_bytes: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scope, self._most_bytes = scope, most_bytes
        self._pixmaps: OrderedDict[Hashable, QPixmap] = OrderedDict()
        self._reading = dict[Hashable, asyncio.Task[None]]()
        self._bytes = 0

    def found(self, key: Hashable, read: Callable[[], Awaitable[QImage]], *, scale: float = 1.0) -> QPixmap | None:
        """Return the pixmap; None until `read` has loaded it. `scale` is its device pixel ratio."""
        if (found := self._pixmaps.get(key)) is not None:
            self._pixmaps.move_to_end(key)
            return found
        if key not in self._reading:
            self._reading[key] = self._scope.start(self._read(key, read, scale), name="Read a picture")
        return None

    def forget(self, key: Hashable) -> None:
        """Load this picture again when it is needed next."""
        if (pixmap := self._pixmaps.pop(key, None)) is not None:
            self._bytes -= _cost(pixmap)

    async def _read(self, key: Hashable, read: Callable[[], Awaitable[QImage]], scale: float) -> None:
        try:
            image = await read()
        finally:
            del self._reading[key]
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(scale)
        self._pixmaps[key] = pixmap
        self._bytes += _cost(pixmap)
        while self._bytes > self._most_bytes and len(self._pixmaps) > 1:
            self._bytes -= _cost(self._pixmaps.popitem(last=False)[1])
        self.arrived.emit()


def _cost(pixmap: QPixmap) -> int:
    return max(_LEAST_BYTES, pixmap.width() * pixmap.height() * pixmap.depth() // 8)
