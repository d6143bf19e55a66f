"""QImages for the window, from decoded thumbnails and from the posters that this program stores as JPEG."""

import stat
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QImageReader

from sora_studio.domain.picture import Thumbnail

MAX_DECODED_MB = 128
"""Decoded size of one picture; larger ones are refused."""

QImageReader.setAllocationLimit(MAX_DECODED_MB)  # also limits what Qt decodes itself, such as a clipboard's picture


def image_of(thumbnail: Thumbnail) -> QImage:
    """Return the thumbnail as a QImage with its own copy of the pixels."""
    width, height = thumbnail.width, thumbnail.height
    return QImage(thumbnail.rgba, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def read_poster(path: Path) -> QImage:
    """Return the poster, or a null image if it is not a JPEG or too large. Blocking: run it in a thread."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return QImage()
    except (OSError, ValueError):
        return QImage()
    reader = QImageReader(str(path), QByteArray(b"jpeg"))
    reader.setAutoDetectImageFormat(False)
    return reader.read()
