"""Small views of local pictures, decoded in a thread so that a large one never holds the window up."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from sora_studio.ui.pictures import picture_reader


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """`image` fits the box that was asked for; `width` and `height` are the picture's own as it is seen."""

    image: QImage
    width: int
    height: int
    size_bytes: int


async def load_thumbnail(path: Path, box: QSize) -> Thumbnail | None:
    """The picture scaled into `box` (in device pixels); None when it cannot be shown. Why not, the request's check says."""
    return await asyncio.to_thread(_load, path, box)


def _load(path: Path, box: QSize) -> Thumbnail | None:
    reader = picture_reader(path)
    if reader is None:
        return None
    stored = reader.size()
    # Rotation by EXIF comes after scaling: a square that holds the box both ways is right before it as well.
    edge = max(box.width(), box.height())
    reader.setScaledSize(stored.scaled(QSize(edge, edge), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    try:
        size_bytes = path.stat().st_size
    except OSError:
        return None
    if image.isNull():
        return None
    turned = (image.width() > image.height()) != (stored.width() > stored.height())
    seen = stored.transposed() if turned else stored
    small = image.scaled(box, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return Thumbnail(small, seen.width(), seen.height(), size_bytes)
