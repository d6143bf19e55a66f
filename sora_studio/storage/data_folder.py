"""The data folder: private to its user, and known to be usable before anything is kept in it."""

import os
from pathlib import Path

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import DataFolderUnusable
from sora_studio.folders import make_private, why_unusable, write_briefly


def prepare_data_folder(folder: Path) -> None:
    """Make it private and write there for a moment. A full disk is no reason to stop: what is there can still be used.

    Raises `DataFolderUnusable`. Blocks.
    """
    try:
        make_private(folder)
        os.listdir(folder)  # noqa: PTH208 - a folder may be written without being read
        write_briefly(folder)
    except OSError as error:
        if not is_full(error):
            raise DataFolderUnusable(folder, why_unusable(folder, error)) from error
