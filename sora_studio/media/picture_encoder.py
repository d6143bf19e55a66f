"""Encodes a film's picture as H.264: upright, scaled, cut to the frame. Used by the copying process only."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

import os
from fractions import Fraction
from typing import Any, cast

import av
from av import Packet
from av.container import OutputContainer
from av.filter import Graph

from sora_studio.domain.recording import UnusableFile
from sora_studio.media.copy_plan import CopyPlan
from sora_studio.media.film_frame import LATE_S, turn_of
from sora_studio.media.user_data import clean_annex_b

_CLOCK = 90_000
"""Units a second of the copy's clock; every usual frame rate is a multiple of its inverse."""
_CRF = "18"
"""Quality at which a copy can hardly be told from its original."""
_MOST_THREADS = 8
"""Each takes memory for several frames."""
_USUAL_RATE = 25
_UPRIGHT = {90: "transpose=cclock", 180: "hflip,vflip", 270: "transpose=clock"}
"""By degrees counter-clockwise."""


class PictureEncoder:
    """Takes frames in the order of display. The frame displayed at the in point comes first, at time 0."""

    def __init__(self, target: OutputContainer, video: av.VideoStream, plan: CopyPlan, zero_s: float) -> None:
        self._target, self._video, self._plan, self._zero_s = target, video, plan, zero_s
        self._graph: Graph | None = None
        self._shape: tuple[int, int, str] | None = None
        self._held: tuple[av.VideoFrame, int] | None = None
        self._frame_s = 1 / float(video.average_rate or video.guessed_rate or _USUAL_RATE)
        self.seen_s = -self._frame_s
        self._durations = dict[int, int]()
        self._stream = self._add_stream()
        self.is_done = False

    @property
    def done_s(self) -> float:
        """Return how much of the plan is encoded."""
        return self._held[1] / _CLOCK if self._held else 0.0

    def take(self, frame: av.VideoFrame | av.AudioFrame) -> None:
        """Encode the frame, if it lies in the plan, once the next one tells how long it is displayed."""
        if not isinstance(frame, av.VideoFrame):
            return
        time_s = self.seen_s + self._frame_s
        if frame.pts is not None and frame.time_base is not None:
            time_s = float(frame.pts * frame.time_base) - self._zero_s
        self.seen_s = time_s
        if self.is_done or time_s >= self._plan.latest_s - LATE_S:
            self.is_done = True
            return
        place = round(max(0.0, time_s - self._plan.start_s) * _CLOCK) if time_s > self._plan.start_s + LATE_S else 0
        if self._held is not None and place > self._held[1]:
            self._encode(*self._held, until=place)
        elif self._held is not None and place < self._held[1]:
            return  # out of order: a broken clock
        self._held = (frame, place)

    def finish(self) -> None:
        """Encode what is left. Raises `UnusableFile` when the plan holds no frame."""
        if self._held is None:
            raise UnusableFile("has no picture there")
        usual = self._held[1] + round(self._frame_s * _CLOCK)
        end = round(self._plan.seconds * _CLOCK) if self._plan.is_trimmed else usual
        self._encode(*self._held, until=max(end, self._held[1] + 1))
        self._write(None)

    def _add_stream(self) -> av.VideoStream:
        plan, source = self._plan, self._video.codec_context
        rate = self._video.average_rate or self._video.guessed_rate or Fraction(_USUAL_RATE)
        # Without frames that refer to later ones, the copy's clock is exactly what is displayed.
        options = {"preset": "veryfast", "crf": _CRF, "bf": "0", "threads": str(min(_MOST_THREADS, os.cpu_count() or 1))}
        if plan.video_bits is not None:
            kilobits = max(1, plan.video_bits // 1000)
            options |= {"maxrate": f"{kilobits}k", "bufsize": f"{kilobits}k"}
        stream = self._target.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _CLOCK)
        context = stream.codec_context
        context.color_range, context.colorspace = source.color_range, source.colorspace
        context.color_primaries, context.color_trc = source.color_primaries, source.color_trc
        return stream

    def _encode(self, frame: av.VideoFrame, place: int, *, until: int) -> None:
        for upright in self._scaled(frame):
            upright.pts, upright.time_base = place, Fraction(1, _CLOCK)
            self._durations[place] = until - place
            self._write(upright)

    def _write(self, frame: av.VideoFrame | None) -> None:
        """Encode the frame; None for the end. The encoder describes itself and its settings: not in the copy."""
        for packet in cast("list[Packet[Any]]", self._stream.encode(frame)):
            if packet.pts is not None:  # the encoder takes every frame to be displayed equally long
                packet.duration = self._durations.pop(packet.pts, packet.duration)
            cleaned = clean_annex_b(packet)
            cleaned.stream = self._stream
            self._target.mux(cleaned)

    def _scaled(self, frame: av.VideoFrame) -> list[av.VideoFrame]:
        """Return the frame as it is encoded. A stream may change its size on the way."""
        shape = (frame.width, frame.height, frame.format.name)
        if self._graph is None or shape != self._shape:
            self._graph, self._shape = self._made_graph(frame), shape
        self._graph.push(frame)
        scaled = self._graph.pull()
        return [scaled] if isinstance(scaled, av.VideoFrame) else []

    def _made_graph(self, frame: av.VideoFrame) -> Graph:
        graph = Graph()
        node = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, _CLOCK)
        )
        steps = [
            *_UPRIGHT.get(turn_of(frame), "").split(","),
            f"scale={self._plan.width}:{self._plan.height}",
            "format=yuv420p",
        ]
        for step in filter(None, steps):
            name, _, arguments = step.partition("=")
            following = graph.add(name, arguments) if arguments else graph.add(name)
            node.link_to(following)
            node = following
        node.link_to(graph.add("buffersink"))
        graph.configure()
        return graph
