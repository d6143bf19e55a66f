"""Looks into a local picture: what it is by content, how it stands, what else it tells, and whether it is whole."""

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
"""More than any camera's picture of a few megabytes has; decoding takes four bytes for each."""
LARGE_PIXELS = 25_000_000
"""More than most cameras' pictures have: two of these at once would take more memory, and time, than a small machine has."""
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
"""What a person may take for a picture. The other decoders stay shut: some start programs, some hold another picture inside."""
_ON_ITS_SIDE = range(5, 9)

_KIND_OF_PAGE, _IS_SMALL_VIEW = 254, 1
"""A TIFF page's tag, and its bit for one that a larger one stands behind."""

Image.MAX_IMAGE_PIXELS = None  # The check here is stricter, and comes as a sentence instead of a warning.
PngImagePlugin.MAX_TEXT_CHUNK = 16_000_000  # Some editors' histories, and some printers' colours, have more than a megabyte.


def inspect_image(path: Path) -> ImageFacts:
    """Blocking. Raises `InvalidRequest` with a sentence for the image control."""
    with opened(path) as file:
        facts, _ = look(path, file)
        return facts


def is_large(path: Path) -> bool:
    """Blocking. Whether it says of itself that it has many pixels. Whatever is wrong with it, others find out."""
    try:
        _size_of(path)
        with path.open("rb") as file, Image.open(file, formats=_FORMATS) as image:
            return image.width * image.height > LARGE_PIXELS
    except Exception:  # Decoders answer a damaged file with almost any error.
        return False


@contextmanager
def opened(path: Path) -> Generator[BinaryIO]:
    """The file; in memory, so that it stays what it is, unless it is far too large. Any trouble with it becomes a sentence."""
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
    except Exception as error:  # Decoders answer a damaged file with almost any error.
        raise _problem(path, "is damaged and cannot be read to its end") from _alone(error)


def look(path: Path, file: BinaryIO) -> tuple[ImageFacts, ImageFile.ImageFile]:
    """The facts, and the picture for `decoded`. Decoders' errors go through to `opened`.

    Size before content: nothing is decoded that would fill the memory.
    """
    size_bytes = file.seek(0, os.SEEK_END)
    image, kind = identified(path, file)
    width, height = image.size
    turn = turn_of(image) if kind == "tiff" else 0  # whose decoder turns it, and forgets
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
    """All pixels of a picture that was looked at, as they are stored. Its JPEG is read again, in full size."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        file.seek(0)
        image = Image.open(file, formats=_FORMATS)
    image.load()
    return image


def identified(path: Path, file: BinaryIO) -> tuple[ImageFile.ImageFile, str]:
    """The picture, not decoded yet, and its kind; only a still one that fits the memory."""
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
    # Phones wrap a JPEG with a second picture as MPO; whoever reads JPEG sees the first one.
    if kind == "mpo":
        return "jpeg"
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _check_pages(path, image)
    elif getattr(image, "is_animated", False):  # and not their number: for some kinds that reads them all
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
    """Without the frames that it came through: Python 3.12 keeps those in a cycle, and with them all that was decoded."""
    return error.with_traceback(None)


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number).lower() if isinstance(number, int) else "its name is not valid"
