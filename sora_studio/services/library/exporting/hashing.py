"""Reads files in chunks, each with a deadline of its own, and hashes them on the way."""

import hashlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO, Protocol

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk, on_disk_later

CHUNK_BYTES = 4 << 20


class Digest(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None:
        """Take more of the content."""
        ...


async def chunks_of(path: Path, *digests: Digest) -> AsyncGenerator[bytes]:
    """Yield the content of a regular file. Raises `OSError`, for a folder that does not answer `FolderSilent`."""

    def opened() -> BinaryIO:
        if not path.is_file():  # a pipe would never end
            raise FileNotFoundError(path)
        return path.open("rb")

    def read() -> bytes:
        chunk = file.read(CHUNK_BYTES)
        for digest in digests:
            digest.update(chunk)
        return chunk

    file = await on_disk(path.parent, opened)
    try:
        while chunk := await on_disk(path.parent, read, within_s=WORK_WITHIN_S):
            yield chunk
    finally:
        on_disk_later(path.parent, file.close)  # a read that was cancelled still holds the file


async def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hex; empty if it cannot be read."""
    digest = hashlib.sha256()
    try:
        async for _ in chunks_of(path, digest):
            pass
    except (OSError, ValueError):
        return ""
    return digest.hexdigest()
