"""A disk's errors as sentences."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import DataFolderUnusable, FolderSilent, InvalidSetting, StorageFull
from sora_studio.folders import why_unusable


@contextmanager
def told_of_file(words: str) -> Generator[None]:
    """Raise `StorageFull`, for another error of the disk `InvalidSetting` that begins with `words`. `FolderSilent` passes."""
    try:
        yield
    except FolderSilent:  # which is an `OSError`, too
        raise
    except OSError as error:
        if is_full(error):
            raise StorageFull from error
        raise InvalidSetting(f"{words}: {error.strerror or error}.") from error


@contextmanager
def told_of_folder(folder: Path) -> Generator[None]:
    """Raise `StorageFull`, and for other errors of the disk `DataFolderUnusable`."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StorageFull from error
        raise DataFolderUnusable(folder, why_unusable(folder, error)) from error
