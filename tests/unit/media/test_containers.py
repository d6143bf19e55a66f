"""Whatever container a film comes in: it is recognised, opened, drawn and named; what is no film is named as what it is."""

import asyncio
import gzip
import io
import zipfile
from pathlib import Path

import av
import pytest
from PIL import Image

from sora_studio.domain.errors import StudioError
from sora_studio.domain.file_kinds import HEAD_BYTES, FileForm, kind_of
from sora_studio.domain.filmstrip import FILMSTRIP_CELLS
from sora_studio.media.film import draw_frame, draw_poster, inspect_film
from sora_studio.media.local import LocalMedia
from tests.doubles.containers import CONTAINERS, write_container
from tests.doubles.films import SIZE, filmstrip_numbers, number_in, numbered, write_film


def _frame(path: Path, at_s: float) -> int:
    with path.open("rb") as film:
        return number_in(Image.open(io.BytesIO(draw_frame(film, at_s=at_s))))


def _check(path: Path) -> None:
    with path.open("rb") as film:
        facts = inspect_film(film)
    assert (facts.width, facts.height, facts.has_audio) == (*SIZE, False)
    assert facts.duration_s == pytest.approx(2.0, abs=0.05)
    with path.open("rb") as film:
        assert number_in(Image.open(io.BytesIO(draw_poster(film, max_edge=640)))) in (24, 25)
    numbers = filmstrip_numbers(path)
    assert numbers == sorted(numbers)
    assert all(abs(number - 50 * (cell + 0.5) / FILMSTRIP_CELLS) <= 2.5 for cell, number in enumerate(numbers)), numbers
    assert [_frame(path, at_s) for at_s in (0, 0.4, 1.0, 1.96, 5)] == [0, 10, 25, 49, 49]


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_film_in_any_container_is_opened_drawn_and_named(tmp_path: Path, name: str) -> None:
    path = write_container(tmp_path / "film", name)
    kind = kind_of(path.read_bytes()[:HEAD_BYTES])
    assert (kind.form, kind.extension) == (FileForm.FILM, CONTAINERS[name][2])
    _check(path)


@pytest.mark.parametrize("muxer", ["mpegts", "flv", "mp4"])
def test_a_film_whose_clock_begins_late_is_drawn_as_it_is_played(tmp_path: Path, muxer: str) -> None:
    path = tmp_path / "film"
    with av.open(str(path), "w", format=muxer, options={"avoid_negative_ts": "disabled"}) as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(50):
            frame = av.VideoFrame.from_image(numbered(number, SIZE))
            frame.pts = number + 2000
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    _check(path)


def test_a_film_that_was_written_live_does_not_know_its_length(tmp_path: Path) -> None:
    live = io.BytesIO()
    live.seekable = lambda: False  # type: ignore[method-assign]
    source = write_container(tmp_path / "film", "mkv")
    with av.open(str(source)) as read, av.open(live, "w", format="matroska", options={"live": "1"}) as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                written.mux(packet)
    path = tmp_path / "live"
    path.write_bytes(live.getvalue())
    _check(path)


@pytest.mark.parametrize("name", ["webm-vp8", "mkv", "avi", "mov", "mp4"])
@pytest.mark.parametrize("kept", [0.4, 0.97])
def test_a_torn_film_is_refused_where_its_container_knows_its_length(tmp_path: Path, name: str, kept: float) -> None:
    path = write_container(tmp_path / "film", name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(StudioError, match="The film is not complete"):
        asyncio.run(LocalMedia().inspect_film(path))


def _picture(kind: str) -> bytes:
    file = io.BytesIO()
    numbered(3, SIZE).save(file, kind)
    return file.getvalue()


def _archive(film: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("film.mp4", film)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "extension", "form"),
    [
        (_picture("PNG"), "a PNG picture", ".png", FileForm.OTHER),
        (_picture("JPEG"), "a JPEG picture", ".jpg", FileForm.OTHER),
        (_picture("WEBP"), "a WebP picture", ".webp", FileForm.OTHER),
        (_picture("GIF"), "a GIF picture", ".gif", FileForm.OTHER),
        (_picture("AVIF"), "an AVIF picture", ".avif", FileForm.OTHER),
        (_picture("TIFF"), "a TIFF picture", ".tif", FileForm.OTHER),
        (_archive(b"film" * 99), "a ZIP archive", ".zip", FileForm.OTHER),
        (gzip.compress(b"film" * 99, mtime=0), "a file packed with gzip", ".gz", FileForm.PACKED),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document", ".pdf", FileForm.OTHER),
        (b"ID3\4\0\0", "a sound recording", ".mp3", FileForm.OTHER),
        (b"RIFF\1\1\1\1WAVEfmt ", "a sound recording", ".wav", FileForm.OTHER),
        (b"OggS\0\2" + bytes(22) + b"\x13OpusHead", "a sound recording", ".ogg", FileForm.OTHER),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "a sound recording", ".m4a", FileForm.OTHER),
        (b"\xef\xbb\xbf <!-- a --> <!DOCTYPE html><p>\xe4\xbd", "a web page", ".html", FileForm.PAGE),
        (b"<HTML><body>503", "a web page", ".html", FileForm.PAGE),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>", "an XML message", ".xml", FileForm.PAGE),
        (b'\n{"error": "no"}', "a JSON message", ".txt", FileForm.PAGE),
        (b"#EXTM3U\nfile:///etc/hostname\n", "a playlist of other addresses", ".m3u8", FileForm.PAGE),
        ("Nicht gefunden: für".encode(), "a text", ".txt", FileForm.PAGE),
        (b"", "an empty file", ".bin", FileForm.PAGE),
        (bytes(range(256)) * 20, "a file of an unknown kind", ".bin", FileForm.OTHER),
        (bytes(5000), "a file of an unknown kind", ".bin", FileForm.OTHER),
    ],
)
def test_what_is_no_film_is_named_and_refused(
    tmp_path: Path, content: bytes, name: str, extension: str, form: FileForm
) -> None:
    kind = kind_of(content[:HEAD_BYTES])
    assert (kind.name, kind.extension, kind.form) == (name, extension, form)
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(StudioError) as refusal:
        asyncio.run(LocalMedia().inspect_film(path))
    assert refusal.value.title == f"This is {name}, not a film."


def test_a_quicktime_film_of_old_has_no_mark_in_front(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mov", frames=50)
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"free" + content[8:])  # as long as the mark: the index names places of the file
    assert kind_of(path.read_bytes()[:HEAD_BYTES]).extension == ".mov"
    assert asyncio.run(LocalMedia().inspect_film(path)).width == SIZE[0]
