"""A film is known by opening it: whole or refused, upright, with a poster from its very middle."""

import asyncio
import errno
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import StorageFull, StudioError
from sora_studio.media import local as local_module
from sora_studio.media.local import LocalMedia

_IDENTITY = b"\0\1\0\0" + b"\0" * 12 + b"\0\1\0\0" + b"\0" * 12 + b"\x40\0\0\0"
_QUARTER_TURN = b"\0" * 4 + b"\0\1\0\0" + b"\0" * 4 + b"\xff\xff\0\0" + b"\0" * 16 + b"\x40\0\0\0"
"""The matrix of a film that was made with the camera on its side: to be turned clockwise."""


def shade(number: int) -> int:
    return 20 + number * 9


def write_shades(path: Path, *, frames: int = 24, fps: int = 12, sound: bool = True, size: tuple[int, int] = (64, 36)) -> Path:
    """Frame by frame a little brighter, the top half always red-ish dark, with keyframes far apart."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=fps, options={"crf": "1", "g": "250"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(frames):
            picture = Image.new("RGB", size, (shade(number),) * 3)
            picture.paste((255, 0, 0), (0, 0, size[0], size[1] // 4))
            container.mux(video.encode(av.VideoFrame.from_image(picture)))
        container.mux(video.encode(None))
        if audio is not None:
            quiet = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            quiet.sample_rate, quiet.pts, quiet.time_base = 48_000, 0, Fraction(1, 48_000)
            quiet.planes[0].update(b"\0" * quiet.planes[0].buffer_size)
            container.mux([*audio.encode(quiet), *audio.encode(None)])
    return path


def lay_on_its_side(film: Path) -> Path:
    """Change the film's header: players turn it clockwise by a quarter."""
    content = film.read_bytes()
    header = content.index(b"tkhd")
    place = content.index(_IDENTITY, header)
    film.write_bytes(content[:place] + _QUARTER_TURN + content[place + len(_QUARTER_TURN) :])
    return film


def _inspect(path: Path) -> FilmFacts:
    return asyncio.run(LocalMedia().inspect_film(path))


def _poster(film: Path, poster: Path, *, max_edge: int = 400) -> Image.Image:
    asyncio.run(LocalMedia().save_poster(film, poster, max_edge=max_edge))
    with Image.open(poster) as picture:
        assert picture.format == "JPEG"
        return picture.copy()


def _brightness(picture: Image.Image) -> int:
    value = picture.convert("L").getpixel((picture.width // 2, picture.height * 3 // 4))
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize("sound", [True, False])
def test_a_film_tells_its_size_length_and_sound(tmp_path: Path, sound: bool) -> None:
    assert _inspect(write_shades(tmp_path / "film.mp4", sound=sound)) == FilmFacts(64, 36, 2.0, sound)


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.97])
def test_a_torn_film_is_refused(tmp_path: Path, kept: float) -> None:
    path = write_shades(tmp_path / "film.mp4")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(StudioError, match="The film is not complete"):
        _inspect(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        b"\0\0\0\x10ftypisom\0\0\0\0",
        b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x01mdat" + b"\xff" * 8,
        b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x04moov",
        b"#EXTM3U\nfile:///etc/hostname\n" * 20,
    ],
)
def test_what_is_no_film_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)

    with pytest.raises(StudioError):
        _inspect(path)
    with pytest.raises(StudioError):
        _poster(path, tmp_path / "poster.jpg")
    assert not (tmp_path / "poster.jpg").exists()


def test_a_film_of_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        quiet = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        quiet.sample_rate = 48_000
        quiet.planes[0].update(b"\0" * quiet.planes[0].buffer_size)
        container.mux([*audio.encode(quiet), *audio.encode(None)])

    with pytest.raises(StudioError, match="contains no picture"):
        _inspect(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.mp4"):
        with pytest.raises(StudioError):
            _inspect(path)


@pytest.mark.parametrize(("frames", "middle"), [(24, 12), (23, 11), (1, 0), (2, 1)])
def test_the_poster_is_the_very_middle_frame(tmp_path: Path, frames: int, middle: int) -> None:
    poster = _poster(write_shades(tmp_path / "film.mp4", frames=frames), tmp_path / "posters" / "7.jpg")

    assert poster.size == (64, 36)
    assert abs(_brightness(poster) - shade(middle)) <= 4
    assert [path.name for path in (tmp_path / "posters").iterdir()] == ["7.jpg"]


def test_a_poster_fits_its_edge_and_keeps_its_shape(tmp_path: Path) -> None:
    film = write_shades(tmp_path / "film.mp4", frames=3, size=(320, 180))

    assert _poster(film, tmp_path / "poster.jpg", max_edge=80).size == (80, 45)


def test_a_film_made_on_its_side_stands_upright(tmp_path: Path) -> None:
    path = lay_on_its_side(write_shades(tmp_path / "film.mp4", sound=False))

    assert _inspect(path) == FilmFacts(36, 64, 2.0, has_audio=False)
    poster = _poster(path, tmp_path / "poster.jpg")
    assert poster.size == (36, 64)
    red, _, blue = poster.getpixel((33, 32))  # the red top has gone to the right-hand side
    assert red > 150 > blue


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = write_shades(tmp_path / "film.mp4", frames=2)

    def full(_descriptor: int, _mode: str) -> object:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(local_module.os, "fdopen", full)
    with pytest.raises(StorageFull):
        _poster(film, tmp_path / "posters" / "poster.jpg")
    assert list((tmp_path / "posters").iterdir()) == []


def test_making_it_loads_neither_library() -> None:
    import subprocess
    import sys

    code = "import sys, sora_studio.media.local as m; m.LocalMedia(); print([n for n in ('av', 'PIL') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
