"""Opens local pictures for the window: a few kinds, known by their content, and none that would fill the memory."""

import stat
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QImageReader

MAX_PIXELS = 80_000_000
MAX_DECODED_MB = 128
"""For one picture at its full size; JPEG is decoded small and may have more pixels than fit."""

_FIRST_BYTES = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF8": "gif", b"BM": "bmp"}
_MOST_PIXEL_BYTES = 8
_CHUNK_BYTES = 1 << 16


QImageReader.setAllocationLimit(MAX_DECODED_MB)  # for what Qt opens by itself too, such as a clipboard's picture


def picture_reader(path: Path) -> QImageReader | None:
    """A reader that knows the size already; None for what is no picture, or too large a one. Blocking: for threads."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            kind = _kind_of(file.read(16))
            if not kind or (kind == "png" and _holds_more_than_it_says(file)):
                return None
    except (OSError, ValueError):
        return None
    reader = QImageReader(str(path), QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    return reader if size.isValid() and size.width() * size.height() <= MAX_PIXELS else None


def read_picture(path: Path) -> QImage:
    """The whole picture; a null image when it cannot be shown. Blocking: for threads."""
    reader = picture_reader(path)
    return reader.read() if reader else QImage()


def _kind_of(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return next((kind for first, kind in _FIRST_BYTES.items() if head.startswith(first)), "")


def _holds_more_than_it_says(file: BinaryIO) -> bool:
    """Whether a PNG unpacks to more than its size can need. The decoder would unpack it to the end, however long that takes."""
    file.seek(8)
    inflate, room = zlib.decompressobj(), 0
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IHDR":
            width, height = struct.unpack(">II", file.read(8))
            if width * height > MAX_PIXELS:
                return True
            room = (width + 8) * (height + 8) * _MOST_PIXEL_BYTES  # eight: rows and the seven passes begin with a byte each
            length -= 8
        elif kind == b"IDAT":
            data = file.read(length)
            length = 0
            try:
                while data and room >= 0:
                    room -= len(inflate.decompress(data, _CHUNK_BYTES))
                    data = inflate.unconsumed_tail
            except zlib.error:
                return False  # damaged, which the decoder says
            if room < 0:
                return True
        file.seek(length + 4, 1)
    return False
