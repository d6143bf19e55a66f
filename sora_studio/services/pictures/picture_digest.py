"""What a picture's file holds, in one word: what was shown is what is sent, or nothing is."""

import asyncio
import hashlib
from pathlib import Path

from sora_studio.domain.picture import MAX_DECODED_BYTES


async def digest_of(path: Path) -> str:
    """The file's SHA-256 in hex; empty when it cannot be read, is larger than what can be sent, or is no ordinary one."""
    return await asyncio.to_thread(_digest, path)


def _digest(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > MAX_DECODED_BYTES:  # a pipe would never end
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # the second: a name that no file can have
        return ""
