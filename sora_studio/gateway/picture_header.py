"""Parses type and size from a picture's first bytes: untrusted remote content is not given to a decoder."""

from dataclasses import dataclass

ENOUGH_BYTES = 1 << 20
"""Profiles and previews precede the size in a JPEG and the pixels in a PNG. No genuine picture needs more."""

_MAX_PARTS = 512
"""Limit of segments or chunks before the pixels: bounds the work for hostile input."""
_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame header (SOF)."""
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG markers without a length."""
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SIGNS: tuple[tuple[int, tuple[bytes, ...], str], ...] = (
    (0, (_JPEG,), "jpeg"),
    (0, (_PNG,), "png"),
    (8, (b"WEBP",), "webp"),
    (0, (b"GIF87a", b"GIF89a"), "gif"),
    (4, (b"ftypavif", b"ftypavis"), "avif"),
    (4, (b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1"), "heic"),
    (4, (b"ftyp",), "film"),
    (0, (b"\x1aE\xdf\xa3",), "film"),
    (0, (b"II*\0", b"MM\0*"), "tiff"),
    (0, (b"BM",), "bmp"),
    (0, (b"%PDF",), "pdf"),
)
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title", b"<meta")


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """Size in stored pixels; `is_animated` is None if more bytes are needed to tell."""

    width: int
    height: int
    is_animated: bool | None = False


def kind_of(head: bytes) -> str:
    """Return the format of content with these first bytes, such as `jpeg`, or `page` for HTML; empty if unknown."""
    for at, signs, kind in _SIGNS:
        if head.startswith(signs, at) and (kind != "webp" or head.startswith(b"RIFF")):
            return kind
    words = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1000].lower()
    if words.startswith(_PAGE):
        return "page"
    return "svg" if words.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in words else ""


def read_header(kind: str, head: bytes) -> PictureHeader | None:
    """Return the header of a JPEG, PNG or WebP, or None if it is damaged, of another kind, or incomplete. Never raises."""
    match kind:
        case "jpeg":
            return _jpeg(head)
        case "png":
            return _png(head)
        case "webp":
            return _webp(head)
        case _:
            return None


def _jpeg(head: bytes) -> PictureHeader | None:
    """Walk the segments to the frame header."""
    at = 2
    for _ in range(_MAX_PARTS):
        if at + 4 > len(head) or head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _SIZED:
            return _header(_number(head, at + 7, 2), _number(head, at + 5, 2)) if at + 9 <= len(head) else None
        else:
            at += 2 + _number(head, at + 2, 2)
    return None


def _png(head: bytes) -> PictureHeader | None:
    """Read IHDR, then walk the chunks to the pixels: an animation is declared before them."""
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    width, height = _number(head, 16, 4), _number(head, 20, 4)
    at = len(_PNG)
    for _ in range(_MAX_PARTS):
        kind = head[at + 4 : at + 8]
        if kind in (b"acTL", b"IDAT"):
            return _header(width, height, is_animated=kind == b"acTL")
        if len(kind) < 4:
            return _header(width, height, is_animated=None)
        at += 12 + _number(head, at, 4)
    return _header(width, height)


def _webp(head: bytes) -> PictureHeader | None:
    """Read one of the three formats: lossy, lossless, extended."""
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            return _header(_little(head, 26, 2) & 0x3FFF, _little(head, 28, 2) & 0x3FFF)
        case b"VP8L" if head[20] == 0x2F:
            sizes = _little(head, 21, 4)
            return _header((sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            return _header(_little(head, 24, 3) + 1, _little(head, 27, 3) + 1, is_animated=bool(head[20] & 0x02))
        case _:
            return None


def _header(width: int, height: int, *, is_animated: bool | None = False) -> PictureHeader | None:
    return PictureHeader(width, height, is_animated) if width and height else None


def _number(head: bytes, at: int, size: int) -> int:
    return int.from_bytes(head[at : at + size], "big")


def _little(head: bytes, at: int, size: int) -> int:
    return int.from_bytes(head[at : at + size], "little")
