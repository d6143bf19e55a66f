"""Makes a picture file of pixels: as good as fits into so many bytes. The same pixels give the same bytes."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from sora_studio.media.colours import Pixels

BEST_QUALITY, LEAST_QUALITY = 95, 60
"""Above, files grow and nobody sees why; below, everybody sees it, and a smaller picture looks better."""

_LONGEST_EDGE = {"jpeg": 65_500, "webp": 16_383}
_NEAR = 0.97
"""Of the limit; a picture that was made smaller for it fills at least so much."""
_GUESSES = 4
_PNG_MODES = frozenset(("1", "L", "LA", "P", "RGB", "RGBA", "I;16"))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture file, and what it took to fit: `quality` None means that nothing was lost."""

    content: bytes
    width: int
    height: int
    quality: int | None = None


class _Encoder(Protocol):
    def __call__(self, image: Image.Image, quality: int) -> bytes: ...


def encode_png(pixels: Pixels) -> Encoded:
    """Without loss; sixteen bits of grey and palettes stay what they are."""
    if pixels.image.mode not in _PNG_MODES:
        pixels = pixels.plain()
    file = io.BytesIO()
    pixels.image.save(file, "PNG", icc_profile=pixels.profile)
    return Encoded(file.getvalue(), *pixels.image.size)


def fit_jpeg(pixels: Pixels, max_bytes: int, *, sampling: int = 0) -> Encoded | None:
    """The best that has at most `max_bytes`; None when there is no such. `sampling` as Pillow counts it, 0 is 4:4:4."""
    opaque = pixels.opaque()

    def encode(image: Image.Image, quality: int) -> bytes:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling=sampling, icc_profile=opaque.profile)
        return file.getvalue()

    return _fit(opaque.image, encode, max_bytes, longest_edge=_LONGEST_EDGE["jpeg"])


def fit_webp(pixels: Pixels, max_bytes: int, *, lossless: bool) -> Encoded | None:
    """Like `fit_jpeg`, with what shows through. `lossless` is tried first."""
    plain = pixels.plain()
    if lossless and max(plain.image.size) <= _LONGEST_EDGE["webp"]:
        file = io.BytesIO()
        plain.image.save(file, "WEBP", lossless=True, exact=True, quality=20, method=0, icc_profile=plain.profile)
        if file.tell() <= max_bytes:
            return Encoded(file.getvalue(), *plain.image.size)

    def encode(image: Image.Image, quality: int) -> bytes:
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality, method=2, icc_profile=plain.profile)
        return file.getvalue()

    return _fit(plain.image, encode, max_bytes, longest_edge=_LONGEST_EDGE["webp"])


def _fit(image: Image.Image, encode: _Encoder, max_bytes: int, *, longest_edge: int) -> Encoded | None:
    """Full size in the best quality that fits; when the least does not, smaller."""
    if max(image.size) > longest_edge:
        image = _scaled(image, longest_edge)
    best = encode(image, BEST_QUALITY)
    if len(best) <= max_bytes:
        return Encoded(best, *image.size, BEST_QUALITY)
    least = encode(image, LEAST_QUALITY)
    if len(least) > max_bytes:
        return _fit_by_size(image, encode, max_bytes, len(least))
    fits, too_good = LEAST_QUALITY, BEST_QUALITY
    while too_good - fits > 1:
        quality = (fits + too_good) // 2
        content = encode(image, quality)
        if len(content) <= max_bytes:
            fits, least = quality, content
        else:
            too_good = quality
    return Encoded(least, *image.size, fits)


def _fit_by_size(image: Image.Image, encode: _Encoder, max_bytes: int, size_bytes: int) -> Encoded | None:
    """The least quality in the largest size that fits, or one that nearly fills the limit. `size_bytes` is the full size's.

    The bytes grow about as the area does, so the first few guesses follow it; then the room between is halved.
    """
    found: Encoded | None = None
    fits, too_large, edge, guesses = 0, max(image.size), max(image.size), 0
    while too_large - fits > 1 and (found is None or len(found.content) < max_bytes * _NEAR):
        guesses += 1
        wanted = edge * (max_bytes * (1 + _NEAR) / 2 / size_bytes) ** 0.5 if guesses <= _GUESSES else (fits + too_large) / 2
        edge = min(max(int(wanted), fits + 1), too_large - 1)
        smaller = _scaled(image, edge)
        content = encode(smaller, LEAST_QUALITY)
        size_bytes = len(content)
        if size_bytes <= max_bytes:
            fits, found = edge, Encoded(content, *smaller.size, LEAST_QUALITY)
        else:
            too_large = edge
    return found


def _scaled(image: Image.Image, edge: int) -> Image.Image:
    """So that its longer edge has `edge` pixels."""
    longer = max(image.size)
    width, height = (max(1, round(side * edge / longer)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
