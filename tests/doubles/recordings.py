"""Small real films and sounds with everything that cameras and programs put into them."""

import math
from array import array
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer

from tests.doubles.films import SIZE, number_in, numbered

RATE = 25
SOUND_RATE = 48_000
TOLD = {
    "title": "secret-title",
    "artist": "secret-person",
    "comment": "secret-comment",
    "location": "+48.2000+016.3000/",
    "com.apple.quicktime.make": "secret-maker",
    "creation_time": "2021-03-04T05:06:07Z",
}
SECRETS = (b"secret-", b"+48.2", b"2021-03", b"x264", b"libx264")
"""What of it is found in a file's bytes; and the picture's encoder, which describes its settings between the frames."""
LEFT_BY_ENCODERS = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "handler_name",
    "language",
    "vendor_id",
    "DURATION",
    "encoder",
}
"""What a file says of itself, alike in all copies: no program's version among it."""
_IDENTITY = b"\0\1\0\0" + b"\0" * 12 + b"\0\1\0\0" + b"\0" * 12 + b"\x40\0\0\0"
_QUARTER_TURN = b"\0" * 4 + b"\0\1\0\0" + b"\0" * 4 + b"\xff\xff\0\0" + b"\0" * 16 + b"\x40\0\0\0"
"""The matrix of a film that was made with the camera on its side: to be turned clockwise."""


def write_recording(
    path: Path,
    *,
    seconds: float = 1.0,
    video: str | None = "libx264",
    audio: str | None = "aac",
    size: tuple[int, int] = SIZE,
    muxer: str | None = None,
    told: dict[str, str] | None = None,
    keyframes: int = 250,
    reordered: int = 0,
) -> Path:
    """A film of 25 numbered frames a second and a tone that starts at the half, or only one of them.

    `told` are metadata; they come with a chapter. `reordered` is how many frames in a row may refer to later ones.
    """
    options = {"movflags": "use_metadata_tags"} if told and path.suffix in {".mp4", ".mov", ".m4a"} else {}
    with av.open(str(path), "w", format=muxer, options=options) as container:
        if told:
            container.metadata.update(told)
            container.set_chapters(
                [{"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000), "metadata": {"title": "secret-chapter"}}]
            )
        picture = _picture_stream(container, video, size, {"g": str(keyframes), "bf": str(reordered)}) if video else None
        sound = container.add_stream(audio, rate=SOUND_RATE, layout="stereo") if audio else None
        if told and sound is not None:
            sound.metadata["title"] = "secret-track"
        for number in range(round(seconds * RATE)):
            if picture is not None:
                frame = av.VideoFrame.from_image(numbered(number, size)).reformat(format=picture.pix_fmt)
                frame.pts = number
                container.mux(picture.encode(frame))
            if sound is not None:
                container.mux(sound.encode(_tone(number, loud=number >= seconds * RATE / 2)))
        for stream in (picture, sound):
            if stream is not None:
                container.mux(stream.encode(None))
    return path


def turn_on_its_side(path: Path) -> Path:
    """Change an MP4 so that players turn its picture clockwise."""
    content = path.read_bytes()
    place = content.index(_IDENTITY, content.index(b"tkhd"))
    path.write_bytes(content[:place] + _QUARTER_TURN + content[place + len(_QUARTER_TURN) :])
    return path


def shown_numbers(path: Path) -> list[int]:
    """The numbers of a film's frames, in order."""
    with av.open(str(path)) as container:
        return [number_in(frame.to_image()) for frame in container.decode(video=0)]


def _picture_stream(container: OutputContainer, codec: str, size: tuple[int, int], options: dict[str, str]) -> av.VideoStream:
    fast = {"libx264": {"preset": "ultrafast"}, "libvpx": {"deadline": "realtime", "cpu-used": "8"}}
    if codec == "libx265":
        options |= {"preset": "ultrafast", "x265-params": "log-level=none"}
    stream = container.add_stream(codec, rate=RATE, options=fast.get(codec, {}) | options)
    stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
    stream.bit_rate = 2_000_000
    stream.codec_context.time_base = Fraction(1, RATE)
    return stream


def _tone(number: int, *, loud: bool) -> av.AudioFrame:
    """The sound of one picture: silence, or 1 kHz at half the full scale."""
    count = SOUND_RATE // RATE
    samples = array("h")
    for place in range(count):
        level = round(16_384 * math.sin(math.tau * 1000 * (number * count + place) / SOUND_RATE)) if loud else 0
        samples.extend((level, level))
    frame = av.AudioFrame(format="s16", layout="stereo", samples=count)
    frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, number * count, Fraction(1, SOUND_RATE)
    return frame
