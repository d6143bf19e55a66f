"""Inspects a film: checks that it is complete and plays, and draws its poster. Used by the child process only."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.reformatter import Colorspace
from PIL import Image

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import StudioError
from sora_studio.domain.file_kinds import HEAD_BYTES, FileForm, kind_of
from sora_studio.media.film_frame import frame_at, rewind

_JPEG_QUALITY = 88
_PNG_LEVEL = 1
"""Higher levels take longer and save nearly nothing on camera or model output."""
_UNSAID = 2
"""FFmpeg's value for an unspecified colour space."""
_STANDARD_LINES = 576
"""Films with more lines use ITU-R BT.709 colours, smaller ones BT.601."""
_USUAL_RATE = 25
"""Assumed frame rate of a film that does not specify one."""
_RIFF_UNSAID = 0xFFFF_FFF0
_SEGMENT = b"\x18\x53\x80\x67"
_DECODING_THREADS = 2
"""Each stream takes memory of its own, and a film has few."""
_UPRIGHT = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def inspect_film(film: BinaryIO) -> FilmFacts:
    """Return duration and displayed size. Raises `StudioError` when it is not a complete film. Blocking."""
    with _opened(film) as (container, video):
        frame = next(container.decode(video), None)
        if frame is None:
            raise StudioError("The film contains no picture.")
        duration_s = _duration_s(container, video)
        width, height = frame.width, frame.height
        if _turn(frame) in (90, 270):
            width, height = height, width
        return FilmFacts(width, height, duration_s, bool(container.streams.audio))


def draw_poster(film: BinaryIO, *, max_edge: int) -> bytes:
    """Return the middle frame, upright, as a JPEG. Raises `StudioError` when the film cannot be read. Blocking."""
    with _opened(film) as (container, video):
        picture = _upright(_middle_frame(container, video))
    picture.thumbnail((max_edge, max_edge), Image.Resampling.LANCZOS)
    poster = io.BytesIO()
    picture.save(poster, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return poster.getvalue()


def draw_frame(film: BinaryIO, *, at_s: float) -> bytes:
    """Return the frame displayed at that time, upright and in full size, as a PNG; the first or last one outside the film.

    Raises `StudioError` when the film cannot be read. Blocking.
    """
    with _opened(film) as (container, video):
        picture = _upright(frame_at(container, video, at_s))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()


@contextmanager
def _opened(film: BinaryIO) -> Generator[tuple[InputContainer, av.VideoStream]]:
    """Yield the container and its first video stream. Takes an open file, so that FFmpeg opens nothing by name."""
    try:
        kind = kind_of(film.read(HEAD_BYTES))
        if kind.form is not FileForm.FILM:
            raise StudioError(f"This is {kind.name}, not a film.")
        if check := _CHECKS.get(kind.demuxer):
            check(film)
        film.seek(0)
        # Never let FFmpeg guess: some of its formats, such as playlists, open other files and addresses.
        with av.open(film, "r", format=kind.demuxer) as container:
            if not container.streams.video:
                raise StudioError("The film contains no picture.")
            video = container.streams.video[0]
            video.codec_context.thread_count = _DECODING_THREADS
            yield container, video
    except (FFmpegError, OSError, ValueError) as error:
        raise StudioError("The film cannot be opened.", detail=str(error)) from error


def _check_boxes(file: BinaryIO) -> None:
    """Check an MP4's boxes: their sizes must add up to the whole file."""
    length, place = os.fstat(file.fileno()).st_size, 0
    while place < length:
        file.seek(place)
        head = file.read(16)
        size = int.from_bytes(head[:4])
        if size == 1:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = length - place
        if size < 8 or place + size > length:
            raise StudioError("The film is not complete.")
        place += size


def _check_riff(file: BinaryIO) -> None:
    """Check an AVI's length in its header; encoders that cannot seek back leave zero or the largest number there."""
    file.seek(4)
    size = int.from_bytes(file.read(4), "little")
    if size < _RIFF_UNSAID and size + 8 > os.fstat(file.fileno()).st_size:
        raise StudioError("The film is not complete.")


def _check_segment(file: BinaryIO) -> None:
    """Check a Matroska or WebM film's length: one segment after the header; live recordings mark it as unknown."""
    file.seek(4)
    file.seek(_ebml_number(file) or 0, os.SEEK_CUR)
    if file.read(4) != _SEGMENT:
        return
    size = _ebml_number(file)
    if size is not None and file.tell() + size > os.fstat(file.fileno()).st_size:
        raise StudioError("The film is not complete.")


def _ebml_number(file: BinaryIO) -> int | None:
    """Read a number whose first set bit gives its length; None (all ones) means unknown."""
    first = file.read(1)
    length = 9 - first[0].bit_length() if first and first[0] else 0
    if not length:
        return None
    value = int.from_bytes(first + file.read(length - 1)) & ((1 << 7 * length) - 1)
    return None if value == (1 << 7 * length) - 1 else value


_CHECKS: dict[str, Callable[[BinaryIO], None]] = {"mov": _check_boxes, "avi": _check_riff, "matroska": _check_segment}


def _duration_s(container: InputContainer, video: av.VideoStream) -> float:
    """Return the container's duration, else count frames: live streams and raw video do not know theirs."""
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    if container.duration and container.duration > 0:
        return container.duration / av.time_base
    frames = sum(1 for packet in container.demux(video) if packet.size)
    rate = video.average_rate or video.guessed_rate or _USUAL_RATE
    return max(1, frames) / float(rate)


def _middle_frame(container: InputContainer, video: av.VideoStream) -> av.VideoFrame:
    """Return the frame displayed at half time."""
    duration_s = _duration_s(container, video)
    if not video.duration or "mov" not in container.format.name:
        # Other formats cannot seek, or not exactly.
        rewind(container)
        return frame_at(container, video, duration_s / 2)
    middle = (video.start_time or 0) + video.duration // 2
    container.seek(middle, stream=video)
    found: av.VideoFrame | None = None
    for frame in container.decode(video):
        if found is not None and frame.pts is not None and frame.pts > middle:
            break
        found = frame
    if found is None:
        raise StudioError("The film contains no picture.")
    return found


def _upright(frame: av.VideoFrame) -> Image.Image:
    """Return the frame as players show it: an unspecified colour space follows from the size, as in every player."""
    if frame.colorspace == _UNSAID and frame.height > _STANDARD_LINES:
        frame = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709)
    picture, turn = cast("Image.Image", frame.to_image()), _turn(frame)
    return picture.transpose(_UPRIGHT[turn]) if turn else picture


def _turn(frame: av.VideoFrame) -> int:
    """Return the rotation that makes the picture upright: 0, 90, 180 or 270 degrees counter-clockwise."""
    return round(frame.rotation / 90) * 90 % 360
