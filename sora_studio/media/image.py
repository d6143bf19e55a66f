"""Inspects a local picture: its type by content, orientation, metadata, and whether it is complete."""

import io
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.picture import MAX_DECODED_BYTES, picture_name
from sora_studio.domain.request import ImageFacts
from sora_studio.media.image_metadata import ImageMetadata, turn_of, what_it_tells
from sora_studio.media.transparency import is_transparent
from sora_studio.media.unsupported_formats import HEAD_BYTES, what_it_is
from sora_studio.media.wholeness import check_whole, load_small

MAX_PIXELS = 80_000_000
"""More than any camera picture of a few megabytes has; decoding takes four bytes for each."""
LARGE_PIXELS = 25_000_000
"""More than most camera pictures have: two of these at once would take more memory, and time, than a small machine has."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
"""Formats that users consider pictures. Other decoders stay disabled: some start programs, some contain another picture."""
_ON_ITS_SIDE = range(5, 9)

_KIND_OF_PAGE, _IS_SMALL_VIEW = 254, 1
"""A TIFF page's tag, and its bit for a reduced-size version."""

Image.MAX_IMAGE_PIXELS = None  # the check here is stricter, and raises a sentence instead of a warning
PngImagePlugin.MAX_TEXT_CHUNK = 16_000_000  # some editing histories and printer profiles exceed the default of 1 MB


def inspect_image(path: Path) -> ImageFacts:
    """Return the picture's facts. Raises `InvalidRequest` with a sentence for the image control. Blocking."""
    with opened(path) as file:
        facts, _ = look(path, file)
        return facts


def is_large(path: Path) -> bool:
    """Return whether the header announces many pixels; False when it cannot be read, which other calls report. Blocking."""
    try:
        _size_of(path)
        with path.open("rb") as file, Image.open(file, formats=_FORMATS) as image:
            return image.width * image.height > LARGE_PIXELS
    except Exception:  # decoders raise almost any error for a damaged file
        return False


@contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """Yield the file's content, in memory so that it cannot change, unless it is far too large. Errors become sentences."""
    size_bytes = _size_of(path)
    try:
        with path.open("rb") as file:
            yield io.BytesIO(file.read(MAX_DECODED_BYTES)) if size_bytes <= MAX_DECODED_BYTES else file
    except InvalidRequest:
        raise
    except PermissionError:
        _refuse(path, "cannot be read: permission denied")
    except FileNotFoundError:
        _refuse(path, "is not there any more")
    except MemoryError as error:
        raise _problem(path, "needs more memory than there is") from _alone(error)
    except Exception as error:  # decoders raise almost any error for a damaged file
        raise _problem(path, "is damaged and cannot be read to its end") from _alone(error)


def look(path: Path, file: BinaryIO) -> tuple[ImageFacts, ImageFile.ImageFile]:
    """Return the facts, and the picture for `decoded`. Decoder errors go through to `opened`.

    Checks sizes first: nothing that would exhaust memory is decoded.
    """
    size_bytes = file.seek(0, os.SEEK_END)
    image, kind = identified(path, file)
    width, height = image.size
    turn = turn_of(image) if kind == "tiff" else 0  # read it now: the TIFF decoder turns the picture and forgets it
    whole = size_bytes <= MAX_DECODED_BYTES
    if whole:
        load_small(image)
        check_whole(image, kind, file)
    turn = turn or turn_of(image)
    if turn in _ON_ITS_SIDE and kind != "tiff":
        width, height = height, width
    told = what_it_tells(image, kind, file) if whole else ImageMetadata()
    facts = ImageFacts(
        kind,
        width,
        height,
        size_bytes,
        is_turned=turn > 1,
        has_metadata=told.anything,
        has_camera=told.a_camera,
        has_place=told.a_place,
        is_transparent=whole and is_transparent(image),
    )
    return facts, image


def decoded(image: ImageFile.ImageFile, file: BinaryIO) -> ImageFile.ImageFile:
    """Return all pixels of an inspected picture, as they are stored. A JPEG is read again, in full size."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        file.seek(0)
        image = Image.open(file, formats=_FORMATS)
    image.load()
    return image


def identified(path: Path, file: BinaryIO) -> tuple[ImageFile.ImageFile, str]:
    """Return the picture, not decoded yet, and its kind. Rejects animations and pictures that exceed memory."""
    file.seek(0)
    try:
        image = Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError:
        file.seek(0)
        _refuse(path, _why_unidentified(file.read(HEAD_BYTES)))
    return image, _still_kind(path, image)


def _still_kind(path: Path, image: Image.Image) -> str:
    width, height = image.size
    if width * height > MAX_PIXELS:
        most = f"more than the {MAX_PIXELS // 1_000_000} million that can be opened"
        _refuse(path, f"has {width:,} × {height:,} pixels, {most}. Make it smaller first")
    kind = (image.format or "").lower()
    # Phones wrap a JPEG and a second picture as MPO; JPEG readers see the first one.
    if kind == "mpo":
        return "jpeg"
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_pages(path, image)
    elif getattr(image, "is_animated", False):  # not n_frames: for some formats that reads them all
        _refuse(path, "is animated; the service takes a still picture")
    return kind


def _check_pages(path: Path, image: TiffImagePlugin.TiffImageFile) -> None:
    first: object = image.tag_v2.get(_KIND_OF_PAGE)
    if image.is_animated or (isinstance(first, int) and first & _IS_SMALL_VIEW):
        _refuse(path, "has several pages or is a camera's raw file; save it as JPEG or PNG first")


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


def _why_unidentified(head: bytes) -> str:
    kind = what_it_is(head)
    return f"is {kind}, which cannot be sent; save it as JPEG or PNG first" if kind else "is not a picture"


def _refuse(path: Path, reason: str) -> NoReturn:
    raise _problem(path, reason)


def _problem(path: Path, reason: str) -> InvalidRequest:
    return InvalidRequest([Problem("images", f"{picture_name(path) or path} {reason}.")])


def _alone(error: Exception) -> Exception:
    """Return the error without its traceback: Python 3.12 keeps the frames in a cycle, and with them all decoded data."""
    return error.with_traceback(None)


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number).lower() if isinstance(number, int) else "its name is not valid"
