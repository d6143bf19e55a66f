"""Finds damage that decoders ignore: a truncated picture that was closed properly, so that its lower part is empty."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
import zlib
from collections.abc import Iterable
from typing import BinaryIO, cast

from PIL import Image, ImageFile

from sora_studio.media import stripping

_MIDDLE_GREY = frozenset((127, 128))
_ANYTHING = bytes(range(1, 255)) * 16
"""A further piece of a scan: without a marker, and not decoding to grey."""
_EOI = b"\xff\xd9"
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PIECE_BYTES = 1 << 20


def check_whole(image: ImageFile.ImageFile, kind: str, file: BinaryIO) -> None:
    """Check a loaded picture and its file. Raises ValueError when it was cut off.

    Only a picture that ends like an empty part is examined further.
    """
    if (kind == "jpeg" and _ends_grey(image)) or (kind == "png" and _ends_black(image)):
        file.seek(0)
        content = file.read()
        if (_is_short_jpeg if kind == "jpeg" else _is_short_png)(image, content):
            raise ValueError("cut off")


def load_small(image: Image.Image) -> None:
    """Decode a JPEG at its smallest scale: parsing the rest takes the time, and truncation is found all the same."""
    image.draft("L", (1, 1))
    image.load()


def _ends_grey(image: Image.Image) -> bool:
    """Return whether the last pixel is the grey with which decoders fill missing data."""
    last = image.getpixel((image.width - 1, image.height - 1))
    return _MIDDLE_GREY.issuperset(cast("tuple[float, ...]", last) if isinstance(last, tuple) else (last,))


def _ends_black(image: Image.Image) -> bool:
    return not any(image.crop((0, image.height - 1, *image.size)).tobytes())


def _is_short_jpeg(image: Image.Image, content: bytes) -> bool:
    """Return whether its scan accepts more data: after the end of a complete one, more changes nothing."""
    try:
        whole = stripping.strip(content, "jpeg").content
    except ValueError:
        return False  # an unusual structure
    with Image.open(io.BytesIO(whole.removesuffix(_EOI) + _ANYTHING + _EOI), formats=["JPEG"]) as longer:
        load_small(longer)
        return longer.tobytes() != image.tobytes()


def _is_short_png(image: Image.Image, content: bytes) -> bool:
    """Return whether it decompresses to fewer bytes than its rows need. Interlaced ones are not counted."""
    depth, colours, interlaced = content[24], content[25], content[28]
    row_bytes = 1 + (image.width * depth * _PNG_CHANNELS[colours] + 7) // 8
    packed = (part.kept[8:-4] for part in stripping.parts_of(content, "png") if part.name == "IDAT")
    return not interlaced and _unpacked_bytes(packed, row_bytes * image.height) < row_bytes * image.height


def _unpacked_bytes(packed: Iterable[bytes], most: int) -> int:
    """Count the decompressed bytes; stops above `most`, with only one piece at a time in memory."""
    unpacking, found = zlib.decompressobj(), 0
    for piece in packed:
        rest = piece
        while rest and found < most and not unpacking.eof:
            found += len(unpacking.decompress(rest, _PIECE_BYTES))
            rest = unpacking.unconsumed_tail
    return found if found >= most else found + len(unpacking.flush())
