"""The service's request limit: a sliding window of one minute."""

import math
from collections import deque

from sora_studio.simulator.wire import Refusal

WINDOW_S = 60.0


class RequestWindow:
    """Admits at most `limit` requests in any minute. Rejected ones do not count, so clients that obey Retry-After get in."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._admitted = deque[float]()

    def admit(self, now: float) -> None:
        """Count a request, or raise 429 with the seconds until there is room."""
        while self._admitted and self._admitted[0] <= now - WINDOW_S:
            self._admitted.popleft()
        if len(self._admitted) >= self._limit:
            wait_s = math.ceil(self._admitted[0] + WINDOW_S - now)
            raise Refusal(429, f"Rate limit of {self._limit} requests a minute reached", retry_after_s=max(wait_s, 1))
        self._admitted.append(now)
