"""A still picture animated with a slow pan and zoom."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from sora_studio.simulator.planes import Planes

_ZOOM = 0.12
"""How far the camera zooms in, as a share of the frame."""


def animated_still(path: Path, seed: str, *, width: int, height: int, frames: int) -> Callable[[int], Planes]:
    """Return a function that draws frame `n` of `frames`; begins or ends with as much of the picture as fits the frame."""
    rng = random.Random(f"still {seed}")  # noqa: S311 - simulated chance, not a secret
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    ground = Image.new("RGBA", upright.size, "black")
    ground.alpha_composite(upright)
    room = 1 + _ZOOM / 2
    size = (round(width * room / 2) * 2, round(height * room / 2) * 2)
    planes = Planes.from_rgb(ImageOps.fit(ground.convert("RGB"), size, Image.Resampling.LANCZOS))
    place = (rng.uniform(0.25, 0.75), rng.uniform(0.3, 0.7))
    outwards = rng.random() < 0.5

    def _frame(number: int) -> Planes:
        way = number / max(frames - 1, 1)
        way = way * way * (3 - 2 * way) * 0.5 + way * 0.5
        share = 1 - _ZOOM * ((1 - way) if outwards else way)
        wide, high = size[0] * share, size[1] * share
        left, top = (size[0] - wide) * place[0], (size[1] - high) * place[1]
        return planes.resized((left, top, left + wide, top + high), (width, height))

    return _frame
