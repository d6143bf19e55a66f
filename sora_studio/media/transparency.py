"""Whether a picture really has transparent pixels: an alpha channel alone does not prove it."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

from typing import cast

from PIL import Image

_BAND_PX = 4_000_000
"""Pixels per step, so that copies stay small beside the picture."""


def is_transparent(image: Image.Image) -> bool:
    """Return whether a loaded picture has an alpha below opaque, or uses its transparent colour."""
    if not image.has_transparency_data:
        return False
    if image.mode.startswith("I"):  # 16-bit grey, where one value is transparent
        least, most = cast("tuple[float, float]", image.getextrema())
        return least <= cast("float", image.info["transparency"]) <= most
    rows = max(1, _BAND_PX // image.width)
    return any(_least_alpha(image, top, min(top + rows, image.height)) < 255 for top in range(0, image.height, rows))


def _least_alpha(image: Image.Image, top: int, bottom: int) -> float:
    band = image.crop((0, top, image.width, bottom))
    least, _ = cast("tuple[float, float]", band.convert("RGBA").getchannel("A").getextrema())
    return least
