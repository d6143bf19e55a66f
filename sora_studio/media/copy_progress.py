"""Reports how far a copy is, from the copying process to the program."""

import json
import os
import time
from typing import BinaryIO

_EVERY_S = 0.1


class CopyProgress:
    """Writes a line at most ten times a second. It also tells that the process is alive."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._fraction = 0.0
        self._told_at = 0.0

    def report(self, fraction: float) -> None:
        """Tell how much is done, 0 to 1. It never goes back."""
        self._fraction = max(self._fraction, min(fraction, 1.0))
        self.alive()

    def alive(self) -> None:
        """Tell that something was done, even if no progress can be measured."""
        now = time.monotonic()
        if now - self._told_at >= _EVERY_S:
            self._told_at = now
            self.tell({"progress": self._fraction})

    def tell(self, answer: dict[str, object]) -> None:
        """Write one line. Ends the process when the program is gone: nothing else would be done with the copy."""
        try:
            self._lines.write(json.dumps(answer).encode() + b"\n")
            self._lines.flush()
        except OSError:
            os._exit(1)
