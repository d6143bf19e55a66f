"""The frame that is taken out of a film is the very one that is seen at that time, however the film is coded."""

import asyncio
import errno
import io
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sora_studio.domain.errors import StorageFull, StudioError
from sora_studio.media import local as local_module
from sora_studio.media.film import draw_frame
from sora_studio.media.local import LocalMedia
from tests.doubles.films import FRAME_RATE, number_in, write_film

FRAMES = 40
CODINGS: dict[str, dict[str, str]] = {
    "in the order of showing": {},
    "with frames ahead": {"preset": "medium", "bf": "3", "g": "12"},
    "with frames ahead of frames ahead": {"preset": "slow", "bf": "8", "b-pyramid": "normal", "refs": "5", "g": "250"},
    "in open groups": {"preset": "medium", "bf": "3", "x264-params": "open-gop=1:keyint=8:min-keyint=8"},
    "keyframes only": {"g": "1"},
    "of the elder kind": {"codec": "mpeg4", "bf": "2", "g": "12"},
}
_IDENTITY = b"\0\1\0\0" + b"\0" * 12 + b"\0\1\0\0" + b"\0" * 12 + b"\x40\0\0\0"
_QUARTER_TURN = b"\0" * 4 + b"\0\1\0\0" + b"\0" * 4 + b"\xff\xff\0\0" + b"\0" * 16 + b"\x40\0\0\0"
"""The matrix of a film that was made with the camera on its side: to be turned clockwise."""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    made = dict[str, Path]()
    for number, (name, options) in enumerate(CODINGS.items()):
        made[name] = write_film(folder / f"{number}.mp4", frames=FRAMES, **options)  # type: ignore[arg-type]  # all words
    return made


def _frame(film: Path, at_s: float) -> Image.Image:
    with film.open("rb") as file:
        return Image.open(io.BytesIO(draw_frame(file, at_s=at_s)))


@pytest.mark.parametrize("coding", CODINGS)
def test_every_frame_is_found_at_its_first_and_its_last_moment(films: dict[str, Path], coding: str) -> None:
    with av.open(str(films[coding])) as container:
        shown = [frame.to_image() for frame in container.decode(video=0)]
    assert len(shown) == FRAMES
    for number, whole in enumerate(shown):
        for at_s in (number / FRAME_RATE, round(number / FRAME_RATE, 3), (number + 0.97) / FRAME_RATE):
            found = _frame(films[coding], at_s)
            assert number_in(found) == number, at_s
            assert found.tobytes() == whole.tobytes()


@settings(max_examples=60, deadline=None)
@given(at_s=st.floats(-1, 3), coding=st.sampled_from(sorted(CODINGS)))
def test_before_the_first_is_the_first_and_after_the_last_the_last(films: dict[str, Path], at_s: float, coding: str) -> None:
    wanted = min(max(int((Fraction(at_s) + Fraction(1, 2000)) * FRAME_RATE // 1), 0), FRAMES - 1)

    assert number_in(_frame(films[coding], at_s)) == wanted


def test_a_film_on_its_side_gives_an_upright_frame(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mp4", frames=9)
    content = path.read_bytes()
    place = content.index(_IDENTITY, content.index(b"tkhd"))
    path.write_bytes(content[:place] + _QUARTER_TURN + content[place + len(_QUARTER_TURN) :])

    upright = _frame(path, 5 / FRAME_RATE)
    assert upright.size == (180, 320)
    assert number_in(upright.transpose(Image.Transpose.ROTATE_90)) == 5


@pytest.mark.parametrize(("size", "red", "blue"), [((1280, 720), 0.2126, 0.0722), ((320, 180), 0.299, 0.114)])
def test_colours_that_a_film_does_not_describe_are_those_of_its_size(
    tmp_path: Path, size: tuple[int, int], red: float, blue: float
) -> None:
    colour = (200, 40, 60)
    luma = red * colour[0] + (1 - red - blue) * colour[1] + blue * colour[2]
    planes = (
        16 + luma * 219 / 255,
        128 + (colour[2] - luma) / (2 * (1 - blue)) * 224 / 255,
        128 + (colour[0] - luma) / (2 * (1 - red)) * 224 / 255,
    )
    with av.open(str(tmp_path / "film.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=FRAME_RATE, options={"crf": "1", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        frame = av.VideoFrame(*size, "yuv420p")
        for plane, value in zip(frame.planes, planes, strict=True):
            plane.update(bytes([round(value)]) * plane.buffer_size)
        container.mux([*stream.encode(frame), *stream.encode()])

    shown = _frame(tmp_path / "film.mp4", 0).getpixel((9, 9))
    assert isinstance(shown, tuple)
    assert all(abs(seen - meant) <= 4 for seen, meant in zip(shown, colour, strict=True)), shown


def test_the_same_frame_is_saved_once_and_whole(tmp_path: Path, films: dict[str, Path]) -> None:
    media, folder, film = LocalMedia(), tmp_path / "frames", films["with frames ahead"]
    first = asyncio.run(media.save_frame(film, 0.5, folder))
    again = asyncio.run(media.save_frame(film, 0.51, folder))
    other = asyncio.run(media.save_frame(film, 0.6, folder))

    assert first == again != other
    assert sorted(folder.iterdir()) == sorted([first, other])
    assert first.name.startswith("frame-")
    with Image.open(first) as picture:
        assert (picture.format, picture.size, number_in(picture)) == ("PNG", (320, 180), 15)


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, films: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _mode: str) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(local_module.os, "fdopen", full)
    with pytest.raises(StorageFull):
        asyncio.run(LocalMedia().save_frame(films["keyframes only"], 0.5, tmp_path / "frames"))
    assert list((tmp_path / "frames").iterdir()) == []


def test_what_is_no_film_has_no_frame(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.mp4", Path(__file__)):
        with pytest.raises(StudioError):
            asyncio.run(LocalMedia().save_frame(path, 0, tmp_path / "frames"))
    assert not (tmp_path / "frames").exists()
