"""Model profiles from disk: the shipped ones, and the user's own, which override or extend them."""

import time
from pathlib import Path

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import read_file
from sora_studio.storage.toml_files import read_toml, toml_files

_PAUSE_S = 0.0005


def load_profiles(shipped: Path, own: Path) -> tuple[dict[str, ModelProfile], list[ProfileError]]:
    """Return the profiles by slug, shipped ones first, and the errors. An invalid override leaves the shipped one in use."""
    profiles, errors = dict[str, ModelProfile](), list[ProfileError]()
    own_files = list[Path]()
    try:
        own_files = toml_files(own)
    except OSError as error:
        errors.append(ProfileError(own.name, 0, f"The folder cannot be read: {error.strerror or error}."))
    for path in [*toml_files(shipped), *own_files]:
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
        return read_file(read_toml(path), path.name), None
    except ProfileError as error:
        return None, error
