"""Progress reports and stall detection of downloads."""

from collections import deque
from collections.abc import Callable

from sora_studio.clock import Clock
from sora_studio.domain.ports import TransferProgress

REPORT_EVERY_S = 0.1
SPEED_OVER_S = 2.0
STALL_BYTES_PER_S, STALL_AFTER_S = 1024, 30.0


class TransferRate:
    """Reports progress about ten times a second, with the speed over the last two seconds.

    This is the only place that throttles progress: the window shows every report.
    """

    def __init__(self, clock: Clock, report: Callable[[TransferProgress], None]) -> None:
        self._clock = clock
        self._report = report
        self._samples: deque[tuple[float, int]] = deque()

    def saw(self, received_bytes: int, total_bytes: int | None, *, last: bool = False) -> None:
        """Record the bytes received so far and report them unless throttled; the `last` report never is."""
        now = self._clock.monotonic()
        if self._samples and not last and now - self._samples[-1][0] < REPORT_EVERY_S:
            return
        if self._samples and received_bytes < self._samples[-1][1]:
            self._samples.clear()  # restarted: the speed would be negative
        self._samples.append((now, received_bytes))
        while now - self._samples[0][0] > SPEED_OVER_S:
            self._samples.popleft()
        since, before = self._samples[0]
        bytes_per_s = (received_bytes - before) / (now - since) if now > since else 0.0
        self._report(TransferProgress(received_bytes, total_bytes, bytes_per_s))


class StallWatch:
    """Detects a connection that is open but delivers next to nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since, self._bytes = clock.monotonic(), 0

    def is_stalled(self, more_bytes: int) -> bool:
        """Count bytes; return True if at least 30 s passed at less than 1 KB/s."""
        self._bytes += more_bytes
        took_s = self._clock.monotonic() - self._since
        if took_s < STALL_AFTER_S:
            return False
        stalled = self._bytes < STALL_BYTES_PER_S * took_s
        self._since, self._bytes = self._clock.monotonic(), 0
        return stalled
