"""SHA-256 of a medium's file, to detect changes between the preview and the upload."""

import hashlib
from pathlib import Path

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk

_MOST_BYTES = 4_000_000_000
"""A larger file is not read: no model takes it."""


async def digest_of(path: Path) -> str:
    """Return the file's SHA-256 in hex; empty if it cannot be read, is too large to send, or is not a regular file.

    Raises `FolderSilent`.
    """
    return await on_disk(path.parent, lambda: _digest(path), within_s=WORK_WITHIN_S)


def _digest(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:  # a pipe would never end
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # ValueError: not a possible file name
        return ""
