"""Atomic file writes: a kill or a power cut leaves the old content or the new, never a part. Everything here blocks."""

import contextlib
import os
import secrets
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

Made = TypeVar("Made")


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


class GrowingFile:
    """A new file whose content is too large to hold: it grows in `unfinished`, beside its final name.

    The caller moves it to that name once it is `complete`. Calls exclude one another, so that `discard` waits for a write that
    still runs in another thread. Raises `OSError`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # A name of its own: two that grow towards one name must not take each other's content.
        self.unfinished = path.with_name(f"{path.name}.{secrets.token_hex(3)}.part")
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None

    def open(self) -> None:
        """Create the unfinished file."""
        with self._lock:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._file = os.fdopen(os.open(self.unfinished, flags, 0o666), "w+b")

    def do(self, work: Callable[[BinaryIO], Made]) -> Made:
        """Return what `work` returns for the open file."""
        with self._lock:
            if self._file is None:
                raise ValueError("the file is closed")
            return work(self._file)

    def complete(self) -> None:
        """Close the file once its content is on the disk."""
        with self._lock:
            if self._file is not None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None

    def discard(self) -> None:
        """Close and remove the file, if there is one."""
        with self._lock:
            if self._file is not None:
                with contextlib.suppress(OSError):  # a full disk refuses the last buffered bytes
                    self._file.close()
                self._file = None
                self.unfinished.unlink(missing_ok=True)
