"""Small real films in many containers, as other people's programs make them."""

from fractions import Fraction
from pathlib import Path

import av

from tests.doubles.films import SIZE, numbered

CONTAINERS: dict[str, tuple[str, str, str]] = {
    "mp4": ("mp4", "libx264", ".mp4"),
    "webm-vp8": ("webm", "libvpx", ".webm"),
    "webm-vp9": ("webm", "libvpx-vp9", ".webm"),
    "mkv": ("matroska", "libx264", ".mkv"),
    "mkv-mpeg4": ("matroska", "mpeg4", ".mkv"),
    "avi": ("avi", "mpeg4", ".avi"),
    "avi-mjpeg": ("avi", "mjpeg", ".avi"),
    "ogv": ("ogg", "libvpx", ".ogv"),
    "mov": ("mov", "libx264", ".mov"),
    "mov-mjpeg": ("mov", "mjpeg", ".mov"),
    "ts": ("mpegts", "libx264", ".ts"),
    "ts-mpeg2": ("mpegts", "mpeg2video", ".ts"),
    "mpg": ("mpeg", "mpeg1video", ".mpg"),
    "flv": ("flv", "flv", ".flv"),
    "flv-h264": ("flv", "libx264", ".flv"),
    "wmv": ("asf", "wmv2", ".wmv"),
    "3gp": ("3gp", "mpeg4", ".3gp"),
    "mxf": ("mxf", "mpeg2video", ".mxf"),
    "ivf": ("ivf", "libvpx", ".ivf"),
    "nut": ("nut", "mpeg4", ".nut"),
    "rm": ("rm", "rv20", ".rm"),
}
"""By a name of its own: FFmpeg's muxer and encoder, and the extension that people expect."""


def write_container(path: Path, name: str, *, frames: int = 50, rate: int = 25) -> Path:
    """A film of two seconds, whose frames carry their numbers."""
    muxer, codec, _ = CONTAINERS[name]
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(str(path), "w", format=muxer) as container:
        stream = container.add_stream(codec, rate=rate, options={"preset": "ultrafast"} if codec == "libx264" else {})
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixels
        stream.bit_rate = 2_000_000
        stream.codec_context.time_base = Fraction(1, rate)
        for number in range(frames):
            frame = av.VideoFrame.from_image(numbered(number, SIZE)).reformat(format=pixels)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
