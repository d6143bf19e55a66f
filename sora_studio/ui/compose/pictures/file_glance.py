"""Describes a picture that cannot be opened from the file's first bytes, so that the user can identify it."""

import stat
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImageReader

from sora_studio.viewmodels.compose.pictures import picture_words

_FIRST_BYTES = 256_000
_KNOWN = ("jpeg", "png", "gif", "webp", "bmp")


def glance(path: Path) -> str:
    """Return `GIF · 480 × 270 · 518 KB`, or the known parts of it, without decoding. Blocking: run it in a thread."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return ""
        with path.open("rb") as file:
            first = QByteArray(file.read(_FIRST_BYTES))
    except (OSError, ValueError):
        return ""
    return " · ".join([*_kind_and_pixels(first), picture_words.size(found.st_size)])


def _kind_and_pixels(first: QByteArray) -> list[str]:
    buffer = QBuffer(first)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    found = QImageReader.imageFormat(buffer)
    kind = bytes(found.data()).decode()
    if kind not in _KNOWN:
        return []
    size = QImageReader(buffer, found).size()
    return [picture_words.kind(kind), *([picture_words.pixels(size.width(), size.height())] if size.isValid() else [])]
