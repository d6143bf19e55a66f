"""The posters on the screen: decoded in worker threads, framed once, and kept up to a number of bytes."""

from collections import OrderedDict
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.images import read_poster
from sora_studio.ui.kit.task_scope import TaskScope

KEPT_BYTES = 48_000_000
"""About 600 frames of 188×106 pixels, or 150 on a 2× screen: several screens full."""
AT_ONCE = 2
MOST_WAITING = 256


class PosterStore(QObject):
    """Frames of a fixed size with rounded corners, letterboxed in the stage's colour. Unreadable files give an empty frame.

    What was asked for last is read first; `skip_waiting` drops what has not begun, because it was scrolled away.

    Signals: `arrived(Path)` when a frame is there.
    """

    arrived = Signal(object)

    def __init__(self, scope: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scope = scope
        self._frames = OrderedDict[Path, QPixmap]()
        self._bytes = 0
        self._waiting = OrderedDict[Path, tuple[QSize, float]]()
        self._reading = set[Path]()

    def frame(self, path: Path, size: QSize, scale: float) -> QPixmap | None:
        """Return the framed poster, of another size while the right one is read; None until one is there.

        `size` is in logical pixels, `scale` the device pixel ratio.
        """
        found = self._frames.get(path)
        if found is not None:
            self._frames.move_to_end(path)
        if (found is None or found.size() != _pixels(size, scale)) and path not in self._reading:
            self._waiting[path] = (size, scale)
            self._waiting.move_to_end(path)
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            self._start_next()
        return found

    def known(self, path: Path) -> QPixmap | None:
        """Return the framed poster in whatever size it was read; None if it was not."""
        return self._frames.get(path)

    def skip_waiting(self) -> None:
        """Forget what was asked for and is not being read yet."""
        self._waiting.clear()

    def forget(self, path: Path) -> None:
        """Read this poster again when it is needed: its file has changed."""
        if (frame := self._frames.pop(path, None)) is not None:
            self._bytes -= _size_bytes(frame)

    def _start_next(self) -> None:
        while self._waiting and len(self._reading) < AT_ONCE:
            path, (size, scale) = self._waiting.popitem(last=True)
            self._reading.add(path)
            self._scope.start(self._read(path, size, scale), name="Read a poster")

    async def _read(self, path: Path, size: QSize, scale: float) -> None:
        try:
            image = await on_disk(path.parent, partial(framed, path, _pixels(size, scale)))
        except FolderSilent:
            return  # asked for again when it is painted the next time
        finally:
            self._reading.discard(path)
        self._keep(path, image, scale)
        self.arrived.emit(path)
        self._start_next()

    def _keep(self, path: Path, image: QImage, scale: float) -> None:
        self.forget(path)
        frame = QPixmap.fromImage(image)
        frame.setDevicePixelRatio(scale)
        self._frames[path] = frame
        self._bytes += _size_bytes(frame)
        while self._bytes > KEPT_BYTES and len(self._frames) > 1:
            self._bytes -= _size_bytes(self._frames.popitem(last=False)[1])


def framed(path: Path, size: QSize) -> QImage:
    """Return the poster in the middle of a frame of `size` pixels. Blocking: run it in a thread."""
    frame = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    frame.fill(Qt.GlobalColor.transparent)
    poster = read_poster(path)
    painter = QPainter(frame)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    radius = theme.RADIUS * 0.75 * max(1.0, size.width() / 188)
    path_of_frame = QPainterPath()
    path_of_frame.addRoundedRect(QRectF(0, 0, size.width(), size.height()), radius, radius)
    painter.setClipPath(path_of_frame)
    painter.fillRect(frame.rect(), QColor(theme.DARK.stage))
    if not poster.isNull():
        fitted = poster.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        painter.drawImage((size.width() - fitted.width()) // 2, (size.height() - fitted.height()) // 2, fitted)
    painter.end()
    return frame


def _pixels(size: QSize, scale: float) -> QSize:
    return QSize(round(size.width() * scale), round(size.height() * scale))


def _size_bytes(frame: QPixmap) -> int:
    return frame.width() * frame.height() * 4
