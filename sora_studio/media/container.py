"""Opens the container of a film or sound, checked for completeness. Used by child processes only."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import FFmpegError

from sora_studio.domain.errors import StudioError
from sora_studio.domain.file_kinds import HEAD_BYTES, FileKind, kind_of

_USUAL_RATE = 25
"""Assumed frame rate of a film that does not specify one."""
_RIFF_UNSAID = 0xFFFF_FFF0
_SEGMENT = b"\x18\x53\x80\x67"


class IncompleteFile(StudioError):
    """The container says that it is longer than the file."""

    title = "The film is not complete."


def kind_of_file(file: BinaryIO) -> FileKind:
    """Return the kind of an open file by its first bytes."""
    file.seek(0)
    return kind_of(file.read(HEAD_BYTES))


@contextmanager
def open_container(file: BinaryIO, kind: FileKind) -> Generator[InputContainer]:
    """Yield the container of a film or sound. Takes an open file, so that FFmpeg opens nothing by name.

    Raises `IncompleteFile` when its end is missing, and `StudioError` for any error of FFmpeg inside the block.
    """
    try:
        if check := _CHECKS.get(kind.demuxer):
            check(file)
        file.seek(0)
        # Never let FFmpeg guess: some of its formats, such as playlists, open other files and addresses.
        with av.open(file, "r", format=kind.demuxer) as container:
            yield container
    except (FFmpegError, OSError, ValueError) as error:
        raise StudioError("The film cannot be opened.", detail=str(error)) from error


def film_seconds(container: InputContainer, video: av.VideoStream) -> float:
    """Return the film's duration; live streams and raw video do not know theirs, so their frames are counted."""
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    if container.duration and container.duration > 0:
        return container.duration / av.time_base
    frames = sum(1 for packet in container.demux(video) if packet.size)
    rate = video.average_rate or video.guessed_rate or _USUAL_RATE
    return max(1, frames) / float(rate)


def _check_boxes(file: BinaryIO) -> None:
    """Check an MP4's boxes: their sizes must add up to the whole file."""
    length, place = os.fstat(file.fileno()).st_size, 0
    while place < length:
        file.seek(place)
        head = file.read(16)
        size = int.from_bytes(head[:4])
        if size == 1:
            size = int.from_bytes(head[8:16])
        elif size == 0:
            size = length - place
        if size < 8 or place + size > length:
            raise IncompleteFile
        place += size


def _check_riff(file: BinaryIO) -> None:
    """Check an AVI's or WAV's length in its header; encoders that cannot seek back leave zero or the largest number there."""
    file.seek(4)
    size = int.from_bytes(file.read(4), "little")
    # An odd length is rounded up, but not every program writes the padding.
    if size < _RIFF_UNSAID and size + 7 > os.fstat(file.fileno()).st_size:
        raise IncompleteFile


def _check_segment(file: BinaryIO) -> None:
    """Check a Matroska or WebM film's length: one segment after the header; live recordings mark it as unknown."""
    file.seek(4)
    file.seek(_ebml_number(file) or 0, os.SEEK_CUR)
    if file.read(4) != _SEGMENT:
        return
    size = _ebml_number(file)
    if size is not None and file.tell() + size > os.fstat(file.fileno()).st_size:
        raise IncompleteFile


def _ebml_number(file: BinaryIO) -> int | None:
    """Read a number whose first set bit gives its length; None (all ones) means unknown."""
    first = file.read(1)
    length = 9 - first[0].bit_length() if first and first[0] else 0
    if not length:
        return None
    value = int.from_bytes(first + file.read(length - 1)) & ((1 << 7 * length) - 1)
    return None if value == (1 << 7 * length) - 1 else value


_CHECKS: dict[str, Callable[[BinaryIO], None]] = {
    "mov": _check_boxes,
    "avi": _check_riff,
    "wav": _check_riff,
    "matroska": _check_segment,
}
