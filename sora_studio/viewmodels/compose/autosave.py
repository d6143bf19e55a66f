"""Debounces saving of a changing draft, with an upper limit on the delay."""

import time

from PySide6.QtCore import QObject, QTimer, Signal

PAUSE_MS = 300
LONGEST_MS = 900
"""Leaves 100 ms for writing, so that a change is on disk within a second even during continuous typing."""
RETRY_MS = 5_000


class Autosave(QObject):
    """A debounce timer: each change restarts it, but it fires at most `LONGEST_MS` after the first change.

    Signals: `due()` when the draft should be saved.
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
        """Note a change and restart the timer."""
        now_s = time.monotonic()
        if self._first_change_s is None:
            self._first_change_s = now_s
        left_ms = LONGEST_MS - int((now_s - self._first_change_s) * 1000)
        self._timer.start(max(0, min(PAUSE_MS, left_ms)))

    def settle(self) -> None:
        """Stop the timer: the changes so far are being written."""
        self._first_change_s = None
        self._timer.stop()

    def retry(self) -> None:
        """Schedule another attempt after a failed write."""
        self._first_change_s = time.monotonic()
        self._timer.start(RETRY_MS)
