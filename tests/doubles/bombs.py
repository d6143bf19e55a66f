"""Pictures that are small on the disk and fill the memory, or the day, of a program that opens them without looking first."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image

_BLOCK_BYTES = 1 << 20


def _zeros(count: int) -> bytes:
    """So many zeros, as zlib packs them: one packed block over and over, which takes no time to make."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = block.compress(bytes(_BLOCK_BYTES)) + block.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = end.compress(bytes(count % _BLOCK_BYTES)) + end.flush()
    return b"\x78\xda" + packed * (count // _BLOCK_BYTES) + rest + struct.pack(">I", (count % 65_521) << 16 | 1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *, holds: tuple[int, int] | None = None, more: bytes = b"") -> bytes:
    """Grey; says one size and holds the rows of another."""
    held_width, held_height = holds or (width, height)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = _zeros((held_width + 1) * held_height)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + more + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _ico() -> bytes:
    """An icon of 16 × 16 whose picture has 30,000 × 30,000."""
    inside = _png(30_000, 30_000)
    return struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inside), 22) + inside


def _icns() -> bytes:
    inside = _png(30_000, 30_000)
    return b"icns" + struct.pack(">I", 16 + len(inside)) + b"ic07" + struct.pack(">I", 8 + len(inside)) + inside


def _gif(*, frames: int = 1, canvas: int = 10, frame: int = 10) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", canvas, canvas, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    image = b"\x21\xf9\x04\0\1\0\0\0," + struct.pack("<HHHHB", 0, 0, frame, frame, 0) + b"\x02\x02\x4c\x01\0"
    return head + image * frames + b";"


def _webp(*, canvas: int, frames: int) -> bytes:
    still = _encoded("WEBP")[12:]
    size = struct.pack("<I", canvas - 1)[:3]
    body = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + size * 2 + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    frame = bytes(6) + struct.pack("<I", 7)[:3] * 2 + b"\x10\0\0\0" + still
    body += (b"ANMF" + struct.pack("<I", len(frame)) + frame) * frames
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def _bmp(*, packed: bool) -> bytes:
    rows = b"\xff\0" * 100 + b"\0\1"
    depth = struct.pack("<HHIIiiII", 1, 8, 1 if packed else 0, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1100, 0, 0, 1078) + struct.pack("<Iii", 40, 60_000, 60_000) + depth + bytes(1024) + rows


def _tiff(*, size: int, pages: int) -> bytes:
    entries = ((256, size), (257, size), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, size), (279, 100))
    page = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    length = len(page) + 4
    places = [8 + length * number for number in range(1, pages)] + [0]
    return b"II*\0" + struct.pack("<I", 8) + b"".join(page + struct.pack("<I", place) for place in places)


def _encoded(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind)
    return file.getvalue()


def _relabelled(kind: str, mark: bytes, offset: int, size: bytes) -> bytes:
    """A tiny picture whose header says that it is a huge one."""
    content = bytearray(_encoded(kind))
    place = content.index(mark) + offset
    content[place : place + len(size)] = size
    return bytes(content)


BOMBS: dict[str, Callable[[], bytes]] = {
    "png of 900 megapixels": lambda: _png(30_000, 30_000),
    "png that says 60,000 × 60,000": lambda: _png(60_000, 60_000, holds=(100, 100)),
    "png of the largest size there is": lambda: _png(2**31 - 1, 2**31 - 1, holds=(1, 1)),
    "png one pixel high": lambda: _png(2**31 - 1, 1, holds=(1, 1)),
    "png with a gigabyte of words": lambda: _png(9, 9, more=_chunk(b"zTXt", b"a\0\0" + _zeros(1 << 30))),
    "png with a gigabyte of colours": lambda: _png(9, 9, more=_chunk(b"iCCP", b"a\0\0" + _zeros(1 << 30))),
    "icon with a huge picture": _ico,
    "apple icon with a huge picture": _icns,
    "gif of 200,000 frames": lambda: _gif(frames=200_000),
    "gif with a huge canvas": lambda: _gif(canvas=65_535),
    "gif with a huge frame": lambda: _gif(frame=65_535),
    "webp with a huge canvas": lambda: _webp(canvas=16_383, frames=1),
    "webp of 3,000 frames": lambda: _webp(canvas=16_383, frames=3000),
    "bmp": lambda: _bmp(packed=False),
    "bmp, packed": lambda: _bmp(packed=True),
    "tiff": lambda: _tiff(size=60_000, pages=1),
    "tiff of 60,000 pages": lambda: _tiff(size=10, pages=60_000),
    "jpeg that says 65,500 × 65,500": lambda: _relabelled("JPEG", b"\xff\xc0", 5, struct.pack(">HH", 65_500, 65_500)),
    "jpeg 2000 that says 60,000 × 60,000": lambda: _relabelled("JPEG2000", b"ihdr", 4, struct.pack(">II", 60_000, 60_000)),
    "avif that says 60,000 × 60,000": lambda: _relabelled("AVIF", b"ispe", 8, struct.pack(">II", 60_000, 60_000)),
}
"""Each is refused by the check of a request."""

HARMLESS_IN_PART = {
    "png that holds more than it says": lambda: _png(100, 100, holds=(30_000, 30_000)),
}
"""What is wrong with these, only a decoder that reads on would feel."""
