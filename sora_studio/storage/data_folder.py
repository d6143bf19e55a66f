"""The data folder: private to its user, and checked before anything is stored in it."""

import os
from pathlib import Path

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import DataFolderUnusable
from sora_studio.folders import make_private, why_unusable, write_briefly


def prepare_data_folder(folder: Path) -> None:
    """Make the folder private and check that it can be read and written. Blocks.

    Raises `DataFolderUnusable`, but not for a full disk: existing data can still be used.
    """
    try:
        make_private(folder)
        os.listdir(folder)  # noqa: PTH208 - a folder may be written without being read
        write_briefly(folder)
    except OSError as error:
        if not is_full(error):
            raise DataFolderUnusable(folder, why_unusable(folder, error)) from error
