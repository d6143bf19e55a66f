"""Looks into a local picture: what it is by content, and whether it can be read to its last byte."""

import os
import stat
from pathlib import Path
from typing import NoReturn

from PIL import Image, UnidentifiedImageError

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.request import ImageFacts

MAX_PIXELS = 80_000_000
"""More than any camera's picture of a few megabytes has; decoding takes four bytes for each."""
MAX_DECODED_BYTES = 50_000_000
"""A file above this is refused for its size anyway, so it is not read to its end."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
"""What a person may take for a picture. The other decoders stay shut: some start programs, some hold another picture inside."""
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")

Image.MAX_IMAGE_PIXELS = None  # The check here is stricter, and comes as a sentence instead of a warning.


def inspect_image(path: Path) -> ImageFacts:
    """Blocking. Raises `InvalidRequest` with a sentence for the image control."""
    size_bytes = _size_of(path)
    try:
        with Image.open(path, formats=_FORMATS) as image:
            return _facts(path, image, size_bytes)
    except InvalidRequest:
        raise
    except UnidentifiedImageError:
        _refuse(path, _why_unidentified(path))
    except PermissionError:
        _refuse(path, "cannot be read: permission denied")
    except FileNotFoundError:
        _refuse(path, "is not there any more")
    except Exception as error:  # Decoders answer a damaged file with almost any error.
        raise _problem(path, "is damaged and cannot be read to its end") from error


def _size_of(path: Path) -> int:
    try:
        found = path.stat()
    except FileNotFoundError:
        _refuse(path, "is not there any more")
    except (OSError, ValueError) as error:
        raise _problem(path, f"cannot be read: {_reason(error)}") from error
    if stat.S_ISDIR(found.st_mode):
        _refuse(path, "is a folder, not a picture")
    if not stat.S_ISREG(found.st_mode):
        _refuse(path, "is not a file")
    if not found.st_size:
        _refuse(path, "is empty")
    return found.st_size


def _facts(path: Path, image: Image.Image, size_bytes: int) -> ImageFacts:
    """Size before content: nothing is decoded that would fill the memory."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        _refuse(path, f"has {width:,} × {height:,} pixels, more than the {MAX_PIXELS // 1_000_000} million that can be opened")
    kind = (image.format or "").lower()
    # Phones wrap a JPEG with a second picture as MPO; whoever reads JPEG sees the first one.
    if kind == "mpo":
        kind = "jpeg"
    elif getattr(image, "is_animated", False):  # and not their number: for some kinds that reads them all
        _refuse(path, "is animated; the service takes a still picture")
    if size_bytes <= MAX_DECODED_BYTES:
        image.load()
    return ImageFacts(kind, width, height, size_bytes)


def _why_unidentified(path: Path) -> str:
    with path.open("rb") as file:
        first = file.read(12)
    if first[4:8] == b"ftyp" and first[8:] in _HEIF_BRANDS:
        return "is a HEIC photo, which cannot be sent; save it as JPEG first"
    return "is not a picture"


def _refuse(path: Path, reason: str) -> NoReturn:
    raise _problem(path, reason)


def _problem(path: Path, reason: str) -> InvalidRequest:
    return InvalidRequest([Problem("images", f"{path.name or path} {reason}.")])


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number).lower() if isinstance(number, int) else "its name is not valid"
