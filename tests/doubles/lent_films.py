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
    "audio/mpeg": b"\xff\xfb\x90\x64\0\x0f\xf0\0",
    "audio/wav": b"RIFF\x24\x10\0\0WAVEfmt \x10\0\0\0\1\0\1\0",
    "audio/mp4": b"\0\0\0\x1cftypM4A \0\0\2\0M4A isom",
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
