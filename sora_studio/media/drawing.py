"""Draws a small preview of a local picture for the window, upright as published, whatever its format."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from pathlib import Path

from sora_studio.domain.picture import Thumbnail
from sora_studio.media.colours import pixels_of
from sora_studio.media.image import identified, opened
from sora_studio.media.image_metadata import turn_of, upright


def draw_image(path: Path, *, max_edge: int) -> Thumbnail:
    """Return the preview, with at most `max_edge` pixels along its longer edge. Raises like `inspect_image`. Blocking."""
    with opened(path) as file:
        image, _ = identified(path, file)
        image.draft(None, (max_edge, max_edge))  # a JPEG decodes small, which takes an eighth of the time
        image.load()
        turn = turn_of(image)  # after loading: in some files Exif follows the pixels
        small = pixels_of(image).plain().image
        small.thumbnail((max_edge, max_edge))
        drawn = upright(small, turn).convert("RGBA")
        return Thumbnail(drawn.tobytes(), *drawn.size)


def shrink_image(path: Path, *, max_edge: int) -> bytes:
    """Return the picture as a JPEG with at most `max_edge` pixels along its longer edge. Raises like `draw_image`. Blocking."""
    with opened(path) as file:
        image, _ = identified(path, file)
        image.draft("RGB", (max_edge, max_edge))
        image.load()
        small = pixels_of(image).plain().image.convert("RGB")
        small.thumbnail((max_edge, max_edge))
        made = io.BytesIO()
        small.save(made, "JPEG", quality=82, optimize=True)
        return made.getvalue()
