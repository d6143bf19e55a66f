"""Films and sounds to lend: as large as a test wants, and cheap, because all but the beginning is a hole in the file."""

import hashlib
from pathlib import Path

from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import SUFFIXES

MB = 1_000_000
HEADS = {
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
    "video/quicktime": b"\0\0\0\x14ftypqt  \0\0\2\0qt  ",
    "video/x-m4v": b"\0\0\0\x1cftypM4V \0\0\2\0M4V isom",
    "video/3gpp": b"\0\0\0\x14ftyp3gp4\0\0\2\x003gp4",
    "video/webm": b"\x1aE\xdf\xa3\x9fB\x82\x84webm",
    "video/x-matroska": b"\x1aE\xdf\xa3\xa3B\x82\x88matroska",
    "video/x-msvideo": b"RIFF\x24\x10\0\0AVI LIST",
    "video/mp2t": (b"G" + bytes(187)) * 6,
    "video/x-flv": b"FLV\1\5\0\0\0\x09",
    "video/x-ms-wmv": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c",
    "video/ogg": b"OggS\0\2" + bytes(22) + b"\1\x2a\x80theora",
    "audio/mpeg": b"\xff\xfb\x90\x64\0\x0f\xf0\0",
    "audio/wav": b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\1\0\1\0",
    "audio/mp4": b"\0\0\0\x1cftypM4A \0\0\2\0M4A isom",
    "audio/aac": b"\xff\xf1\x50\x80\0\x1f\xfc",
    "audio/flac": b"fLaC\0\0\0\x22",
    "audio/ogg": b"OggS\0\2" + bytes(22) + b"\1\x1e\1vorbis",
    "audio/aiff": b"FORM\0\0\x10\0AIFFCOMM",
    "audio/x-ms-wma": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c",
}


def lent_film(folder: Path, size_bytes: int = 3 * MB, media_type: str = "video/mp4") -> PreparedFile:
    """Make a copy as it would be prepared: a beginning that names its kind, zeros, and a last byte that tells it is whole."""
    path = folder / f"prepared{SUFFIXES[media_type]}"
    with path.open("wb") as file:
        file.write(HEADS[media_type])
        file.seek(size_bytes - 1)
        file.write(b"!")
    with path.open("rb") as file:
        return PreparedFile(path, media_type, size_bytes, hashlib.file_digest(file, "sha256").hexdigest())
