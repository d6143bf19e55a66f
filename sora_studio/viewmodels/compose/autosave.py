"""When a changing draft is due to be saved: soon after the person pauses, and often enough while they do not."""

import time

from PySide6.QtCore import QObject, QTimer, Signal

PAUSE_MS = 300
LONGEST_MS = 900
"""Leaves a tenth of a second for writing, so that a change is on disk within a second even while typing goes on."""
RETRY_MS = 5_000


class Autosave(QObject):
    """A timer that each change pushes back, but never past `LONGEST_MS` after the first change.

    Signals: `due()` when something is to be saved.
    """

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._first_change_s: float | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.due)

    @property
    def pending(self) -> bool:
        """Whether something has changed since the last `settle`."""
        return self._first_change_s is not None

    def touch(self) -> None:
        """Something has changed."""
        now_s = time.monotonic()
        if self._first_change_s is None:
            self._first_change_s = now_s
        left_ms = LONGEST_MS - int((now_s - self._first_change_s) * 1000)
        self._timer.start(max(0, min(PAUSE_MS, left_ms)))

    def settle(self) -> None:
        """What has changed so far is being written."""
        self._first_change_s = None
        self._timer.stop()

    def retry(self) -> None:
        """Writing failed: there is still something to save, but not at once."""
        self._first_change_s = time.monotonic()
        self._timer.start(RETRY_MS)
