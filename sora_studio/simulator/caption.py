"""Small captions on a film: the prompt's first words on the left, the frame number on the right."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import re
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from sora_studio.simulator.planes import Planes

_MAX_CHARS = 64
_WHITE = 226
"""Luma value: clearly white, but not harsh."""
_FONTS = (
    "NotoSans-Regular.ttf", "DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "segoeui.ttf", "msyh.ttc", "malgun.ttf", "Nirmala.ttc",
    "Arial Unicode.ttf", "Hiragino Sans GB.ttc",
)  # fmt: skip
"""System fonts for scripts that the built-in font lacks, best first."""

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Captions:
    """Draws on the luma plane of successive frames of one film."""

    def __init__(self, caption: str, watermark: str, *, width: int, height: int) -> None:
        size = round(min(width, height) / 36)
        self._margin, self._width, self._height = round(size * 1.6), width, height
        words = _first_words(caption)
        self._words = _lettering(words, _font_for(words, size), width - self._margin * 2 - size * 5)
        self._watermark = _lettering(watermark, _font_for(watermark, round(size * 1.3)), width) if watermark else None
        self._digits = [_lettering(digit, _font_for(digit, size), width) for digit in "0123456789"]
        self._pitch = max(digit.width for digit in self._digits) - _SHADOW * 2

    def stamp(self, planes: Planes, number: int) -> None:
        """Write on a frame in place."""
        base = self._height - self._margin
        _paste(planes, self._words, self._margin, base)
        for place, digit in enumerate(reversed(f"{number:03d}")):
            _paste(planes, self._digits[int(digit)], self._width - self._margin - (place + 1) * self._pitch, base)
        if self._watermark is not None:
            _paste(planes, self._watermark, self._width - self._margin - self._watermark.width, self._margin * 2)


_SHADOW = 6


def _paste(planes: Planes, letters: Image.Image, left: int, base: int) -> None:
    """Paste `letters`, whose two bands are whiteness and coverage. `base` is the baseline."""
    white, cover = letters.split()
    planes.y.paste(white, (left - _SHADOW, base - letters.height + _SHADOW), cover)


def _lettering(text: str, font: _Font, max_width: int) -> Image.Image:
    """Draw white letters with a soft shadow, cut at `max_width`; letters that the font lacks are left out."""
    lacking = _lacking(font, text)
    text = "".join(letter for letter in text if letter not in lacking).strip()
    ascent, descent = font.getmetrics() if isinstance(font, ImageFont.FreeTypeFont) else (12, 4)
    while text and font.getlength(text) > max_width:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    size = (round(font.getlength(text)) + _SHADOW * 2, ascent + descent + _SHADOW * 2)
    shape = Image.new("L", size, 0)
    ImageDraw.Draw(shape).text((_SHADOW, _SHADOW), text, fill=255, font=font)
    shadow = shape.filter(ImageFilter.GaussianBlur(2.2)).point([round(value * 0.5) for value in range(256)])
    cover = Image.composite(shape.point([round(value * 0.86) for value in range(256)]), shadow, shape)
    white = Image.composite(Image.new("L", size, _WHITE), Image.new("L", size, 24), shape)
    return Image.merge("LA", (white, cover))


def _first_words(prompt: str) -> str:
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() or c.isspace() else " " for c in prompt)).strip()
    return text if len(text) <= _MAX_CHARS else text[:_MAX_CHARS].rsplit(" ", 1)[0] + "…"


def _font_for(text: str, size: int) -> _Font:
    """Return the built-in font when it has every letter, else the system font that lacks the fewest."""
    best = _font("", size)
    assert best is not None
    lacking = _lacking(best, text)
    for name in _FONTS if lacking else ():
        font = _font(name, size)
        if font is not None and len(lacks := _lacking(font, text)) < len(lacking):
            best, lacking = font, lacks
    return best


@lru_cache(maxsize=32)
def _font(name: str, size: int) -> _Font | None:
    try:
        return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    except OSError:
        return None


def _lacking(font: _Font, text: str) -> set[str]:
    """Return the letters that would be drawn as the font's missing-glyph box."""
    box = _drawn("\U000fffff", font)
    return {letter for letter in set(text) if not letter.isspace() and _drawn(letter, font) == box}


def _drawn(letter: str, font: _Font) -> bytes:
    picture = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(picture).text((8, 8), letter, fill=255, font=font)
    return picture.tobytes()
