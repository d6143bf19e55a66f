"""Inspects a film or sound that a model may take: its container, its codecs, its length. Used by child processes only."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import BinaryIO, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition

from sora_studio.domain.errors import PassingError, StudioError
from sora_studio.domain.file_kinds import UNKNOWN, FileForm, FileKind
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.recording import RecordingFacts, UnusableFile
from sora_studio.media.container import IncompleteFile, film_seconds, kind_of_file, open_container
from sora_studio.media.film_frame import rewind, turn_of

_DECODING_THREADS = 2
_MAX_DAMAGED_PACKETS = 50
"""A recording of a broadcast begins anywhere, and its first frames depend on others that it does not contain."""
_SOUND_FORMATS = {"mp4": "m4a", "m4v": "m4a", "3gp": "m4a", "wmv": "wma"}
"""Names of containers when they contain sound only."""
_ADDED_S = 0.06
"""The longest silence that encoders of MP3 add at the ends."""
_GUESSED_LENGTH = frozenset(("mp3", "aac"))
"""Their containers state no length, and FFmpeg estimates one from the first frames."""


def inspect_recording(file: BinaryIO, kind: MediaKind) -> RecordingFacts:
    """Return the facts of a film, or of a sound, which may be a film's. Raises `UnusableFile`. Blocking."""
    with open_recording(file, kind) as (found, container):
        video, audio = film_stream(container), sound_stream(container)
        if kind is MediaKind.VIDEO and video is None:
            raise UnusableFile("has sound only, no picture")
        if kind is MediaKind.AUDIO and audio is None:
            raise UnusableFile("has no sound")
        format_ = found.extension[1:] if video else _SOUND_FORMATS.get(found.extension[1:], found.extension[1:])
        audio_codec = _sound_codec(container, audio) if audio else ""
        size_bytes = os.fstat(file.fileno()).st_size
        if kind is MediaKind.VIDEO and video is not None:
            frame = _first_frame(container, video)
            if not isinstance(frame, av.VideoFrame):
                raise UnusableFile(_undecodable(video))
            sides = (frame.width, frame.height) if turn_of(frame) in (0, 180) else (frame.height, frame.width)
            seconds, codec = film_seconds(container, video), video.codec_context.codec.canonical_name
            return RecordingFacts(format_, size_bytes, seconds, codec, audio_codec, *sides, frame.format.name, has_picture=True)
        assert audio is not None
        seconds = _sound_seconds(container, audio, is_guessed=format_ in _GUESSED_LENGTH)
        return RecordingFacts(format_, size_bytes, seconds, audio_codec=audio_codec, has_picture=video is not None)


@contextmanager
def open_recording(file: BinaryIO, kind: MediaKind) -> Generator[tuple[FileKind, InputContainer]]:
    """Yield the file's kind and its container. Raises `UnusableFile`, also for any error of FFmpeg inside the block."""
    found = kind_of_file(file)
    if found.form is not FileForm.FILM and not found.is_sound:
        noun = "film" if kind is MediaKind.VIDEO else "sound"
        raise UnusableFile(f"is not a {noun}" if found is UNKNOWN else f"is {found.name}, not a {noun}")
    try:
        with open_container(file, found) as container:
            yield found, container
    except (UnusableFile, PassingError):
        raise
    except IncompleteFile as error:
        raise UnusableFile("is not complete; its end is missing") from error
    except StudioError as error:
        raise UnusableFile("is damaged and cannot be read", detail=error.detail) from error


def film_stream(container: InputContainer) -> av.VideoStream | None:
    """Return the first stream of moving pictures; an album's cover is none."""
    streams = (stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic)
    stream = next(streams, None)
    if stream is not None and _has_decoder(stream):
        stream.codec_context.thread_count = _DECODING_THREADS
    return stream


def sound_stream(container: InputContainer) -> av.AudioStream | None:
    """Return the stream that players choose."""
    stream = container.streams.best("audio")
    return stream if isinstance(stream, av.AudioStream) else None


def _sound_codec(container: InputContainer, audio: av.AudioStream) -> str:
    """Return the codec of a sound that can be decoded."""
    if _first_frame(container, audio) is None:
        raise UnusableFile(_undecodable(audio))
    rewind(container)
    return audio.codec_context.codec.canonical_name


def _first_frame(container: InputContainer, stream: av.VideoStream | av.AudioStream) -> av.VideoFrame | av.AudioFrame | None:
    if not _has_decoder(stream):
        return None
    damaged = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except FFmpegError:
            damaged += 1
            if damaged > _MAX_DAMAGED_PACKETS:
                return None
            continue
        if frames and isinstance(frames[0], av.VideoFrame | av.AudioFrame):
            return frames[0]
    return None


def _has_decoder(stream: av.VideoStream | av.AudioStream) -> bool:
    return cast("object", stream.codec_context) is not None


def _undecodable(stream: av.VideoStream | av.AudioStream) -> str:
    what = "sound" if isinstance(stream, av.AudioStream) else "picture"
    return f"is damaged or of an unknown kind: its {what} cannot be decoded"


def _sound_seconds(container: InputContainer, audio: av.AudioStream, *, is_guessed: bool) -> float:
    stated_s = (container.duration or 0) / av.time_base
    if audio.duration and audio.time_base:
        stated_s = float(audio.duration * audio.time_base)
    if stated_s > 0 and not is_guessed:
        return stated_s
    rewind(container)
    ends = (packet.pts + (packet.duration or 0) for packet in container.demux(audio) if packet.pts is not None)
    counted_s = max(0.0, (max(ends, default=0) - (audio.start_time or 0)) * float(audio.time_base or 0))
    # A header with the number of samples leaves out what the encoder added at the ends.
    return stated_s if 0 <= counted_s - stated_s < _ADDED_S else counted_s
