"""Looks into a film: proves that it is whole and plays, and draws its poster. Only the child process does this."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.reformatter import Colorspace
from PIL import Image

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import StudioError
from sora_studio.media.film_frame import frame_at

_JPEG_QUALITY = 88
_PNG_LEVEL = 1
"""Higher ones take longer and save nearly nothing on what a camera or a model made."""
_UNSAID = 2
"""FFmpeg's number for colours that a film does not describe."""
_STANDARD_LINES = 576
"""Films of more lines are in colours of ITU-R BT.709, smaller ones in those of BT.601."""
_DECODING_THREADS = 2
"""Each takes memory of its own, and a film has few seconds."""
_UPRIGHT = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


def inspect_film(film: BinaryIO) -> FilmFacts:
    """Blocking. Size and shape as a person sees them. Raises `StudioError` when it is no film, or not a whole one."""
    with _opened(film) as (container, video):
        frame = next(container.decode(video), None)
        duration_s = _duration_s(container, video)
        if frame is None or duration_s <= 0:
            raise StudioError("The film holds no picture.")
        width, height = frame.width, frame.height
        if _turn(frame) in (90, 270):
            width, height = height, width
        return FilmFacts(width, height, duration_s, bool(container.streams.audio))


def draw_poster(film: BinaryIO, *, max_edge: int) -> bytes:
    """Blocking. The middle frame, upright, as a JPEG. Raises `StudioError` when the film cannot be read."""
    with _opened(film) as (container, video):
        picture = _upright(_middle_frame(container, video))
    picture.thumbnail((max_edge, max_edge), Image.Resampling.LANCZOS)
    poster = io.BytesIO()
    picture.save(poster, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return poster.getvalue()


def draw_frame(film: BinaryIO, *, at_s: float) -> bytes:
    """Blocking. What is seen at that time, upright and in full size, as a PNG; before the first frame the first, then the last.

    Raises `StudioError` when the film cannot be read.
    """
    with _opened(film) as (container, video):
        picture = _upright(frame_at(container, video, at_s))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()


@contextmanager
def _opened(film: BinaryIO) -> Generator[tuple[InputContainer, av.VideoStream]]:
    """The container and its first video stream. The file is handed over open, so that no name can mean anything but a file."""
    try:
        _check_boxes(film)
        with av.open(film, "r", format="mov") as container:
            if not container.streams.video:
                raise StudioError("The film holds no picture.")
            video = container.streams.video[0]
            video.codec_context.thread_count = _DECODING_THREADS
            yield container, video
    except (FFmpegError, OSError, ValueError) as error:
        raise StudioError("The film cannot be opened.", detail=str(error)) from error


def _check_boxes(file: BinaryIO) -> None:
    """An MP4 is a row of boxes, `ftyp` first, each with its size: together they must make up the whole file."""
    length, place = os.fstat(file.fileno()).st_size, 0
    while place < length:
        file.seek(place)
        head = file.read(16)
        if place == 0 and head[4:8] != b"ftyp":
            raise StudioError("This is not an MP4 film.")
        size = int.from_bytes(head[:4])
        if size == 1:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = length - place
        if size < 8 or place + size > length:
            raise StudioError("The film is not complete.")
        place += size
    if not length:
        raise StudioError("The film is empty.")
    file.seek(0)


def _duration_s(container: InputContainer, video: av.VideoStream) -> float:
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    return (container.duration or 0) / av.time_base


def _middle_frame(container: InputContainer, video: av.VideoStream) -> av.VideoFrame:
    """The frame that is on the screen at half time."""
    start = video.start_time or 0
    middle = start + (video.duration or 0) // 2
    container.seek(middle, stream=video)
    found: av.VideoFrame | None = None
    for frame in container.decode(video):
        if found is not None and frame.pts is not None and frame.pts > middle:
            break
        found = frame
    if found is None:
        raise StudioError("The film holds no picture.")
    return found


def _upright(frame: av.VideoFrame) -> Image.Image:
    """As a player shows it: a film that does not say what its colours mean has those of its size, as everywhere."""
    if frame.colorspace == _UNSAID and frame.height > _STANDARD_LINES:
        frame = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709)
    picture, turn = cast("Image.Image", frame.to_image()), _turn(frame)
    return picture.transpose(_UPRIGHT[turn]) if turn else picture


def _turn(frame: av.VideoFrame) -> int:
    """By how much the picture must be turned to stand upright: 0, 90, 180 or 270 degrees counter-clockwise."""
    return round(frame.rotation / 90) * 90 % 360
