"""Measures the loudness of a sound over time, to draw it. Used by child processes only."""

from array import array
from typing import BinaryIO

import av
from av.error import FFmpegError

from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.recording import UnusableFile
from sora_studio.media.recording import inspect_recording, open_recording, sound_stream

_RATE = 16_000
"""Samples a second are enough for a drawing, and three times faster than all."""
_FULL_SCALE = 32_768


def draw_waveform(file: BinaryIO, *, buckets: int) -> list[float]:
    """Return the peaks, 0 to 1, of equal parts of a sound or a film's sound. Raises `UnusableFile`. Blocking."""
    samples_all = max(1, round(inspect_recording(file, MediaKind.AUDIO).seconds * _RATE))
    peaks, place = [0] * buckets, 0
    with open_recording(file, MediaKind.AUDIO) as (_, container):
        audio = sound_stream(container)
        if audio is None:
            raise UnusableFile("has no sound")
        resampler = av.AudioResampler("s16", "mono", _RATE)
        for packet in container.demux(audio):
            try:
                frames = packet.decode()
            except FFmpegError:  # the rest can still be drawn
                continue
            for frame in frames:
                for part in resampler.resample(frame):
                    samples = array("h", bytes(part.planes[0])[: part.samples * 2])
                    place = _add(peaks, samples, place, samples_all)
    return [min(1.0, peak / _FULL_SCALE) for peak in peaks]


def _add(peaks: list[int], samples: "array[int]", place: int, samples_all: int) -> int:
    """Take in samples that begin at `place`; return where the next ones begin."""
    begin = 0
    while begin < len(samples):
        bucket = min(len(peaks) - 1, (place + begin) * len(peaks) // samples_all)
        last = bucket == len(peaks) - 1
        end = len(samples) if last else min(len(samples), -(-(bucket + 1) * samples_all // len(peaks)) - place)
        part = samples[begin : max(end, begin + 1)]
        loudest = max(max(part), -min(part))  # noqa: PLW3301 - flattened it takes ten times as long
        peaks[bucket] = max(peaks[bucket], loudest)
        begin += len(part)
    return place + len(samples)
