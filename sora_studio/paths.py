"""Where things are kept on each system: the program's own resources, its data, and the person's videos."""

import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent
DATA_DIR_VARIABLE = "SORA_STUDIO_DATA_DIR"


def resources_dir() -> Path:
    """Icons, fonts and model profiles: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "resources"
    return installed if installed.is_dir() else _PACKAGE.parent / "resources"


def data_dir(*, demo: bool = False) -> Path:
    """The data folder: `SORA_STUDIO_DATA_DIR`, else the system's place for it. The demo has a folder of its own inside."""
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    base = full_path(chosen) if chosen else platformdirs.user_data_path("sora-studio", appauthor=False)
    return base / "demo" if demo else base


def full_path(text: str) -> Path:
    """A path as a person writes it, from the root on. A `~` whose home nobody knows is a name like any other."""
    return Path(os.path.expanduser(text)).absolute()  # noqa: PTH111 - pathlib's own raises for an unknown home


def videos_dir() -> Path:
    """Where clips go unless the person says otherwise."""
    return platformdirs.user_videos_path() / "Sora Studio"
