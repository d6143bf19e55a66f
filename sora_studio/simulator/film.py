"""Renders a real film: H.264 and AAC in an MP4 that can be played while it downloads."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options.

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer

from sora_studio.simulator.caption import Captions
from sora_studio.simulator.landscape import landscape
from sora_studio.simulator.planes import Planes
from sora_studio.simulator.sound import RATE_HZ, chord
from sora_studio.simulator.still import animated_still

FPS = 24
_SOUND_FRAME = 1024
_BT709 = 1
_LIMITED_RANGE = 1


class RenderingStopped(Exception):
    """The simulator is closing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Content of a film: `scene` seeds the landscape and the movement, `still` replaces the landscape."""

    caption: str
    scene: str
    still: Path | None = None
    watermark: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """A film's form."""

    width: int
    height: int
    duration_s: float
    has_sound: bool = True


def render(picture: Picture, path: Path, film: Film, *, stopped: Callable[[], bool] = lambda: False) -> None:
    """Write the film. The same picture gives the same bytes. Raises `RenderingStopped` once `stopped` returns true."""
    frames = max(round(film.duration_s * FPS), 1)
    shot = _shot(picture, width=film.width, height=film.height, frames=frames)
    captions = Captions(picture.caption, picture.watermark, width=film.width, height=film.height)
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = _video_stream(container, film.width, film.height)
        sound = _sound_stream(container) if film.has_sound else None
        for number in range(frames):
            if stopped():
                raise RenderingStopped
            planes = shot(number)
            captions.stamp(planes, number)
            frame = planes.to_frame()
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            samples = chord(picture.scene, frames / FPS)
            for start in range(0, len(samples), _SOUND_FRAME):
                container.mux(sound.encode(_sound_frame(samples[start : start + _SOUND_FRAME], start)))
            container.mux(sound.encode(None))


def _shot(picture: Picture, *, width: int, height: int, frames: int) -> Callable[[int], Planes]:
    if picture.still is not None:
        return animated_still(picture.still, picture.scene, width=width, height=height, frames=frames)
    return landscape(picture.scene, width=width, height=height, frames=frames)


def _video_stream(container: OutputContainer, width: int, height: int) -> av.VideoStream:
    options = {"preset": "ultrafast", "crf": "20"}
    stream = container.add_stream("libx264", rate=FPS, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = Fraction(1, FPS)
    context = stream.codec_context
    context.gop_size = FPS
    context.thread_count = 1
    context.color_range = _LIMITED_RANGE
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    return stream


def _sound_stream(container: OutputContainer) -> av.AudioStream:
    stream = container.add_stream("aac", rate=RATE_HZ, layout="mono")
    stream.bit_rate = 64_000
    return stream


def _sound_frame(samples: "array[float]", start: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout="mono", samples=len(samples))
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
    plane = frame.planes[0]
    plane.update(samples.tobytes().ljust(plane.buffer_size, b"\0"))
    return frame
