"""What the window shows of a picture is what is published of it: the same side up, and with a crop the same part."""

import asyncio
import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.picture import Crop, PictureEdit, Thumbnail
from sora_studio.media.drawing import draw_image
from sora_studio.media.image import inspect_image
from sora_studio.media.local import LocalMedia
from sora_studio.media.preparation import prepare_image
from tests.doubles.pictures import exif, noisy, painted, stored
from tests.doubles.slots import picture_slot

SIZE = (480, 320)
CROP = Crop(0.25, 0.1, 0.5, 0.75)
EDGE = 160
CLOSE = 6.0
"""Of 255 on average: JPEG and two ways of scaling differ by less, another side up by more than ten times as much."""


def _image_of(drawn: Thumbnail) -> Image.Image:
    return Image.frombytes("RGBA", (drawn.width, drawn.height), drawn.rgba).convert("RGB")


def _published(path: Path, edit: PictureEdit) -> Image.Image:
    sent = prepare_image(path, edit, picture_slot())
    return Image.open(io.BytesIO(sent.content)).convert("RGB")


def _difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other.resize(one.size))).mean)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_what_is_shown_is_what_is_published_and_a_crop_keeps_what_its_box_holds(tmp_path: Path, kind: str, turn: int) -> None:
    path = tmp_path / "picture"
    stored(painted(size=SIZE), turn).save(path, kind, exif=exif(turn), quality=95)
    shown = _image_of(draw_image(path, max_edge=EDGE))
    assert shown.size == (EDGE, round(EDGE * SIZE[1] / SIZE[0]))
    assert _difference(shown, painted(size=SIZE)) < CLOSE
    assert _difference(shown, _published(path, PictureEdit())) < CLOSE
    box = shown.crop(CROP.box_px(*shown.size))
    assert _difference(box, _published(path, PictureEdit(crop=CROP))) < CLOSE
    assert _difference(shown, _published(path, PictureEdit(crop=CROP))) > CLOSE


@pytest.mark.parametrize("kind", ["TIFF", "AVIF", "JPEG2000", "GIF", "BMP"])
def test_what_can_only_be_sent_converted_is_shown_as_the_copy_that_would_be_sent(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture"
    turn = 6 if kind in {"TIFF", "AVIF"} else 1
    told = {"exif": exif(turn)} if turn > 1 else {}
    stored(painted(size=SIZE), turn).save(path, kind, **told)
    shown = _image_of(draw_image(path, max_edge=EDGE))
    assert shown.width > shown.height
    assert _difference(shown, _published(path, PictureEdit(convert=True))) < CLOSE


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_of_storing_colours_is_shown(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.png"
    painted(mode, SIZE).save(path)
    shown = Image.frombytes("RGBA", (EDGE, 107), draw_image(path, max_edge=EDGE).rgba)
    upper_left = shown.getpixel((20, 20))
    assert isinstance(upper_left, tuple)
    red, _, blue, alpha = upper_left
    assert alpha == 255
    if mode in {"P", "RGB", "RGBA"}:
        assert red > 190
        assert blue < 50
    if mode in {"LA", "RGBA"}:
        lower_right = shown.getpixel((140, 90))
        assert isinstance(lower_right, tuple)
        assert lower_right[3] == 60


def test_a_small_picture_is_not_made_larger(tmp_path: Path) -> None:
    painted(size=(48, 32)).save(tmp_path / "small.png")
    drawn = draw_image(tmp_path / "small.png", max_edge=EDGE)
    assert (drawn.width, drawn.height) == (48, 32)


def test_a_line_of_pixels_is_still_a_picture(tmp_path: Path) -> None:
    noisy((4000, 1)).save(tmp_path / "line.png")
    drawn = draw_image(tmp_path / "line.png", max_edge=EDGE)
    assert (drawn.width, drawn.height, len(drawn.rgba)) == (EDGE, 1, 4 * EDGE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_cannot_be_sent_for_harm_is_refused_with_the_same_sentence(tmp_path: Path, kind: str) -> None:
    path, whole = tmp_path / "torn", io.BytesIO()
    noisy(SIZE).save(whole, kind)
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(InvalidRequest) as judged:
        inspect_image(path)
    with pytest.raises(InvalidRequest, match="torn is damaged") as drawn:
        asyncio.run(LocalMedia().draw_image(path, max_edge=EDGE))
    assert drawn.value.title == judged.value.title


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InvalidRequest, match="is not a file"):
        draw_image(tmp_path / "pipe.png", max_edge=EDGE)
