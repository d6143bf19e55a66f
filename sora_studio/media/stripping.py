"""Removes everything from a picture file that is not its picture, and leaves the picture's own bytes unchanged."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sora_studio.media.icc import quiet

EXIF = "Exif"
"""Named separately: it may contain only the orientation."""

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT cICP mDCV cLLI bKGD pHYs".split())
"""The pixels, colour information, transparency, and pixel aspect ratio."""
_LARGEST_PROFILE = 16_000_000
"""Some printer profiles have more than a megabyte."""
_WEBP_PICTURES = frozenset((b"VP8 ", b"VP8L"))
_WEBP_KEPT = frozenset((b"VP8X", b"ALPH")) | _WEBP_PICTURES
_WEBP_SAYS_EXIF_OR_XMP, _WEBP_SAYS_PROFILE = 0x0C, 0x20

_SOI, _EOI, _SOS, _COM, _APP0, _APP1, _APP2, _APP14, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_JPEG_PICTURE = frozenset([*range(0xC0, 0xD0), _SOS, 0xDB, 0xDC, 0xDD])
"""Frames, tables and scans."""
_LONE = frozenset([0x00, *range(0xD0, 0xD8)])
"""Bytes that are not segment markers: decoders skip them, and whatever does not begin like a marker."""
_JPEG_PROFILE = b"ICC_PROFILE\0"
_JPEG_PROFILE_BYTES = 65_519
"""How much of a profile fits into a segment, after its identifier and its sequence numbers."""
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""Within a scan, 0xFF is followed by zero, by a restart number, or by more 0xFF."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file: the bytes to keep, empty if removed. `name` is what the format calls it."""

    name: str
    kept: bytes


@dataclass(frozen=True, slots=True)
class Stripped:
    """The file without the removed parts, and their names."""

    content: bytes
    gone: frozenset[str]


def strip(content: bytes, kind: str) -> Stripped:
    """Strip a JPEG, PNG or WebP, which then decodes to the same pixels. Raises ValueError for any other structure.

    Besides the picture, only density, transparency and the colour data of its profile are kept.
    """
    parts = list(parts_of(content, kind))
    stripped = b"".join(part.kept for part in parts)
    if kind == "webp":
        if stripped[:4] == b"VP8X" and not any(part.name == "ICCP" and part.kept for part in parts):
            stripped = stripped[:8] + bytes([stripped[8] & ~_WEBP_SAYS_PROFILE]) + stripped[9:]
        stripped = b"RIFF" + (len(stripped) + 4).to_bytes(4, "little") + b"WEBP" + stripped
    return Stripped(stripped, frozenset(part.name for part in parts if not part.kept))


def parts_of(content: bytes, kind: str) -> Iterator[Part]:
    """Yield all parts in order; raises like `strip` when it reaches an error."""
    return _READERS[kind](content)


def _jpeg_parts(content: bytes) -> Iterator[Part]:
    """Yield parts up to the end of the first picture; cameras append a second one, or a film."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("no start")
    yield Part("SOI", content[:2])
    place, profile = 2, list[bytes]()
    while place + 1 < len(content):
        marker = content[place + 1]
        if content[place] != 0xFF or marker in _LONE:
            place = (content.find(b"\xff", place + 1) + 1 or len(content) + 1) - 1
            continue
        if marker == _EOI:
            place += 2
            break
        if marker == 0xFF:  # a fill byte
            place += 1
            continue
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if end < place + 4 or end > len(content):
            raise ValueError("a segment beyond the end")
        if marker == _APP2 and content.startswith(_JPEG_PROFILE, place + 4):
            profile.append(content[place + 4 + len(_JPEG_PROFILE) : end])
            place = end
            continue
        if marker in _JPEG_PICTURE and profile:
            yield from _profile(_joined(profile), _jpeg_profile)
            profile.clear()
        yield _jpeg_segment(marker, content[place + 4 : end])
        if marker == _SOS:
            after = _AFTER_SCAN.search(content, end)
            place, begin = (after.start() if after else len(content)), end
            yield Part("scan", content[begin:place])
        else:
            place = end
    yield Part("EOI", b"\xff\xd9")
    yield from _behind(content[place:])


def _jpeg_segment(marker: int, data: bytes) -> Part:
    if marker in _JPEG_PICTURE:
        return Part("picture", _segment(marker, data))
    if marker == _APP0 and data.startswith(b"JFIF\0") and len(data) >= 14:
        return Part("JFIF", _segment(marker, data[:12] + b"\0\0"))  # without its thumbnail
    if marker == _APP14 and data.startswith(b"Adobe") and len(data) >= 12:
        return Part("Adobe", _segment(marker, data[:12]))  # has the colour transform
    if marker == _COM or _APP0 <= marker <= _APP15:
        is_exif = marker == _APP1 and data.startswith(b"Exif\0")
        return Part(EXIF if is_exif else f"segment {marker:X}", b"")
    raise ValueError("an unknown marker")


def _joined(pieces: Sequence[bytes]) -> bytes:
    """Join profile segments, each of which begins with its number and the total."""
    return b"".join(piece[2:] for piece in sorted(pieces, key=lambda piece: piece[:1]))


def _jpeg_profile(profile: bytes) -> bytes:
    pieces = [profile[place : place + _JPEG_PROFILE_BYTES] for place in range(0, len(profile), _JPEG_PROFILE_BYTES)]
    numbered = (bytes([number, len(pieces)]) + piece for number, piece in enumerate(pieces, 1))
    return b"".join(_segment(_APP2, _JPEG_PROFILE + piece) for piece in numbered)


def _profile(profile: bytes, packed: Callable[[bytes], bytes]) -> Iterator[Part]:
    """Yield the profile packed for the format, and a part for removed metadata."""
    found = quiet(profile)
    if found.profile is not None:
        yield Part("ICCP", packed(found.profile))
    if found.told:
        yield Part("words of the profile", b"")


def _segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(data) + 2).to_bytes(2) + data


def _png_parts(content: bytes) -> Iterator[Part]:
    if not content.startswith(_PNG_START):
        raise ValueError("no start")
    yield Part("start", _PNG_START)
    place, kind = len(_PNG_START), b""
    while kind != b"IEND":
        kind, end = content[place + 4 : place + 8], place + 12 + int.from_bytes(content[place : place + 4])
        if len(kind) < 4 or end > len(content):
            raise ValueError("a chunk beyond the end")
        name = EXIF if kind == b"eXIf" else kind.decode("latin-1")
        if kind == b"iCCP":
            yield from _profile(_unpacked(content[place + 8 : end - 4]), _png_profile)
        else:
            yield Part(name, content[place:end] if kind in _PNG_KEPT else b"")
        place = end
    yield from _behind(content[place:])


def _unpacked(data: bytes) -> bytes:
    """Return a PNG's profile after its name; empty when it is too large or badly compressed."""
    _, _, packed = data.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], _LARGEST_PROFILE)
    except zlib.error:
        return b""


def _png_profile(profile: bytes) -> bytes:
    data = b"iCCP" + b"icc\0\0" + zlib.compress(profile, 9)
    return (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)


def _webp_profile(profile: bytes) -> bytes:
    return b"ICCP" + len(profile).to_bytes(4, "little") + profile + bytes(len(profile) % 2)


def _webp_parts(content: bytes) -> Iterator[Part]:
    end = 8 + int.from_bytes(content[4:8], "little")
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or end > len(content):
        raise ValueError("no start, or no end")
    place, is_picture = 12, False
    while place + 8 <= end:
        kind, size = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        after = place + 8 + size + size % 2
        is_picture = is_picture or kind in _WEBP_PICTURES
        if place + 8 + size > end:
            raise ValueError("a chunk beyond the end")
        if kind == b"ANMF":
            raise ValueError("a picture within a film")
        chunk = content[place:after].ljust(after - place, b"\0")
        if kind == b"VP8X" and size:
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_SAYS_EXIF_OR_XMP]) + chunk[9:]
        if kind == b"ICCP":
            yield from _profile(chunk[8 : 8 + size], _webp_profile)
        else:
            yield Part(EXIF if kind == b"EXIF" else kind.decode("latin-1"), chunk if kind in _WEBP_KEPT else b"")
        place = after
    if not is_picture:
        raise ValueError("no picture")
    yield from _behind(content[end:])


def _behind(rest: bytes) -> Iterator[Part]:
    """Yield what follows the picture: a motion photo's film, a second picture, or anything hidden there."""
    if rest:
        yield Part("behind", b"")


_READERS: dict[str, Callable[[bytes], Iterator[Part]]] = {"jpeg": _jpeg_parts, "png": _png_parts, "webp": _webp_parts}
KINDS = frozenset(_READERS)
"""Decoder names of formats that can be stripped."""
