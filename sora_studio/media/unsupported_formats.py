"""Identifies files that no decoder here opens, by content, for a better message than "not a picture"."""

import re

HEAD_BYTES = 1024
"""How many leading bytes are needed."""

_HEIF_BRANDS = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1".split())
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_RAW, _ICON, _JPEG_XL, _TGA = "a camera's raw file", "an icon", "a JPEG XL picture", "a TGA picture"
_STARTS = (
    (b"8BPS", "a Photoshop file"),
    (b"gimp xcf", "a GIMP file"),
    (b"\xff\x0a", _JPEG_XL),
    (b"\0\0\0\x0cJXL ", _JPEG_XL),
    (b"icns", _ICON),
    (b"FUJIFILMCCD-RAW", _RAW),
    (b"IIRO", _RAW),
    (b"IIU\0", _RAW),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"qoif", "a QOI picture"),
    (b"DDS ", "a DDS picture"),
)
_PATTERNS = (
    (re.compile(rb"\0\0[\x01\x02]\0[^\0]\0"), _ICON),
    (re.compile(rb"(?:P[1-6]\s+[\d#]|P7\n|P[Ff]\n)"), "a PPM picture"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<svg\b|<(?:\?xml|!--|!DOCTYPE svg).*<svg\b)", re.DOTALL), "an SVG drawing"),
    (
        re.compile(
            rb".(?:\0[\x02\x03\x0a\x0b]\0{5}|\x01[\x01\x09].{4}[\x0f\x10\x18\x20]).{8}[\x08\x0f\x10\x18\x20]", re.DOTALL
        ),
        _TGA,
    ),
)
"""Formats without a signature, by as much of their first fields as is unique."""


def what_it_is(head: bytes) -> str:
    """Return the kind with its article, such as `a Photoshop file`; empty when unknown. `head`: the first `HEAD_BYTES`."""
    if head[4:8] == b"ftyp":
        return _in_boxes(head)
    starts = (name for start, name in _STARTS if head.startswith(start))
    return next(starts, "") or next((name for pattern, name in _PATTERNS if pattern.match(head)), "")


def _in_boxes(head: bytes) -> str:
    """Identify by the brands of an ISO box file; films have the same structure."""
    length = min(int.from_bytes(head[:4]), len(head))
    brands = {head[place : place + 4] for place in range(8, length - 3, 4)}
    if b"crx " in brands:
        return _RAW
    return "a HEIC photo" if brands & _HEIF_BRANDS and head[8:12] not in _AVIF_BRANDS else ""
