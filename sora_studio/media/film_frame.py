"""Finds the exact frame displayed at a time, decoding only the frames that it needs."""

from collections.abc import Generator
from typing import NamedTuple

import av
from av.container import InputContainer

from sora_studio.domain.errors import StudioError

LATE_S = 0.0005
"""Players report whole milliseconds; a frame that begins within half of one is meant."""

_NEAR_S = 1.0
"""Within this time before the wanted frame no frame is skipped: one of them is the one displayed."""


class _Packet(NamedTuple):
    """A stored frame: its display time, in the film's own units, and its position in decoding order."""

    pts: int
    number: int
    is_keyframe: bool


def frame_at(container: InputContainer, video: av.VideoStream, at_s: float) -> av.VideoFrame:
    """Return the last frame that begins at `at_s` or before, else the first one. Raises `StudioError` without any.

    Time counts from the film's start, as in players: broadcasts and cut streams begin at any value of their own clock.
    """
    wanted, keyframe = _way_to(container, video, at_s)
    video.codec_context.thread_type = "AUTO"
    rewind(container)
    found: av.VideoFrame | None = None
    for frame in _decoded(container, video, begin=keyframe.number, wanted=wanted.pts):
        if found is None or (frame.pts is not None and frame.pts <= wanted.pts):
            found = frame
        if frame.pts == wanted.pts:
            break
    if found is None:
        raise StudioError("The film contains no picture.")
    return found


def frame_by_seeking(container: InputContainer, video: av.VideoStream, wanted: int) -> av.VideoFrame:
    """Return the last frame that begins at `wanted` or before, else the first one after it. Raises `StudioError` without any.

    `wanted` is in the stream's own units. Only for formats that seek exactly; reads no other part of the film.
    """
    near = wanted - round(_NEAR_S / float(video.time_base or 1))
    video.codec_context.thread_type = "AUTO"
    container.seek(wanted, stream=video)
    found: av.VideoFrame | None = None
    for packet in container.demux(video):
        is_far = packet.pts is not None and packet.pts < near
        video.codec_context.skip_frame = "NONREF" if is_far else "DEFAULT"
        for frame in packet.decode():
            if found is not None and frame.pts is not None and frame.pts > wanted:
                return found
            found = frame
    if found is None:
        raise StudioError("The film contains no picture.")
    return found


def rewind(container: InputContainer) -> None:
    """Seek to the film's first packet. Seeking a transport stream to its start time may skip it."""
    container.seek(max(0, (container.start_time or 0) - av.time_base))


def turn_of(frame: av.VideoFrame) -> int:
    """Return the rotation that makes the picture upright: 0, 90, 180 or 270 degrees counter-clockwise."""
    return round(frame.rotation / 90) * 90 % 360


def _way_to(container: InputContainer, video: av.VideoStream, at_s: float) -> tuple[_Packet, _Packet]:
    """Return the wanted frame and the keyframe to decode from. Frames are not stored in display order."""
    packets = [
        _Packet(packet.pts, number, packet.is_keyframe)
        for number, packet in enumerate(container.demux(video))
        if packet.pts is not None and not packet.is_discard
    ]
    if not packets:
        raise StudioError("The film contains no picture.")
    start_s = (container.start_time or 0) / av.time_base
    latest = (start_s + at_s + LATE_S) / float(video.time_base or 1)
    wanted = max((packet for packet in packets if packet.pts <= latest), default=min(packets))
    before = (
        packet for packet in packets if packet.is_keyframe and packet.number <= wanted.number and packet.pts <= wanted.pts
    )
    return wanted, max(before, key=lambda packet: packet.number, default=packets[0])


def _decoded(container: InputContainer, video: av.VideoStream, *, begin: int, wanted: int) -> Generator[av.VideoFrame]:
    """Decode from `begin`; on the way to `wanted`, frames that no other frame depends on are skipped."""
    for number, packet in enumerate(container.demux(video)):
        if number >= begin:
            video.codec_context.skip_frame = "DEFAULT" if packet.pts in {wanted, None} else "NONREF"
            yield from packet.decode()
