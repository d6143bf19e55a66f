"""The trash of snippets, cards and templates: copies of removed files, the newest ones only. Everything here blocks."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from sora_studio.atomic_file import write_whole
from sora_studio.domain.writing.prompt_item import Shelf

MOST_FILES = 200
_NAME = re.compile(rf"({'|'.join(Shelf)})-(.+)-(\d+)\.toml")


class PromptTrash:
    """A folder of files named after shelf, file and a number: `cards-anna-2.toml`. All methods raise `OSError`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, shelf: Shelf, file: str, content: bytes) -> None:
        """Keep what a file held. The oldest files beyond the limit are deleted."""
        numbers = [number for number, _ in self._copies(shelf, file)]
        write_whole(self._folder / f"{shelf}-{Path(file).stem}-{max(numbers, default=0) + 1}.toml", content)
        files = sorted((path for _, _, path in self._files()), key=lambda path: path.stat().st_mtime_ns)
        for path in files[:-MOST_FILES]:
            path.unlink(missing_ok=True)

    def take(self, shelf: Shelf, file: str, content: bytes) -> None:
        """Forget the newest copy of a file with that content, which is in use again."""
        for _, path in sorted(self._copies(shelf, file), reverse=True):
            if path.read_bytes() == content:
                path.unlink()
                return

    def list(self) -> Iterator[tuple[Shelf, str, Path]]:
        """Yield shelf and file of each copy, and where it is, the newest first."""
        newest_first = sorted(self._files(), key=lambda found: found[2].stat().st_mtime_ns, reverse=True)
        return ((shelf, file, path) for shelf, file, path in newest_first)

    def _copies(self, shelf: Shelf, file: str) -> Iterator[tuple[int, Path]]:
        for found, name, path in self._files():
            if (found, name) == (shelf, file):
                yield int(path.stem.rpartition("-")[2]), path

    def _files(self) -> Iterator[tuple[Shelf, str, Path]]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 - names are all that is needed
        except FileNotFoundError:
            return
        for name in names:
            if found := _NAME.fullmatch(name):
                yield Shelf(found[1]), f"{found[2]}.toml", self._folder / name
