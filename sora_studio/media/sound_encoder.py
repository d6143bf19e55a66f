"""Encodes a sound, cut to the sample. Used by the copying process only."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

from fractions import Fraction
from typing import cast

import av
from av.codec.context import Flags
from av.container import OutputContainer

from sora_studio.media.copy_plan import CopyPlan

_SAMPLE_BYTES = 2
_GAP_S = 0.05
"""Clocks of recordings are a little off; only longer gaps are filled with silence."""
_BLOCK = 4096
_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000)
"""Samples a second that every encoder here takes."""


class SoundEncoder:
    """Takes frames in order, and writes the plan's part: silence where the sound begins late, and nothing after its end."""

    def __init__(self, target: OutputContainer, audio: av.AudioStream, codec: str, plan: CopyPlan, zero_s: float) -> None:
        self._target, self._plan, self._zero_s = target, plan, zero_s
        rates = [rate for rate in _RATES if rate <= min(plan.rate, max(audio.rate, _RATES[-1]))]
        self._rate, self._channels = rates[0], min(audio.channels, plan.channels)
        self._layout = "mono" if self._channels == 1 else "stereo"
        self._resampler = av.AudioResampler("s16", self._layout, self._rate)
        self._stream = cast("av.AudioStream", target.add_stream(codec, rate=self._rate, layout=self._layout))
        self._stream.codec_context.flags |= Flags.bitexact  # the encoder does not name itself
        if codec != "pcm_s16le":
            self._stream.bit_rate = plan.audio_bits
        self._written, self._end = 0, round((plan.latest_s - plan.start_s) * self._rate)

    @property
    def done_s(self) -> float:
        """Return how much of the plan is encoded."""
        return self._written / self._rate

    @property
    def is_done(self) -> bool:
        """Return whether all of the plan is encoded."""
        return self._written >= self._end

    def take(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        """Encode what of the frame lies in the plan."""
        if self.is_done or not isinstance(frame, av.AudioFrame):
            return
        for part in self._resampler.resample(frame):
            self._add(part)

    def finish(self) -> None:
        """Encode what the resampler and the encoder still hold."""
        for part in self._resampler.resample(None):
            self._add(part)
        self._target.mux(self._stream.encode(None))

    def _add(self, frame: av.AudioFrame) -> None:
        frame_bytes = _SAMPLE_BYTES * self._channels
        samples = bytes(frame.planes[0])[: frame.samples * frame_bytes]  # without padding
        place = self._written
        if frame.pts is not None and frame.time_base is not None:
            place = round((float(frame.pts * frame.time_base) - self._zero_s - self._plan.start_s) * self._rate)
        if self._written and abs(place - self._written) < _GAP_S * self._rate:
            place = self._written
        while self._written < min(place, self._end):
            silent = min(_BLOCK, place - self._written, self._end - self._written)
            self._encode(bytes(silent * frame_bytes))
        begin = (self._written - place) * frame_bytes
        self._encode(samples[begin : begin + (self._end - self._written) * frame_bytes])

    def _encode(self, samples: bytes) -> None:
        count = len(samples) // (_SAMPLE_BYTES * self._channels)
        if not count:
            return
        frame = av.AudioFrame(format="s16", layout=self._layout, samples=count)
        frame.planes[0].update(samples.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._written, Fraction(1, self._rate)
        self._target.mux(self._stream.encode(frame))
        self._written += count
