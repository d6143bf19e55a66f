"""The file that a copy is written to. Used by the copying process only."""

import os
from typing import BinaryIO

from sora_studio.media.copy_progress import CopyProgress


class CopyFile:
    """An open, unbuffered file. `failure` is the first error of the disk: FFmpeg forgets why a write failed."""

    def __init__(self, file: BinaryIO, progress: CopyProgress) -> None:
        self.file = file
        self.progress = progress
        self.failure: OSError | None = None

    def opened(self) -> "CopyCursor":
        """Return a cursor at its beginning."""
        return CopyCursor(self)


class CopyCursor:
    """A place in the file. FFmpeg uses two: to move an index to the front, it reads the file while it writes it."""

    def __init__(self, copy: CopyFile) -> None:
        self._copy, self._place = copy, 0

    def read(self, size: int = -1) -> bytes:
        """Read from here."""
        self._copy.file.seek(self._place)
        content = self._copy.file.read(size)
        self._place += len(content)
        return content

    def write(self, content: bytes) -> int:
        """Write all of it here. Raises `OSError`, and keeps it."""
        left = memoryview(content)
        try:
            self._copy.file.seek(self._place)
            while left:
                written = self._copy.file.write(left)
                left = left[written:]
                self._place += written
        except OSError as error:
            self._copy.failure = self._copy.failure or error
            raise
        self._copy.progress.alive()
        return len(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place and return it."""
        length = os.fstat(self._copy.file.fileno()).st_size
        self._place = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: length}[whence] + offset
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def close(self) -> None:
        """Leave the file open: it has another cursor."""
