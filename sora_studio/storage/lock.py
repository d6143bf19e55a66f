"""A lock that lets one process per data folder track tasks. The system releases it when that process ends, even by a crash."""

from pathlib import Path

from filelock import FileLock, Timeout

from sora_studio.domain.errors import DatabaseUnusable

LOCK_NAME = "tracker.lock"


class DataFolderLock:
    """Held from a successful `try_acquire` until `release` or the end of the process."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / LOCK_NAME
        self._lock = FileLock(self._path, thread_local=False)

    def try_acquire(self) -> bool:
        """Try to take the lock without waiting; return whether it is held. Raises `DatabaseUnusable` on file errors."""
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
        """Release the lock; does nothing if it is not held."""
        self._lock.release()
