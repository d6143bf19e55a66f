"""Inspects a film: checks that it is complete and plays, and draws its poster. Used by the child process only."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.video.reformatter import Colorspace
from PIL import Image

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import StudioError
from sora_studio.domain.file_kinds import FileForm
from sora_studio.domain.picture import Thumbnail
from sora_studio.media.container import film_seconds, kind_of_file, open_container
from sora_studio.media.film_frame import frame_at, rewind, turn_of

_JPEG_QUALITY = 88
_PNG_LEVEL = 1
"""Higher levels take longer and save nearly nothing on camera or model output."""
_UNSAID = 2
"""FFmpeg's value for an unspecified colour space."""
_STANDARD_LINES = 576
"""Films with more lines use ITU-R BT.709 colours, smaller ones BT.601."""
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
        duration_s = film_seconds(container, video)
        width, height = frame.width, frame.height
        if turn_of(frame) in (90, 270):
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


def draw_thumbnail(film: BinaryIO, *, max_edge: int) -> Thumbnail:
    """Return the middle frame, upright, for the window. Raises `StudioError` when the film cannot be read. Blocking."""
    with _opened(film) as (container, video):
        picture = _upright(_middle_frame(container, video))
    picture.thumbnail((max_edge, max_edge), Image.Resampling.LANCZOS)
    drawn = picture.convert("RGBA")
    return Thumbnail(drawn.tobytes(), *drawn.size)


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
    """Yield the film's container and its first video stream."""
    kind = kind_of_file(film)
    if kind.form is not FileForm.FILM:
        raise StudioError(f"This is {kind.name}, not a film.")
    with open_container(film, kind) as container:
        if not container.streams.video:
            raise StudioError("The film contains no picture.")
        video = container.streams.video[0]
        video.codec_context.thread_count = _DECODING_THREADS
        yield container, video


def _middle_frame(container: InputContainer, video: av.VideoStream) -> av.VideoFrame:
    """Return the frame displayed at half time."""
    duration_s = film_seconds(container, video)
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
    picture, turn = cast("Image.Image", frame.to_image()), turn_of(frame)
    return picture.transpose(_UPRIGHT[turn]) if turn else picture
