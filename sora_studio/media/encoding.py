"""Encodes pixels as a picture file of the best quality within a size limit. Deterministic: same pixels, same bytes."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from bisect import bisect_right
from dataclasses import dataclass
from math import log
from typing import Protocol

from PIL import Image

from sora_studio.media.colours import Pixels

BEST_QUALITY, LEAST_QUALITY = 95, 60
"""Above, files grow without visible gain; below, loss is visible, and a smaller picture looks better."""
TOP_QUALITY = 100
"""For pictures that must lose something, but no more than the limit asks for."""

_LONGEST_EDGE = {"jpeg": 65_500, "webp": 16_383}
_NEAR = 0.97
"""Fraction of the limit; a result that fills this much of it is good enough."""
_AIM = (1 + _NEAR) / 2
_HOPELESS, _DOUBT = 1.02, 1.05
"""Fraction of the limit; a quality with a higher forecast is not tried. Forecasts from bands alone are slightly high."""
_GUESSES, _POWER = 4, 1.5
_SAMPLE_PX, _BANDS, _BAND_ROWS = 1_000_000, 8, 32
_PNG_MODES = frozenset(("1", "L", "LA", "P", "RGB", "RGBA", "I;16"))


@dataclass(frozen=True, slots=True)
class Encoded:
    """An encoded picture, and the loss it took to fit: `quality` None means lossless."""

    content: bytes
    width: int
    height: int
    quality: int | None = None


class _Encoder(Protocol):
    def __call__(self, image: Image.Image, quality: int) -> bytes: ...


def encode_png(pixels: Pixels) -> Encoded:
    """Encode without loss; 16-bit grey and palettes are kept."""
    if pixels.image.mode not in _PNG_MODES:
        pixels = pixels.plain()
    file = io.BytesIO()
    pixels.image.save(file, "PNG", icc_profile=pixels.profile)
    return Encoded(file.getvalue(), *pixels.image.size)


def fit_jpeg(pixels: Pixels, max_bytes: int, *, sampling: int = 0, best: int = BEST_QUALITY) -> Encoded | None:
    """Return the best JPEG of at most `max_bytes`; None when there is none. `sampling` is Pillow's, 0 is 4:4:4.

    Sampling is kept in the highest qualities too: colours that were subsampled gain nothing from more bytes.
    """
    opaque = pixels.opaque()

    def encode(image: Image.Image, quality: int) -> bytes:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling=sampling, icc_profile=opaque.profile)
        return file.getvalue()

    return _fit(_within(opaque.image, _LONGEST_EDGE["jpeg"]), encode, max_bytes, best)


def fit_webp(pixels: Pixels, max_bytes: int, *, lossless: bool, best: int = BEST_QUALITY) -> Encoded | None:
    """Like `fit_jpeg`, but with transparency. `lossless` is tried first."""
    plain = pixels.plain()
    if lossless and max(plain.image.size) <= _LONGEST_EDGE["webp"]:
        file = io.BytesIO()
        plain.image.save(file, "WEBP", lossless=True, exact=True, quality=20, method=0, icc_profile=plain.profile)
        if file.tell() <= max_bytes:
            return Encoded(file.getvalue(), *plain.image.size)

    def encode(image: Image.Image, quality: int) -> bytes:
        file = io.BytesIO()
        # With a lower method the largest pictures cannot be encoded at all.
        image.save(file, "WEBP", quality=quality, method=2, icc_profile=plain.profile)
        return file.getvalue()

    return _fit(_within(plain.image, _LONGEST_EDGE["webp"]), encode, max_bytes, best)


def _fit(image: Image.Image, encode: _Encoder, max_bytes: int, best: int) -> Encoded | None:
    """Return full size in the best quality that fits, or one that nearly fills the limit; else a smaller size."""
    found: Encoded | None = None
    above: tuple[int, int] | None = None
    forecast, qualities = _Forecast(image, encode), range(LEAST_QUALITY, best + 1)
    while qualities and forecast.size_bytes(qualities[0]) <= max_bytes * (_HOPELESS if forecast.is_sure else _DOUBT):
        aim = max_bytes * _AIM
        quality = _between(found, above, aim) if found and above else forecast.best(qualities, aim)
        content = encode(image, quality)
        forecast.learn(quality, len(content))
        if len(content) > max_bytes:
            above, qualities = (quality, len(content)), range(qualities.start, quality)
            continue
        found, qualities = Encoded(content, *image.size, quality), range(quality + 1, qualities.stop)
        if len(content) >= max_bytes * _NEAR:
            break
    return found or _fit_by_size(image, encode, max_bytes, forecast.size_bytes(LEAST_QUALITY))


def _between(found: Encoded, above: tuple[int, int], aim: float) -> int:
    """Interpolate the quality for a size, between one that is too small and one that is too large."""
    fits, too_good = found.quality or LEAST_QUALITY, above[0]
    share = log(aim / len(found.content)) / log(above[1] / len(found.content))
    return min(max(fits + round(share * (too_good - fits)), fits + 1), too_good - 1)


class _Forecast:
    """Predicts the encoded size for each quality: from bands of the picture, corrected by the sizes of real encodings."""

    def __init__(self, image: Image.Image, encode: _Encoder) -> None:
        self._sample, self._encode = _bands(image), encode
        self._factor = image.height / self._sample.height
        self._known = dict[int, int]()
        self.is_sure = self._factor == 1

    def size_bytes(self, quality: int) -> float:
        """Return the expected size of the whole picture."""
        if quality not in self._known:
            self._known[quality] = len(self._encode(self._sample, quality))
        return self._known[quality] * self._factor

    def learn(self, quality: int, size_bytes: int) -> None:
        """Correct the forecast by a real size."""
        self._factor *= size_bytes / self.size_bytes(quality)
        self.is_sure = True

    def best(self, qualities: range, max_bytes: float) -> int:
        """Return the last quality that is expected to fit; the first one when none is."""
        if self.size_bytes(qualities[-1]) <= max_bytes:
            return qualities[-1]
        return qualities[max(bisect_right(qualities, max_bytes, key=self.size_bytes) - 1, 0)]


def _bands(image: Image.Image) -> Image.Image:
    """Return rows from all over the picture, few enough to encode quickly; all of a small one."""
    count = max(_SAMPLE_PX // (image.width * _BAND_ROWS), _BANDS)
    if count * _BAND_ROWS >= image.height:
        return image
    sample = Image.new(image.mode, (image.width, count * _BAND_ROWS))
    for number in range(count):
        top = (image.height - _BAND_ROWS) * (2 * number + 1) // (2 * count)
        sample.paste(image.crop((0, top, image.width, top + _BAND_ROWS)), (0, number * _BAND_ROWS))
    return sample


def _fit_by_size(image: Image.Image, encode: _Encoder, max_bytes: int, size_bytes: float) -> Encoded | None:
    """Return the lowest quality in the largest size that fits, or one that nearly fills the limit. `size_bytes`: full size.

    Bytes grow a little less than the area, or as the last two encodings show; after a few guesses, bisect.
    """
    found: Encoded | None = None
    fits, too_large, edge, guesses, power = 0, max(image.size), max(image.size), 0, _POWER
    while too_large - fits > 1 and (found is None or len(found.content) < max_bytes * _NEAR):
        guesses += 1
        wanted = edge * (max_bytes * _AIM / size_bytes) ** (1 / power) if guesses <= _GUESSES else (fits + too_large) / 2
        before = (edge, size_bytes)
        edge = min(max(int(wanted), fits + 1), too_large - 1)
        smaller = _scaled(image, edge)
        content = encode(smaller, LEAST_QUALITY)
        size_bytes = len(content)
        power = _power(before, (edge, size_bytes))
        if size_bytes <= max_bytes:
            fits, found = edge, Encoded(content, *smaller.size, LEAST_QUALITY)
        else:
            too_large = edge
    return found


def _power(one: tuple[int, float], other: tuple[int, float]) -> float:
    """Return the exponent by which bytes grow with an edge, within reasonable bounds."""
    (edge, size_bytes), (other_edge, other_bytes) = one, other
    return min(max(log(size_bytes / other_bytes) / log(edge / other_edge), 1.0), 3.0) if edge != other_edge else _POWER


def _within(image: Image.Image, longest_edge: int) -> Image.Image:
    return _scaled(image, longest_edge) if max(image.size) > longest_edge else image


def _scaled(image: Image.Image, edge: int) -> Image.Image:
    """Return the picture with a longer edge of `edge` pixels."""
    longer = max(image.size)
    width, height = (max(1, round(side * edge / longer)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
