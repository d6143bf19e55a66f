"""SHA-256 of a picture's file, to detect changes between what was shown and what is sent."""

import hashlib
from pathlib import Path

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.picture import MAX_DECODED_BYTES


async def digest_of(path: Path) -> str:
    """Return the file's SHA-256 in hex; empty when it cannot be read, is larger than what can be sent, or is no ordinary file.

    Raises `FolderSilent`.
    """
    return await on_disk(path.parent, lambda: _digest(path), within_s=WORK_WITHIN_S)


def _digest(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > MAX_DECODED_BYTES:  # a pipe would never end
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # the second: a name that no file can have
        return ""
