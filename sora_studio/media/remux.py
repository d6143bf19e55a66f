"""Copies the streams of a film or sound as they are, without metadata. Used by the copying process only."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import av
from av import Packet
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from sora_studio.domain.recording import UnusableFile
from sora_studio.media.copy_plan import CopyPlan
from sora_studio.media.copy_progress import CopyProgress
from sora_studio.media.recording import film_stream, sound_stream
from sora_studio.media.user_data import clean_configuration, user_data_remover

_MAX_REORDERED = 64
"""No codec decodes a frame longer before it is displayed."""


def copy_streams(source: InputContainer, target: OutputContainer, plan: CopyPlan, progress: CopyProgress) -> None:
    """Copy the picture, if the plan has one, and the sound. Raises `UnusableFile` and `OSError`.

    Only streams are copied: titles, places, devices, chapters, covers, subtitles and data stay behind. What says how to turn
    the picture is part of its stream.
    """
    video = film_stream(source) if plan.has_picture else None
    chosen = [stream for stream in (video, sound_stream(source)) if stream is not None]
    if not chosen:
        raise UnusableFile("has nothing that can be copied")
    with _sentence():
        copies = {stream.index: target.add_stream_from_template(stream) for stream in chosen}
    if video is not None and (configuration := clean_configuration(video)) is not None:
        copies[video.index].codec_context.extradata = configuration
    cleaned = user_data_remover(video) if video is not None else None
    for packet in _in_decoding_order(source.demux(chosen)):
        if packet.pos is not None:
            progress.report(packet.pos / max(1, source.size))
        copy = cleaned(packet) if cleaned is not None and isinstance(packet.stream, av.VideoStream) else packet
        copy.stream = copies[packet.stream.index]
        with _sentence():
            target.mux(copy)


def _in_decoding_order(packets: "Iterator[Packet[Any]]") -> "Iterator[Packet[Any]]":
    """Yield the packets with times of decoding: of a Matroska film's first ones, FFmpeg knows only the times of display."""
    waiting = dict[int, list["Packet[Any]"]]()
    timed = set[int]()
    for packet in packets:
        index = packet.stream.index
        is_end = packet.pts is None and packet.dts is None
        if index in timed:
            if not is_end:
                yield packet
            continue
        early = waiting.setdefault(index, [])
        if not is_end:
            early.append(packet)
        if is_end or packet.dts is not None or len(early) > _MAX_REORDERED:
            timed.add(index)
            yield from _timed(waiting.pop(index))


def _timed(early: "list[Packet[Any]]") -> "list[Packet[Any]]":
    """Give each packet a time of decoding before that of the last one, which has its own, or is the end of the stream."""
    last = early[-1] if early else None
    if last is not None and last.dts is None:
        last.dts = min(packet.pts for packet in early if packet.pts is not None)
    for number, packet in enumerate(early[:-1]):
        if packet.dts is None and last is not None and last.dts is not None:
            packet.dts = last.dts - (len(early) - 1 - number) * max(1, packet.duration or 1)
    return early


@contextmanager
def _sentence() -> Generator[None]:
    """Say of streams that their container cannot take, as some cameras write them, what helps."""
    try:
        yield
    except (FFmpegError, ValueError) as error:
        raise UnusableFile("cannot be copied as it is. Convert it first") from error
