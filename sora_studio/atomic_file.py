"""Atomic file writes: a kill or a power cut leaves the old content or the new, never a part. Everything here blocks."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, *, unfinished: Path | None = None) -> None:
    """Write or replace a file atomically; it is on the disk when this returns. Creates the folder if needed.

    The content is first written beside it: to a hidden file that only this user may read, or to `unfinished`, with the user's
    usual permissions, for callers that must find a killed run's file again. Raises `OSError`; then `path` is as
    it was, and nothing is left beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if unfinished is None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        unfinished = Path(name)
    else:
        unfinished.unlink(missing_ok=True)  # from a killed run
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Flush what was written to a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where a folder can be opened for that (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
