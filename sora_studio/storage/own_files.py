"""What the folders of the user's own files have in common: names for backups, and a disk's errors in words."""

import os
from pathlib import Path


def free_name(path: Path) -> Path:
    """Return a name for a backup that is not taken: `sora-2.toml.bak`, `sora-2.toml.bak-2` and so on."""
    backup, number = path.with_name(f"{path.name}.bak"), 1
    while os.path.lexists(backup):
        number += 1
        backup = path.with_name(f"{path.name}.bak-{number}")
    return backup
