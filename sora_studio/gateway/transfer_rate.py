"""How fast a film arrives: told to whoever watches, and judged when it hardly does."""

from collections import deque
from collections.abc import Callable

from sora_studio.clock import Clock
from sora_studio.domain.ports import TransferProgress

REPORT_EVERY_S = 0.1
SPEED_OVER_S = 2.0
STALL_BYTES_PER_S, STALL_AFTER_S = 1024, 30.0


class TransferRate:
    """Reports progress about ten times a second, with the speed over the last two seconds.

    The only place that throttles progress: what it reports goes to the window as it is.
    """

    def __init__(self, clock: Clock, report: Callable[[TransferProgress], None]) -> None:
        self._clock = clock
        self._report = report
        self._samples: deque[tuple[float, int]] = deque()

    def saw(self, received_bytes: int, total_bytes: int | None, *, last: bool = False) -> None:
        """So many bytes are there now. The `last` report is never left out."""
        now = self._clock.monotonic()
        if self._samples and not last and now - self._samples[-1][0] < REPORT_EVERY_S:
            return
        if self._samples and received_bytes < self._samples[-1][1]:
            self._samples.clear()  # begun anew: a speed over that would be negative
        self._samples.append((now, received_bytes))
        while now - self._samples[0][0] > SPEED_OVER_S:
            self._samples.popleft()
        since, before = self._samples[0]
        bytes_per_s = (received_bytes - before) / (now - since) if now > since else 0.0
        self._report(TransferProgress(received_bytes, total_bytes, bytes_per_s))


class StallWatch:
    """Notices a connection that is open and brings next to nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since, self._bytes = clock.monotonic(), 0

    def is_stalled(self, more_bytes: int) -> bool:
        """Count bytes; True when the last 30 s brought less than 1 KB a second."""
        self._bytes += more_bytes
        took_s = self._clock.monotonic() - self._since
        if took_s < STALL_AFTER_S:
            return False
        stalled = self._bytes < STALL_BYTES_PER_S * took_s
        self._since, self._bytes = self._clock.monotonic(), 0
        return stalled
