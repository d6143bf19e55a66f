"""Takes everything out of a picture file that is not its picture, and leaves the picture's own bytes as they are."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sora_studio.media.icc import quiet

EXIF = "Exif"
"""Named apart from the rest: it may say no more than how the picture stands."""

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT cICP mDCV cLLI bKGD pHYs".split())
"""The picture, how it is coloured, what shows through it, and the shape of its pixels."""
_LARGEST_PROFILE = 16_000_000
"""Some printers' have more than a megabyte."""
_WEBP_PICTURES = frozenset((b"VP8 ", b"VP8L"))
_WEBP_KEPT = frozenset((b"VP8X", b"ALPH")) | _WEBP_PICTURES
_WEBP_SAYS_EXIF_OR_XMP, _WEBP_SAYS_PROFILE = 0x0C, 0x20

_SOI, _EOI, _SOS, _COM, _APP0, _APP1, _APP2, _APP14, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_JPEG_PICTURE = frozenset([*range(0xC0, 0xD0), _SOS, 0xDB, 0xDC, 0xDD])
"""Frames, tables and scans."""
_LONE = frozenset([0x00, *range(0xD0, 0xD8)])
"""No markers of a segment: decoders pass over them, and over whatever does not begin like a marker."""
_JPEG_PROFILE = b"ICC_PROFILE\0"
_JPEG_PROFILE_BYTES = 65_519
"""So much of a profile has room in a segment, beside its name and its place among the others."""
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""Within a scan, 0xFF is followed by zero, by a restart's number, or by more of itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file: its bytes as they may stay, none when it goes. `name` is what the format calls it."""

    name: str
    kept: bytes


@dataclass(frozen=True, slots=True)
class Stripped:
    """The file without what went, and the names of what did."""

    content: bytes
    gone: frozenset[str]


def strip(content: bytes, kind: str) -> Stripped:
    """Of a JPEG, PNG or WebP: it decodes to the very same picture. Raises ValueError for a file that is built otherwise.

    What stays beside the picture is density, transparency, and what its colour profile says of colours.
    """
    parts = list(parts_of(content, kind))
    stripped = b"".join(part.kept for part in parts)
    if kind == "webp":
        if stripped[:4] == b"VP8X" and not any(part.name == "ICCP" and part.kept for part in parts):
            stripped = stripped[:8] + bytes([stripped[8] & ~_WEBP_SAYS_PROFILE]) + stripped[9:]
        stripped = b"RIFF" + (len(stripped) + 4).to_bytes(4, "little") + b"WEBP" + stripped
    return Stripped(stripped, frozenset(part.name for part in parts if not part.kept))


def parts_of(content: bytes, kind: str) -> Iterator[Part]:
    """All of it, one after the other; raises like `strip`, once it comes to what is wrong."""
    return _READERS[kind](content)


def _jpeg_parts(content: bytes) -> Iterator[Part]:
    """Up to the end of the first picture; cameras put a second one, or a film, behind it."""
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
        if marker == 0xFF:  # filling
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
        return Part("JFIF", _segment(marker, data[:12] + b"\0\0"))  # without its small view
    if marker == _APP14 and data.startswith(b"Adobe") and len(data) >= 12:
        return Part("Adobe", _segment(marker, data[:12]))  # says what the colours mean
    if marker == _COM or _APP0 <= marker <= _APP15:
        is_exif = marker == _APP1 and data.startswith(b"Exif\0")
        return Part(EXIF if is_exif else f"segment {marker:X}", b"")
    raise ValueError("an unknown marker")


def _joined(pieces: Sequence[bytes]) -> bytes:
    """Each begins with its number and how many there are."""
    return b"".join(piece[2:] for piece in sorted(pieces, key=lambda piece: piece[:1]))


def _jpeg_profile(profile: bytes) -> bytes:
    pieces = [profile[place : place + _JPEG_PROFILE_BYTES] for place in range(0, len(profile), _JPEG_PROFILE_BYTES)]
    numbered = (bytes([number, len(pieces)]) + piece for number, piece in enumerate(pieces, 1))
    return b"".join(_segment(_APP2, _JPEG_PROFILE + piece) for piece in numbered)


def _profile(profile: bytes, packed: Callable[[bytes], bytes]) -> Iterator[Part]:
    """As the format has it, and what it told besides colours."""
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
    """A PNG's profile behind its name; nothing when that is too much, or is not packed as it should be."""
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
    """A motion photo's film, a second picture, or anything that somebody hid."""
    if rest:
        yield Part("behind", b"")


_READERS: dict[str, Callable[[bytes], Iterator[Part]]] = {"jpeg": _jpeg_parts, "png": _png_parts, "webp": _webp_parts}
KINDS = frozenset(_READERS)
"""Decoder names of the files that can be stripped."""
