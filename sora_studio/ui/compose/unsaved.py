"""Keeps a prompt in a plain file for the next start when the studio could not save it, for example while still starting."""

import contextlib
from pathlib import Path

from sora_studio.atomic_file import write_whole


class UnsavedPrompt:
    """One text file in the data folder. Calls block briefly; write errors are ignored."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "unsaved-prompt.txt"

    def keep(self, prompt: str) -> None:
        """Write the prompt atomically and fsync it."""
        with contextlib.suppress(OSError):
            write_whole(self._path, prompt.encode("utf-8", "surrogatepass"))

    def read(self) -> str:
        """Return the kept prompt, or an empty string."""
        try:
            return self._path.read_bytes().decode("utf-8", "surrogatepass")
        except (OSError, UnicodeDecodeError):
            return ""

    def forget(self) -> None:
        """Delete the file, once the prompt is saved as a draft."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
