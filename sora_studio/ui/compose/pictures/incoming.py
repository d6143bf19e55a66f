"""What a clipboard or a drop brings: pictures as files, as addresses or as bare pixels, and pixels kept as files."""

import asyncio
import hashlib
from pathlib import Path
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter

from sora_studio.atomic_file import write_whole
from sora_studio.domain.errors import StudioError
from sora_studio.domain.picture import PASTED
from sora_studio.domain.request import is_url


def picture_sources(mime: QMimeData) -> tuple[str, ...]:
    """Absolute paths of local files and web addresses, in order. What a file really is, its content tells later."""
    sources = [url.toLocalFile() if url.isLocalFile() else url.toString() for url in mime.urls()]
    sources = sources or [_address(mime)]
    return tuple(source for source in sources if is_url(source) or Path(source).is_absolute())


def picture_pixels(mime: QMimeData) -> QImage | None:
    """Bare pixels, such as a screenshot or a part of a picture copied in another program."""
    pixels = mime.imageData() if mime.hasImage() else None
    return pixels if isinstance(pixels, QImage) and not pixels.isNull() else None


def offers_picture(mime: QMimeData) -> bool:
    """Whether there is anything that the well could take, were it meant for it."""
    return mime.hasImage() or bool(picture_sources(mime))


def clipboard_picture() -> QMimeData | None:
    """What lies on the clipboard, if it could be a picture; an empty one has no data at all, whatever its type says."""
    mime = cast("QMimeData | None", QGuiApplication.clipboard().mimeData())
    return mime if mime is not None and offers_picture(mime) else None


def copied_address() -> str:
    """The web address that lies on the clipboard, if any."""
    mime = clipboard_picture()
    return next(filter(is_url, picture_sources(mime)), "") if mime is not None else ""


async def keep_pixels(pixels: QImage, folder: Path) -> Path:
    """The pixels as a PNG in `folder`, named by its content, so that the same picture is kept once."""
    return await asyncio.to_thread(_keep, pixels, folder)


def _address(mime: QMimeData) -> str:
    """A web address that was copied as text."""
    text = mime.text().strip() if mime.hasText() else ""
    return text if is_url(text) and not any(character.isspace() for character in text) else ""


def _keep(pixels: QImage, folder: Path) -> Path:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"png")).write(pixels):
        raise StudioError("The pasted picture cannot be kept.", advice="Save it as a file and choose that.")
    png = buffer.data().data()
    path = folder / f"{PASTED}-{hashlib.sha256(png).hexdigest()[:16]}.png"
    if not path.exists():
        write_whole(path, bytes(png))  # on the disk: there is no other copy of what was pasted
    return path
