"""Copies the streams of a film or sound as they are, without metadata. Used by the copying process only."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

from collections.abc import Generator
from contextlib import contextmanager

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from sora_studio.domain.recording import UnusableFile
from sora_studio.media.copy_plan import CopyPlan
from sora_studio.media.copy_progress import CopyProgress
from sora_studio.media.recording import film_stream, sound_stream
from sora_studio.media.user_data import user_data_remover


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
    cleaned = user_data_remover(video) if video is not None else None
    for packet in source.demux(chosen):
        if packet.dts is None:  # the end of a stream
            continue
        if packet.pos is not None:
            progress.report(packet.pos / max(1, source.size))
        copy = cleaned(packet) if cleaned is not None and isinstance(packet.stream, av.VideoStream) else packet
        copy.stream = copies[packet.stream.index]
        with _sentence():
            target.mux(copy)


@contextmanager
def _sentence() -> Generator[None]:
    """Say of streams that their container cannot take, as some cameras write them, what helps."""
    try:
        yield
    except (FFmpegError, ValueError) as error:
        raise UnusableFile("cannot be copied as it is. Convert it first") from error
