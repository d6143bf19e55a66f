"""Type, size and motion from first bytes: as a decoder reads them, from as little as possible, and nothing can break it."""

import io
import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from sora_studio.gateway.picture_header import ENOUGH_BYTES, PictureHeader, kind_of, read_header

KINDS = ("jpeg", "png", "webp")
SIGNS = {"jpeg": b"\xff\xd8", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF\0\0\0\0WEBP"}


def encode(kind: str, width: int, height: int, *, frames: int = 1, **how: object) -> bytes:
    """A picture, or a film of pictures that differ."""
    pictures = [Image.new("RGB", (width, height), (40 * number, 10, 10)) for number in range(frames)]
    more = {"save_all": True, "append_images": pictures[1:], "duration": 40} if frames > 1 else {}
    file = io.BytesIO()
    pictures[0].save(file, kind.upper(), **more, **how)
    return file.getvalue()


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(KINDS), width=st.integers(1, 700), height=st.integers(1, 700))
def test_the_size_is_the_decoders(kind: str, width: int, height: int) -> None:
    content = encode(kind, width, height)
    assert kind_of(content[:32]) == kind
    assert read_header(kind, content) == PictureHeader(width, height)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("webp", {"lossless": True}),
        ("webp", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
        ("jpeg", {"progressive": True}),
        ("jpeg", {"icc_profile": bytes(200_000), "comment": b"words"}),
        ("png", {"icc_profile": bytes(200_000)}),
    ],
)
def test_other_forms_of_the_same_types(kind: str, how: dict[str, Any]) -> None:
    assert read_header(kind, encode(kind, 320, 180, **how)) == PictureHeader(320, 180)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_what_moves_is_told_apart(kind: str) -> None:
    header = read_header(kind, encode(kind, 64, 48, frames=3))
    assert header == PictureHeader(64, 48, is_animated=True)


def test_a_png_whose_pixels_have_not_come_does_not_say_whether_it_moves() -> None:
    assert read_header("png", encode("png", 64, 48)[:33]) == PictureHeader(64, 48, is_animated=None)


@pytest.mark.parametrize("kind", KINDS)
def test_every_beginning_says_nothing_or_the_truth(kind: str) -> None:
    content = encode(kind, 300, 200)
    for end in range(min(len(content), 1000)):
        header = read_header(kind, content[:end])
        assert header is None or (header.width, header.height) == (300, 200)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(KINDS), content=st.binary(max_size=600), signed=st.booleans())
@example(kind="webp", content=b"RIFF\0\0\0\0WEBPVP8L" + bytes(20), signed=False)
@example(kind="png", content=b"\0\0\0\rIHDR" + b"\xff" * 17, signed=True)
def test_no_bytes_break_it(kind: str, content: bytes, signed: bool) -> None:
    content = SIGNS[kind] + content if signed else content
    assert isinstance(kind_of(content), str)
    header = read_header(kind, content)
    assert header is None or (header.width > 0 and header.height > 0)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 1 << 32), hits=st.integers(1, 20))
def test_no_damage_breaks_it(kind: str, seed: int, hits: int) -> None:
    rng, content = random.Random(seed), bytearray(encode(kind, 50, 40))
    for _ in range(hits):
        content[rng.randrange(min(len(content), 120))] = rng.randrange(256)
    header = read_header(kind, bytes(content))
    assert header is None or (header.width > 0 and header.height > 0)


@pytest.mark.parametrize("parts", [10, 600, ENOUGH_BYTES // 12])
def test_it_does_not_count_parts_for_ever(parts: int) -> None:
    """The work that hostile bytes can ask for is bounded; no honest picture has hundreds of parts before its pixels."""
    jpeg, png = encode("jpeg", 9, 9), encode("png", 9, 9, frames=2)
    long_jpeg = jpeg[:2] + b"\xff\xe0\x00\x02" * parts + jpeg[2:]
    long_png = png[:33] + bytes(12) * parts + png[33:]
    is_honest = parts < 512
    assert read_header("jpeg", long_jpeg) == (PictureHeader(9, 9) if is_honest else None)
    assert read_header("png", long_png) == PictureHeader(9, 9, is_animated=is_honest)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"GIF89a" + bytes(20), "gif"),
        (b"\0\0\0\x20ftypavif" + bytes(20), "avif"),
        (b"\0\0\0\x20ftypheic" + bytes(20), "heic"),
        (b"\0\0\0\x20ftypisom" + bytes(20), "film"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><p>", "page"),
        (b"<html><svg></svg>", "page"),
        (b'<?xml version="1.0"?><svg xmlns="">', "svg"),
        (b"%PDF-1.7", "pdf"),
        (b"AVI 0000WEBP", ""),
        (b"{}", ""),
        (b"", ""),
    ],
)
def test_what_else_it_is_has_a_name(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind
    assert read_header(kind, head) is None
