"""Inspects a film: checks that it is complete and plays, and draws its poster. Used by the child process only."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.video.reformatter import Colorspace, Interpolation
from PIL import Image

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import StudioError
from sora_studio.domain.file_kinds import FileForm
from sora_studio.domain.picture import Thumbnail
from sora_studio.media.container import film_seconds, kind_of_file, open_container
from sora_studio.media.film_frame import frame_at, frame_by_seeking, rewind, turn_of

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
    with opened_film(film) as (container, video):
        frame = next(container.decode(video), None)
        if frame is None:
            raise StudioError("The film contains no picture.")
        duration_s = film_seconds(container, video)
        width, height = frame.width, frame.height
        if turn_of(frame) in (90, 270):
            width, height = height, width
        return FilmFacts(width, height, duration_s, bool(container.streams.audio))


def draw_poster(film: BinaryIO, *, max_edge: int, at_s: float | None = None) -> bytes:
    """Return the frame displayed at `at_s` seconds, else the middle one, upright, as a JPEG.

    Raises `StudioError` when the film cannot be read. Blocking.
    """
    with opened_film(film) as (container, video):
        picture = upright(_poster_frame(container, video, at_s), bounds=(max_edge, max_edge))
    poster = io.BytesIO()
    picture.save(poster, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return poster.getvalue()


def draw_thumbnail(film: BinaryIO, *, max_edge: int) -> Thumbnail:
    """Return the middle frame, upright, for the window. Raises `StudioError` when the film cannot be read. Blocking."""
    with opened_film(film) as (container, video):
        picture = upright(_poster_frame(container, video, None), bounds=(max_edge, max_edge))
    drawn = picture.convert("RGBA")
    return Thumbnail(drawn.tobytes(), *drawn.size)


def draw_frame(film: BinaryIO, *, at_s: float) -> bytes:
    """Return the frame displayed at that time, upright and in full size, as a PNG; the first or last one outside the film.

    Raises `StudioError` when the film cannot be read. Blocking.
    """
    with opened_film(film) as (container, video):
        picture = upright(frame_at(container, video, at_s))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()


@contextmanager
def opened_film(film: BinaryIO) -> Generator[tuple[InputContainer, av.VideoStream]]:
    """Yield the film's container and its first video stream.

    Raises `StudioError`, also for any error of FFmpeg inside the block.
    """
    kind = kind_of_file(film)
    if kind.form is not FileForm.FILM:
        raise StudioError(f"This is {kind.name}, not a film.")
    with open_container(film, kind) as container:
        if not container.streams.video:
            raise StudioError("The film contains no picture.")
        video = container.streams.video[0]
        video.codec_context.thread_count = _DECODING_THREADS
        yield container, video


def upright(frame: av.VideoFrame, *, bounds: tuple[int, int] | None = None) -> Image.Image:
    """Return the frame as players show it, reduced to fit into `bounds` (width, height in pixels).

    An unspecified colour space follows from the size, as in every player.
    """
    turn = turn_of(frame)
    width, height = frame.width, frame.height
    if bounds is not None:
        across, down = bounds[::-1] if turn in (90, 270) else bounds
        scale = min(1.0, across / width, down / height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
    is_unsaid = frame.colorspace == _UNSAID and frame.height > _STANDARD_LINES
    if is_unsaid or (width, height) != (frame.width, frame.height):
        # Scaling together with the change of colours is several times as fast as scaling the picture afterwards.
        colours = Colorspace.ITU709 if is_unsaid else None
        frame = frame.reformat(width, height, "rgb24", src_colorspace=colours, interpolation=Interpolation.AREA)
    picture = cast("Image.Image", frame.to_image())
    return picture.transpose(_UPRIGHT[turn]) if turn else picture


def _poster_frame(container: InputContainer, video: av.VideoStream, at_s: float | None) -> av.VideoFrame:
    """Return the frame displayed at that time, or at half time."""
    if video.duration and "mov" in container.format.name:
        start, unit = video.start_time or 0, float(video.time_base or 1)
        return frame_by_seeking(container, video, start + (video.duration // 2 if at_s is None else round(at_s / unit)))
    # Other formats cannot seek, or not exactly.
    at_s = film_seconds(container, video) / 2 if at_s is None else at_s
    rewind(container)
    return frame_at(container, video, at_s)
