"""That what was written is on the disk, and not only on its way."""

import contextlib
import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """What was written to it is on the disk when this returns."""
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
