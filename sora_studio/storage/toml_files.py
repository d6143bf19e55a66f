"""TOML files of the program and of its user: lists a folder, and reads one file as text. Everything here blocks."""

import os
from pathlib import Path

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.read import MAX_PROFILE_CHARS


def toml_files(folder: Path) -> list[Path]:
    """Return the files in a folder, none when it does not exist. Raises `OSError`, which `glob` hides on some versions."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted((folder / name for name in names if name.endswith(".toml")), key=lambda path: path.stem)


def read_toml(path: Path, most_chars: int = MAX_PROFILE_CHARS) -> str:
    """Return the text of a file, cut off after one character too many. Raises `ProfileError` for what is no text."""
    try:
        with path.open(encoding="utf-8-sig") as file:  # some editors write a byte order mark
            return file.read(most_chars + 1)
    except UnicodeDecodeError:
        raise ProfileError(path.name, 0, "It is not text in UTF-8.") from None
    except OSError as error:
        raise ProfileError(path.name, 0, f"It cannot be read: {error.strerror or error}.") from error
