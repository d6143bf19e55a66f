"""Draws a filmstrip: evenly spaced frames side by side in one picture. Used by the decoder process only."""

# pyright: reportUnknownMemberType=false
# Pillow's signatures name numpy's types, and numpy is not part of the program.

import io
from bisect import bisect_right
from collections.abc import Generator, Iterator
from itertools import groupby
from typing import BinaryIO

import av
from av.container import InputContainer
from PIL import Image

from sora_studio.domain.errors import StudioError
from sora_studio.domain.filmstrip import FILMSTRIP_CELLS
from sora_studio.media.container import film_seconds
from sora_studio.media.film import opened_film, upright
from sora_studio.media.film_frame import rewind

CELL = (192, 108)
"""Most pixels of a cell; it has the film's proportions. A strip of twelve takes 20 to 50 kB."""
_JPEG_QUALITY = 75
_LONG_S = 120.0
"""Of longer films, only keyframes are decoded: the frames between them take too long."""


def draw_filmstrip(film: BinaryIO) -> bytes:
    """Return one JPEG of `FILMSTRIP_CELLS` equally wide cells: the frames at the middle of each part of the film, in order.

    Times are approximate by a frame. Raises `StudioError` when the film cannot be read. Blocking.
    """
    with opened_film(film) as (container, video):
        cells = [upright(frame, bounds=CELL) for frame in _spread(container, video)]
    if not cells:
        raise StudioError("The film contains no picture.")
    cells += cells[-1:] * (FILMSTRIP_CELLS - len(cells))  # the end cannot be decoded
    width, height = cells[0].size
    strip = Image.new("RGB", (width * FILMSTRIP_CELLS, height))
    for number, cell in enumerate(cells):
        # A film may change its size on the way.
        strip.paste(cell if cell.size == (width, height) else cell.resize((width, height)), (number * width, 0))
    file = io.BytesIO()
    strip.save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()


def _spread(container: InputContainer, video: av.VideoStream) -> Generator[av.VideoFrame]:
    """Yield a frame for each cell; fewer when the film's end cannot be decoded."""
    duration_s, unit = film_seconds(container, video), float(video.time_base or 1)
    start = video.start_time or 0
    middles = [start + round(duration_s * (cell + 0.5) / FILMSTRIP_CELLS / unit) for cell in range(FILMSTRIP_CELLS)]
    context = video.codec_context
    context.thread_type = "AUTO"
    context.skip_frame = "NONKEY" if duration_s > _LONG_S else "NONREF"
    for keyframe, wanted in _from_keyframes(container, video, middles):
        if keyframe is None:
            rewind(container)
        else:
            container.seek(keyframe, stream=video)
        yield from _at_times(container.decode(video), wanted)


def _from_keyframes(
    container: InputContainer, video: av.VideoStream, times: list[int]
) -> Iterator[tuple[int | None, list[int]]]:
    """Group the times by the keyframe to decode from. Formats that cannot seek exactly are decoded from their start, None."""
    keyframes = (
        [entry.timestamp for entry in video.index_entries if entry.is_keyframe] if "mov" in container.format.name else []
    )
    if not keyframes:
        return iter([(None, times)])
    groups = groupby(times, lambda time: keyframes[max(0, bisect_right(keyframes, time) - 1)])
    return iter([(keyframe, list(group)) for keyframe, group in groups])


def _at_times(frames: Iterator[av.VideoFrame], times: list[int]) -> Generator[av.VideoFrame]:
    """Yield the last frame before each time, else the first one."""
    waiting, last = list(times), None
    for frame in frames:
        while waiting and last is not None and frame.pts is not None and frame.pts > waiting[0]:
            yield last
            del waiting[0]
        last = frame
        if not waiting:
            return
    if last is not None:
        for _ in waiting:
            yield last
