"""A picture that was cut off and closed again is found out; one that only looks like it is not."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.domain.errors import InvalidRequest
from sora_studio.media.image import inspect_image
from tests.doubles.pictures import chatty, noisy

SIZE = (200, 150)


def _is_damaged(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    try:
        inspect_image(path)
    except InvalidRequest as refused:
        return refused.title == f"{path.name} is damaged and cannot be read to its end."
    return False


def _jpeg(picture: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", **options)
    return file.getvalue()


def _cut_jpeg(content: bytes, share: float) -> bytes:
    """So much of its last scan, and an end."""
    begin = content.rindex(b"\xff\xda")
    cut = content[: begin + 14 + int((len(content) - begin - 16) * share)]
    return cut.removesuffix(b"\xff") + b"\xff\xd9"


def _png(mode: str, rows: int) -> bytes:
    """Says it has all rows and holds so many, with every checksum right."""
    depth, colours, channels = {"L": (8, 0, 1), "RGB": (8, 2, 3), "RGBA": (8, 6, 4), "1": (1, 0, 1), "deep": (16, 2, 6)}[mode]
    width, height = SIZE
    row = b"\0" + b"\x55" * (width * channels * min(depth, 8) // 8)
    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    packed = zlib.compress(row * rows)
    chunks = [b"IHDR" + head, b"IDAT" + packed[:20], b"IDAT" + packed[20:], b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9, 0.98])
@pytest.mark.parametrize(
    "whole",
    [
        lambda: _jpeg(noisy(SIZE)),
        lambda: _jpeg(noisy(SIZE), subsampling=0),
        lambda: _jpeg(noisy(SIZE, mode="L")),
        lambda: _jpeg(noisy(SIZE, mode="CMYK")),
        lambda: _jpeg(noisy(SIZE), keep_rgb=True),
        lambda: _jpeg(noisy(SIZE), restart_marker_rows=3),
        lambda: chatty(noisy(SIZE), "JPEG", turn=6).split(b"MotionPhoto")[0],
    ],
)
def test_a_jpeg_that_ends_early_with_an_end_is_damaged(tmp_path: Path, whole: Callable[[], bytes], share: float) -> None:
    assert not _is_damaged(tmp_path / "whole.jpg", whole())
    assert _is_damaged(tmp_path / "cut.jpg", _cut_jpeg(whole(), share))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"quality": 20}])
def test_a_jpeg_that_ends_grey_is_whole(tmp_path: Path, mode: str, options: dict[str, object]) -> None:
    picture = noisy(SIZE, mode=mode)
    picture.paste(Image.new(mode, (SIZE[0], 40), {"L": 128, "RGB": (128,) * 3, "CMYK": (127,) * 4}[mode]), (0, 110))

    assert not _is_damaged(tmp_path / "grey.jpg", _jpeg(picture, **options))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "deep"])
def test_a_png_that_ends_early_with_an_end_is_damaged(tmp_path: Path, mode: str) -> None:
    assert not _is_damaged(tmp_path / "whole.png", _png(mode, SIZE[1]))
    for rows in (1, 90, SIZE[1] - 1):
        assert _is_damaged(tmp_path / "cut.png", _png(mode, rows)), rows


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_that_ends_black_is_whole(tmp_path: Path, mode: str) -> None:
    file = io.BytesIO()
    Image.new(mode, SIZE).save(file, "PNG")

    assert not _is_damaged(tmp_path / "black.png", file.getvalue())
