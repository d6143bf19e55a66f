"""Who may track: one process for each data folder. The system frees the lock when its holder ends, however it ends."""

from pathlib import Path

from filelock import FileLock, Timeout

from sora_studio.domain.errors import DatabaseUnusable

LOCK_NAME = "tracker.lock"


class DataFolderLock:
    """Held from a `try_acquire` that says True until `release`, or until the process ends."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LOCK_NAME
        self._lock = FileLock(self._path, thread_local=False)

    def try_acquire(self) -> bool:
        """Whether this process holds it now; never waits. Raises `DatabaseUnusable` when the folder cannot be written."""
        if self._lock.is_locked:
            return True
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:
            reason = f"{getattr(error, 'strerror', None) or error}."
            advice = f"Sora Studio must be able to write in {self._path.parent}."
            raise DatabaseUnusable(self._path, reason, advice) from error
        return True

    def release(self) -> None:
        """Let another process track. Fine when it is not held."""
        self._lock.release()
