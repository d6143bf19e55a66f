"""Model profiles from disk: the shipped ones, and the user's own, which override or extend them."""

import os
import time
from pathlib import Path

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import MAX_PROFILE_CHARS, read_file

_PAUSE_S = 0.0005


def load_profiles(shipped: Path, own: Path) -> tuple[dict[str, ModelProfile], list[ProfileError]]:
    """Return the profiles by slug, shipped ones first, and the errors. An invalid override leaves the shipped one in use."""
    profiles, errors = dict[str, ModelProfile](), list[ProfileError]()
    own_files = list[Path]()
    try:
        own_files = profile_files(own)
    except OSError as error:
        errors.append(ProfileError(own.name, 0, f"The folder cannot be read: {error.strerror or error}."))
    for path in [*profile_files(shipped), *own_files]:
        profile, error = read_profile(path)
        if profile is not None:
            profiles[profile.slug] = profile
        if error is not None:
            errors.append(error)
    return profiles, errors


def read_profile(path: Path) -> tuple[ModelProfile | None, ProfileError | None]:
    """Return the profile of a file, or why it cannot be used. Pauses briefly, so that the window's thread gets its turn."""
    time.sleep(_PAUSE_S)  # reading holds Python's lock: with 200 files in a row the window would stutter
    try:
        return _load(path), None
    except ProfileError as error:
        return None, error


def profile_files(folder: Path) -> list[Path]:
    """Return the profiles in a folder, none when it does not exist. Raises `OSError`, which `glob` hides on some versions."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted((folder / name for name in names if name.endswith(".toml")), key=lambda path: path.stem)


def _load(path: Path) -> ModelProfile:
    try:
        with path.open(encoding="utf-8-sig") as file:  # some editors write a byte order mark
            text = file.read(MAX_PROFILE_CHARS + 1)
    except UnicodeDecodeError:
        raise ProfileError(path.name, 0, "It is not text in UTF-8.") from None
    except OSError as error:
        raise ProfileError(path.name, 0, f"It cannot be read: {error.strerror or error}.") from error
    return read_file(text, path.name)
