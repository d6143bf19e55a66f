"""Converts a decoded picture's pixels and colour profile to a form that the encoders accept, without changing its look."""

# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program; its colour profiles have no types.

import io
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageCms

from sora_studio.media.icc import quiet

_GREYS = frozenset(("1", "L", "LA", "I;16"))
_WHITES = (1.0, 255.0, 65_535.0)
_SPACE = slice(16, 20)
"""Offset of the colour space in an ICC profile's header."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """Pixels without any metadata, and their colour profile; None means sRGB."""

    image: Image.Image
    profile: bytes | None

    def plain(self) -> "Pixels":
        """Return grey or RGB, eight bits, with or without alpha."""
        if self.image.mode in {"CMYK", "LAB"}:
            return Pixels(_to_srgb(self.image, self.profile), None)
        return _fitting(_plain(self.image), self.profile)

    def within(self, max_side: int) -> "Pixels":
        """Return the pixels with no side longer than `max_side`; smaller ones as they are."""
        longest = max(self.image.size)
        if longest <= max_side:
            return self
        plain = self.plain()
        size = (max(1, plain.image.width * max_side // longest), max(1, plain.image.height * max_side // longest))
        return Pixels(plain.image.resize(size, Image.Resampling.LANCZOS), plain.profile)

    def opaque(self) -> "Pixels":
        """Return plain pixels without alpha: transparent parts become white, never black."""
        plain = self.plain()
        if plain.image.mode not in {"LA", "RGBA"}:
            return plain
        without_alpha = plain.image.mode[:-1]
        white = Image.new(without_alpha, plain.image.size, "white")
        white.paste(plain.image.convert(without_alpha), mask=plain.image.getchannel("A"))
        return Pixels(white, plain.profile)


def pixels_of(image: Image.Image) -> Pixels:
    """Return the pixels and remove metadata from `image`, which encoders would write; only a transparent colour stays."""
    profile: object = image.info.get("icc_profile")
    image.info = {name: value for name, value in image.info.items() if name == "transparency"}
    return Pixels(image, quiet(profile).profile if isinstance(profile, bytes) and profile else None)


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return _to_eight_bits(image)
    if image.has_transparency_data:
        return image if image.mode in {"LA", "RGBA"} else image.convert("RGBA")
    mode = "L" if image.mode in _GREYS else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Return the upper 8 of 16 bits. Wider numbers do not define white: take the first usual maximum that none exceeds."""
    wide = image.convert("F")
    _, most = (0.0, 65_535.0) if image.mode.startswith("I;16") else cast("tuple[float, float]", wide.getextrema())
    scale = 255 / next((white for white in _WHITES if most <= white), most)
    return wide.point(lambda value: value * scale + 0).convert("L")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert CMYK and Lab, which cannot be sent, to RGB. CMYK without a usable profile is converted in the simplest way."""
    try:
        given = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB") if image.mode == "LAB" else io.BytesIO(profile or b""))
        converted = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
        assert converted is not None
        return converted
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")


def _fitting(image: Image.Image, profile: bytes | None) -> Pixels:
    """Drop a profile of another colour space: one for RGB has no meaning for grey pixels, and the reverse."""
    space = profile[_SPACE] if profile else b""
    if space == b"RGB " and image.mode in {"L", "LA"}:
        return Pixels(image.convert("RGB" if image.mode == "L" else "RGBA"), profile)
    return Pixels(image, profile if space == (b"GRAY" if image.mode in {"L", "LA"} else b"RGB ") else None)
