"""Detects changes of a medium's file: by its SHA-256, or by what the file system tells."""

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


async def stamp_of(path: Path) -> tuple[int, ...] | None:
    """Return the file's inode, size and modification time; None if there is no such file. Raises `FolderSilent`."""
    return await on_disk(path.parent, lambda: _stamp(path))


def _digest(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:  # a pipe would never end
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # ValueError: not a possible file name
        return ""


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
