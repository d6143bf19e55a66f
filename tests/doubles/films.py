"""Real films, small and made on the spot, whose every frame carries its own number."""

import io
from pathlib import Path

import av
from PIL import Image, ImageDraw
from PySide6.QtGui import QImage

from sora_studio.domain.filmstrip import FILMSTRIP_CELLS
from sora_studio.media.filmstrip import draw_filmstrip

FRAME_RATE = 30
SIZE = (320, 180)
_BITS, _BLOCK = 8, 32


def write_film(path: Path, *, frames: int = 60, size: tuple[int, int] = SIZE, codec: str = "libx264", **options: str) -> Path:
    """Without sound, 30 frames a second; the number stands in the picture as black and white blocks.

    `options` are the encoder's; unless they say otherwise, the order of decoding is that of showing.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FRAME_RATE, options={"preset": "ultrafast"} | options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_image(numbered(number, size))
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def number_of(frame: QImage) -> int:
    """The number that a shown frame carries."""
    return sum((frame.pixelColor(bit * _BLOCK + _BLOCK // 2, 20).lightness() > 128) << bit for bit in range(_BITS))


def number_in(picture: Image.Image) -> int:
    """The number that a saved frame carries."""
    grey = picture.convert("L").tobytes()
    return sum((grey[20 * picture.width + bit * _BLOCK + _BLOCK // 2] > 128) << bit for bit in range(_BITS))


def filmstrip_cells(film: Path) -> list[Image.Image]:
    """The cells of a film's strip, drawn in this process."""
    with film.open("rb") as file:
        strip = Image.open(io.BytesIO(draw_filmstrip(file)))
    width, rest = divmod(strip.width, FILMSTRIP_CELLS)
    assert (strip.format, rest) == ("JPEG", 0)
    return [strip.crop((cell * width, 0, (cell + 1) * width, strip.height)) for cell in range(FILMSTRIP_CELLS)]


def filmstrip_numbers(film: Path) -> list[int]:
    """The numbers that the cells of a film's strip carry."""
    return [number_in(_enlarged(cell)) for cell in filmstrip_cells(film)]


def _enlarged(cell: Image.Image) -> Image.Image:
    return cell.transform(SIZE, Image.Transform.EXTENT, (0, 0, *cell.size))


def numbered(number: int, size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size, (90, 60, 140))
    draw = ImageDraw.Draw(picture)
    for bit in range(_BITS):
        color = (255, 255, 255) if number >> bit & 1 else (0, 0, 0)
        draw.rectangle((bit * _BLOCK, 0, (bit + 1) * _BLOCK - 1, 40), fill=color)
    return picture
