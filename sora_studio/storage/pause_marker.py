"""The file that says that sending is paused: shared by every process on a data folder, and kept through restarts."""

from pathlib import Path

from sora_studio.atomic_file import sync_folder, write_whole
from sora_studio.disk_calls import on_disk
from sora_studio.storage.disk_errors import told_of_file

MARKER_NAME = "sending-paused"
_WORDS = b"Sora Studio sends nothing from this folder while this file is here. Resume in the window, or delete it.\n"


class PauseMarker:
    """Sending is paused while the file exists. Not a setting: each process keeps its own copy of those."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / MARKER_NAME

    async def is_set(self) -> bool:
        """Return whether the file exists. Raises `FolderSilent`, and `OSError` if the folder cannot be read."""
        return await on_disk(self._path.parent, self._exists)

    async def put(self, paused: bool) -> None:
        """Create or delete the file; that is on disk when this returns.

        Raises `FolderSilent`, `StorageFull`, and `InvalidSetting` for other errors of the file system.
        """
        with told_of_file(f"{self._path.name} cannot be changed"):
            await on_disk(self._path.parent, self._create if paused else self._delete)

    def _exists(self) -> bool:
        try:
            self._path.lstat()  # `exists` calls an unreadable folder an absent file
        except FileNotFoundError:
            return False
        return True

    def _create(self) -> None:
        write_whole(self._path, _WORDS)

    def _delete(self) -> None:
        self._path.unlink(missing_ok=True)
        sync_folder(self._path.parent)
