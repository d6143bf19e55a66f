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
_NEAR = 1 / 3
"""A keyframe within this share of a part from its middle is taken instead: the frames between them need not be decoded."""
_LONG_S = 120.0
"""Of longer films, only keyframes are decoded: the frames between them take too long."""


def draw_filmstrip(film: BinaryIO) -> bytes:
    """Return one JPEG of `FILMSTRIP_CELLS` equally wide cells: the frames at the middle of each part of the film, in order.

    Times are approximate, by a third of a part at most. Raises `StudioError` when the film cannot be read. Blocking.
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
    part = duration_s / FILMSTRIP_CELLS / unit
    middles = [(video.start_time or 0) + round(part * (cell + 0.5)) for cell in range(FILMSTRIP_CELLS)]
    is_long = duration_s > _LONG_S
    context = video.codec_context
    context.thread_type = "AUTO"
    context.skip_frame = "NONKEY" if is_long else "NONREF"
    keyframes = _keyframes(container, video)
    if not keyframes:
        rewind(container)
        yield from _at_times(container.decode(video), middles)
        return
    nearest = [min(keyframes, key=lambda keyframe: abs(keyframe - time)) for time in middles]
    times = [
        keyframe if is_long or abs(keyframe - middle) <= part * _NEAR else middle
        for keyframe, middle in zip(nearest, middles, strict=True)
    ]
    for keyframe, wanted in groupby(times, lambda time: keyframes[max(0, bisect_right(keyframes, time) - 1)]):
        container.seek(keyframe, stream=video)
        yield from _at_times(container.decode(video), list(wanted))


def _keyframes(container: InputContainer, video: av.VideoStream) -> list[int]:
    """Return the keyframes' times; none for formats that cannot seek exactly: decode those from the start."""
    if "mov" not in container.format.name:
        return []
    # The index has times of decoding; how much later frames are displayed is mostly the same for all keyframes.
    first = next((packet for packet in container.demux(video) if packet.pts is not None and packet.dts is not None), None)
    if first is None or first.pts is None or first.dts is None:
        return []
    return [entry.timestamp + first.pts - first.dts for entry in video.index_entries if entry.is_keyframe]


def _at_times(frames: Iterator[av.VideoFrame], times: list[int]) -> Generator[av.VideoFrame]:
    """Yield the frame displayed at each time, the first one for those before it."""
    waiting, last = list(times), None
    for frame in frames:
        while waiting and frame.pts is not None and frame.pts >= waiting[0]:
            yield frame if last is None or frame.pts == waiting[0] else last
            del waiting[0]
        if not waiting:
            return
        last = frame
    if last is not None:
        for _ in waiting:
            yield last
