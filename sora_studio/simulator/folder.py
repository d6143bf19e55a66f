"""Storage of the simulator's tasks, fetched pictures and rendered films: one small file for each."""

import hashlib
import os
import tempfile
from pathlib import Path

from sora_studio.simulator.task import RemoteTask


class Folder:
    """Plain files, written atomically, so that simulators may share a folder and a killed one loses nothing."""

    def __init__(self, root: Path) -> None:
        self._tasks, self._pictures, self.films = root / "tasks", root / "pictures", root / "films"
        for part in (self._tasks, self._pictures, self.films):
            part.mkdir(parents=True, exist_ok=True)

    def save(self, task: RemoteTask) -> None:
        """Save a task's newest version."""
        write_whole(self._tasks / f"{task.id}.json", task.to_text().encode())

    def load(self, task_id: str) -> RemoteTask | None:
        """Return the task with that id; None when missing or unreadable."""
        if not task_id.isalnum():
            return None
        try:
            return RemoteTask.from_text((self._tasks / f"{task_id}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def load_all(self) -> list[RemoteTask]:
        """Return every readable task."""
        found = [self.load(path.stem) for path in self._tasks.glob("*.json")]
        return [task for task in found if task is not None]

    def keep_picture(self, content: bytes) -> str:
        """Store a picture under the hash of its content, and return that name."""
        name = hashlib.sha256(content).hexdigest()
        if not self.picture(name).exists():
            write_whole(self.picture(name), content)
        return name

    def picture(self, name: str) -> Path:
        """Return a picture's path."""
        return self._pictures / name


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file atomically."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
