"""Reads pictures from the clipboard and from drops (files, addresses or pixels), and saves pixels as files."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter

from sora_studio.atomic_file import write_whole
from sora_studio.domain.errors import StudioError
from sora_studio.domain.film_edit import FILM_ENDINGS, SOUND_ENDINGS
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.picture import PASTED
from sora_studio.domain.request import is_url


def picture_sources(mime: QMimeData) -> tuple[str, ...]:
    """Return absolute paths of local files, and web addresses, in order. The files' contents are checked later."""
    sources = [url.toLocalFile() if url.isLocalFile() else url.toString() for url in mime.urls()]
    sources = sources or [_address(mime)]
    return tuple(source for source in sources if is_url(source) or Path(source).is_absolute())


def kind_of_file(path: str) -> MediaKind:
    """Return what a file is by the end of its name; a picture if that tells nothing. Its content is checked later."""
    ending = Path(path).suffix[1:].lower()
    if ending in FILM_ENDINGS:
        return MediaKind.VIDEO
    return MediaKind.AUDIO if ending in SOUND_ENDINGS else MediaKind.IMAGE


def picture_pixels(mime: QMimeData) -> QImage | None:
    """Return pixels such as a screenshot or a selection copied in another program, or None."""
    pixels = mime.imageData() if mime.hasImage() else None
    return pixels if isinstance(pixels, QImage) and not pixels.isNull() else None


def offers_picture(mime: QMimeData) -> bool:
    """Return whether there is anything an image well could accept."""
    return mime.hasImage() or bool(picture_sources(mime))


def clipboard_picture() -> QMimeData | None:
    """Return the clipboard's data if it may be a picture. Qt returns None for an empty clipboard, despite its type hint."""
    mime = cast("QMimeData | None", QGuiApplication.clipboard().mimeData())
    return mime if mime is not None and offers_picture(mime) else None


def copied_address() -> str:
    """Return the web address on the clipboard, or an empty string."""
    mime = clipboard_picture()
    return next(filter(is_url, picture_sources(mime)), "") if mime is not None else ""


async def keep_pixels(pixels: QImage, folder: Path) -> Path:
    """Save the pixels as a PNG in `folder`, named by its SHA-256, so that the same picture is stored once."""
    return await asyncio.to_thread(_keep, pixels, folder)


def _address(mime: QMimeData) -> str:
    """Return a web address that was copied as text, or an empty string."""
    text = mime.text().strip() if mime.hasText() else ""
    return text if is_url(text) and not any(character.isspace() for character in text) else ""


def _keep(pixels: QImage, folder: Path) -> Path:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"png")).write(pixels):
        raise StudioError("The pasted picture could not be saved.", advice="Save it as a file and choose that.")
    png = buffer.data().data()
    path = folder / f"{PASTED}-{hashlib.sha256(png).hexdigest()[:16]}.png"
    try:
        os.utime(path)  # a file that was pasted again is a fresh one: old ones may be removed
    except OSError:
        write_whole(path, bytes(png))  # the pasted pixels exist nowhere else
    return path
