"""What the folders of the user's own files have in common: names for backups, and a disk's errors in words."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import DataFolderUnusable, StorageFull
from sora_studio.folders import why_unusable


def free_name(path: Path) -> Path:
    """Return a name for a backup that is not taken: `sora-2.toml.bak`, `sora-2.toml.bak-2` and so on."""
    backup, number = path.with_name(f"{path.name}.bak"), 1
    while os.path.lexists(backup):
        number += 1
        backup = path.with_name(f"{path.name}.bak-{number}")
    return backup


@contextmanager
def told(folder: Path) -> Generator[None]:
    """Turn a disk's errors into sentences: `StorageFull` and `DataFolderUnusable`."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StorageFull from error
        raise DataFolderUnusable(folder, why_unusable(folder, error)) from error
