"""A prompt that the studio could not take (it was still starting, or never did) waits in a plain file for the next start."""

import contextlib
from pathlib import Path

from sora_studio.atomic_file import write_whole


class UnsavedPrompt:
    """One text file in the data folder. Its calls block for a moment; a folder that cannot be written keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "unsaved-prompt.txt"

    def keep(self, prompt: str) -> None:
        """Whole or not at all, also when the power goes."""
        with contextlib.suppress(OSError):
            write_whole(self._path, prompt.encode("utf-8", "surrogatepass"))

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
