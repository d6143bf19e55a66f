"""Encodes a film as H.264 and AAC, or a sound as MP3 or WAV, cut exactly. Used by the copying process only."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

from collections.abc import Iterator

import av
from av.codec.codec import UnknownCodecError
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError

from sora_studio.domain.recording import UnusableFile
from sora_studio.media.copy_plan import CopyPlan
from sora_studio.media.copy_progress import CopyProgress
from sora_studio.media.film_frame import rewind
from sora_studio.media.picture_encoder import PictureEncoder
from sora_studio.media.recording import film_stream, sound_stream
from sora_studio.media.sound_encoder import SoundEncoder

_BACK_S = 1.0
"""How far before the in point to begin: decoders of sound need a little, and some containers seek by order of decoding."""
_INTERLEAVED_S = 2.0
"""How far behind the picture the sound may be stored; it may also end before the out point."""
_SEEKABLE = frozenset(("mov", "matroska"))
"""Demuxers, by a part of their names, that find the keyframe before a time. Others are decoded from their beginning."""
_MAX_DAMAGED_SHARE, _MAX_DAMAGED = 0.05, 10
"""Some broken packets are passed over, as players do. More: the file is damaged."""
_SOUND_CODECS = {"mp3": "libmp3lame", "wav": "pcm_s16le"}


class EncoderMissing(Exception):
    """FFmpeg has no encoder for `codec` on this system."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        super().__init__(codec)


def encode_film(source: InputContainer, target: OutputContainer, plan: CopyPlan, progress: CopyProgress) -> None:
    """Encode the picture, upright and scaled, and the sound. Raises `UnusableFile` and `EncoderMissing`."""
    video, audio = film_stream(source), sound_stream(source)
    if video is None:
        raise UnusableFile("has no picture")
    check_encoder("libx264")
    video.codec_context.thread_type = "AUTO"
    zero_s = (source.start_time or 0) / av.time_base
    picture = PictureEncoder(target, video, plan, zero_s)
    sound = SoundEncoder(target, audio, "aac", plan, zero_s) if audio is not None else None
    encoders = {video.index: picture, **({audio.index: sound} if audio is not None and sound is not None else {})}
    _seek(source, video, plan, zero_s)
    for stream, frame in _decoded(source, [stream for stream in (video, audio) if stream is not None]):
        encoders[stream].take(frame)
        progress.report(picture.done_s / plan.seconds)
        is_heard = sound is None or sound.is_done or picture.seen_s > plan.latest_s + _INTERLEAVED_S
        if picture.is_done and is_heard:
            break
    picture.finish()
    if sound is not None:
        sound.finish()


def encode_sound(source: InputContainer, target: OutputContainer, plan: CopyPlan, progress: CopyProgress) -> None:
    """Encode the sound alone. Raises `UnusableFile` and `EncoderMissing`."""
    audio = sound_stream(source)
    if audio is None:
        raise UnusableFile("has no sound")
    codec = _SOUND_CODECS[plan.format]
    check_encoder(codec)
    zero_s = float((audio.start_time or 0) * (audio.time_base or 0))
    sound = SoundEncoder(target, audio, codec, plan, zero_s)
    _seek(source, audio, plan, zero_s)
    for _, frame in _decoded(source, [audio]):
        sound.take(frame)
        progress.report(sound.done_s / plan.seconds)
        if sound.is_done:
            break
    sound.finish()


def check_encoder(codec: str) -> None:
    """Raise `EncoderMissing` if there is none."""
    try:
        av.Codec(codec, "w")
    except UnknownCodecError as error:
        raise EncoderMissing(codec) from error


def _seek(source: InputContainer, stream: av.VideoStream | av.AudioStream, plan: CopyPlan, zero_s: float) -> None:
    """Go to a keyframe before the in point, or to the beginning."""
    rewind(source)
    target_s = plan.start_s - _BACK_S
    if target_s <= 0 or not any(name in source.format.name for name in _SEEKABLE):
        return
    place = round((target_s + zero_s) * av.time_base)
    source.seek(place)
    first = next((packet for packet in source.demux(stream) if packet.pts is not None), None)
    if first is None or float((first.pts or 0) * first.time_base) - zero_s > plan.start_s:
        rewind(source)
    else:
        source.seek(place)


def _decoded(
    source: InputContainer, streams: list[av.VideoStream | av.AudioStream]
) -> Iterator[tuple[int, av.VideoFrame | av.AudioFrame]]:
    """Yield each frame with its stream's index. Raises `UnusableFile` when too much is damaged."""
    packets, damaged = 0, 0
    for packet in source.demux(streams):
        packets += 1
        try:
            frames = packet.decode()
        except FFmpegError:
            damaged += 1
            if damaged > _MAX_DAMAGED + packets * _MAX_DAMAGED_SHARE:
                raise UnusableFile("is damaged and cannot be read to its end") from None
            continue
        for frame in frames:
            if isinstance(frame, av.VideoFrame | av.AudioFrame):
                yield packet.stream.index, frame
