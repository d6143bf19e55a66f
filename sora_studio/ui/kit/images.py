"""Pictures as the window paints them: thumbnails that were drawn for it, and the posters that this program keeps as JPEG."""

import stat
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QImageReader

from sora_studio.domain.picture import Thumbnail

MAX_DECODED_MB = 128
"""For one picture at its full size."""

QImageReader.setAllocationLimit(MAX_DECODED_MB)  # for what Qt opens by itself too, such as a clipboard's picture


def image_of(thumbnail: Thumbnail) -> QImage:
    """With pixels of its own."""
    width, height = thumbnail.width, thumbnail.height
    return QImage(thumbnail.rgba, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def read_poster(path: Path) -> QImage:
    """A null image for what is no JPEG of a usual size, whatever it is called. Blocking: for threads."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return QImage()
    except (OSError, ValueError):
        return QImage()
    reader = QImageReader(str(path), QByteArray(b"jpeg"))
    reader.setAutoDetectImageFormat(False)
    return reader.read()
