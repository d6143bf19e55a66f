"""Films are real: whole, of the exact length and shape, with sound, moving, and the same for the same order."""

import itertools
import math
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from sora_studio.simulator.caption import Captions
from sora_studio.simulator.film import FPS, Film, Picture, RenderingStopped, render
from sora_studio.simulator.planes import Planes
from sora_studio.simulator.still import animated_still


def _frames(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def _difference(first: Image.Image, second: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(first, second)).mean)


@pytest.mark.parametrize(("width", "height", "duration_s"), [(1280, 720, 2), (720, 1280, 1), (1920, 1080, 1)])
def test_a_film_has_the_exact_length_and_shape(tmp_path: Path, width: int, height: int, duration_s: int) -> None:
    path = tmp_path / "film.mp4"
    render(Picture("A harbour at dawn", "seed"), path, Film(width, height, duration_s))

    with av.open(str(path)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.frames) == (width, height, duration_s * FPS)
        assert container.duration == duration_s * 1_000_000
        assert sum(1 for _ in container.decode(video)) == duration_s * FPS
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat"), "it must play while it arrives"


def test_the_sound_is_there_and_quiet(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    render(Picture("A harbour", "seed"), path, Film(320, 180, 2))

    with av.open(str(path)) as container:
        samples = [sample for frame in container.decode(audio=0) for sample in memoryview(frame.planes[0]).cast("B").cast("f")]
    loudness = math.sqrt(sum(sample * sample for sample in samples) / len(samples))
    assert 0.005 < loudness < 0.1
    assert max(samples) < 0.3


def test_the_picture_moves_gently_and_counts_its_frames(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    render(Picture("A harbour", "seed"), path, Film(1280, 720, 1))

    frames = _frames(path)
    steps = [_difference(first, second) for first, second in itertools.pairwise(frames)]
    assert all(0.05 < step < 8 for step in steps)
    corner = (1180, 650, 1280, 710)
    assert _difference(frames[3].crop(corner), frames[8].crop(corner)) > 0.5


def test_prompts_look_different_and_the_same_one_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, scene in (("a", "one"), ("b", "one"), ("c", "other")):
        render(Picture("A harbour", scene), tmp_path / name, Film(640, 360, 1))

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert _difference(_frames(tmp_path / "a")[0], _frames(tmp_path / "c")[0]) > 5


def test_rendering_stops_when_it_is_told_to(tmp_path: Path) -> None:
    asked = iter([False, False, True])

    with pytest.raises(RenderingStopped):
        render(Picture("A", "seed"), tmp_path / "film", Film(320, 180, 1), stopped=lambda: next(asked))


def test_a_still_stands_upright_and_fills_the_frame(tmp_path: Path) -> None:
    picture = Image.new("RGB", (400, 300), "navy")
    picture.paste("orange", (0, 0, 400, 150))
    sideways = picture.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways.save(tmp_path / "still.jpg", exif=exif, quality=95)

    shot = animated_still(tmp_path / "still.jpg", "seed", width=320, height=180, frames=24)

    for number in (0, 12, 23):
        shown = shot(number).to_frame().to_image()
        assert shown.size == (320, 180)
        for corner in ((2, 2), (317, 2)):
            assert _is_near(shown.getpixel(corner), (255, 165, 0))
        for corner in ((2, 177), (317, 177)):
            assert _is_near(shown.getpixel(corner), (0, 0, 128))
    assert _difference(shot(0).to_frame().to_image(), shot(23).to_frame().to_image()) > 0.5


def _is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(channel - wanted) < 24 for channel, wanted in zip(pixel, colour, strict=True))


def test_colours_survive_the_way_into_planes_and_back() -> None:
    for colour in ((200, 40, 60), (12, 160, 90), (250, 250, 245), (5, 5, 8)):
        shown = Planes.from_rgb(Image.new("RGB", (64, 36), colour)).to_frame()
        shown.colorspace, shown.color_range = 1, 1
        assert _is_near(shown.to_image().getpixel((30, 18)), colour)


@pytest.mark.parametrize(
    "caption", ["", "x", "雨の夜の路地 🌧 lanterns", "a\u0000b\nc\td", "word " * 400, "W" * 10_000, "مرفأ عند الفجر"]
)
@pytest.mark.parametrize("watermark", ["", "sora-2"])
def test_any_caption_can_be_written(caption: str, watermark: str) -> None:
    captions = Captions(caption, watermark, width=1280, height=720)
    planes = Planes.from_rgb(Image.new("RGB", (1280, 720), "black"))

    captions.stamp(planes, 1234)

    written = planes.y.point(lambda value: 255 if value > 150 else 0)
    assert written.crop((1180, 650, 1280, 710)).getbbox() is not None, "the number"
    assert (written.crop((900, 0, 1280, 120)).getbbox() is not None) == bool(watermark)
