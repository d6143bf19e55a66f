"""Brings a decoded picture's pixels and colour profile into a form that the encoders take, looking as it did before."""

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
"""Where an ICC profile names the colours that it describes."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """Pixels without anything that a file tells besides, and the profile that their colours are meant in; none is sRGB."""

    image: Image.Image
    profile: bytes | None

    def plain(self) -> "Pixels":
        """Grey or RGB, eight bits, with or without alpha."""
        if self.image.mode in {"CMYK", "LAB"}:
            return Pixels(_to_srgb(self.image, self.profile), None)
        return _fitting(_plain(self.image), self.profile)

    def opaque(self) -> "Pixels":
        """Plain ones without alpha: what shows through is white, and never black."""
        plain = self.plain()
        if plain.image.mode not in {"LA", "RGBA"}:
            return plain
        without_alpha = plain.image.mode[:-1]
        white = Image.new(without_alpha, plain.image.size, "white")
        white.paste(plain.image.convert(without_alpha), mask=plain.image.getchannel("A"))
        return Pixels(white, plain.profile)


def pixels_of(image: Image.Image) -> Pixels:
    """Takes from `image` what came along with it, as encoders would write it out again; only a transparent colour stays."""
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
    """Of 16 bits the upper ones. Wider numbers do not say what white is: the first of the usual ones that none goes beyond."""
    wide = image.convert("F")
    _, most = (0.0, 65_535.0) if image.mode.startswith("I;16") else cast("tuple[float, float]", wide.getextrema())
    scale = 255 / next((white for white in _WHITES if most <= white), most)
    return wide.point(lambda value: value * scale + 0).convert("L")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Ink and Lab have no place in what is sent. An ink without a usable profile is taken as plain as can be."""
    try:
        given = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB") if image.mode == "LAB" else io.BytesIO(profile or b""))
        converted = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
        assert converted is not None
        return converted
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")


def _fitting(image: Image.Image, profile: bytes | None) -> Pixels:
    """A profile describes grey or RGB; on the other it would say nothing, or something false."""
    space = profile[_SPACE] if profile else b""
    if space == b"RGB " and image.mode in {"L", "LA"}:
        return Pixels(image.convert("RGB" if image.mode == "L" else "RGBA"), profile)
    return Pixels(image, profile if space == (b"GRAY" if image.mode in {"L", "LA"} else b"RGB ") else None)
