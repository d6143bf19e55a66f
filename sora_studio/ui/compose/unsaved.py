"""A prompt that the studio could not take (it was still starting, or never did) waits in a plain file for the next start."""

import contextlib
import os
from pathlib import Path


class UnsavedPrompt:
    """One text file in the data folder. Its calls block for a moment; a folder that cannot be written keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "unsaved-prompt.txt"

    def keep(self, prompt: str) -> None:
        """Whole or not at all, also when the power goes."""
        part = self._path.with_suffix(".part")
        with contextlib.suppress(OSError):
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(prompt.encode("utf-8", "surrogatepass"))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)

    def read(self) -> str:
        """What was kept; empty when there is nothing."""
        try:
            return self._path.read_bytes().decode("utf-8", "surrogatepass")
        except (OSError, UnicodeDecodeError):
            return ""

    def forget(self) -> None:
        """The studio holds it now."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
