"""Exponential backoff after failures."""

import random
from dataclasses import dataclass
from typing import Generic, TypeVar

from sora_studio.clock import Clock
from sora_studio.domain.schedule import backoff_s

Key = TypeVar("Key", int, str)


@dataclass(slots=True)
class _Wait:
    """Until when to wait, in monotonic seconds, and the number of failures in a row."""

    until: float = 0.0
    failures: int = 0


class Backoff(Generic[Key]):
    """An independent backoff for each key, which grows with every failure in a row."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._waits = dict[Key, _Wait]()

    def failed(self, key: Key, *, least_s: float = 0.0) -> None:
        """Record a failure. Overlapping failures count once."""
        now = self._clock.monotonic()
        wait = self._waits.setdefault(key, _Wait())
        wait_s = max(least_s, backoff_s(wait.failures, self._rng))
        if wait.until <= now:
            wait.failures += 1
        wait.until = max(wait.until, now + wait_s)

    def succeeded(self, key: Key) -> None:
        """Reset the key's backoff."""
        self._waits.pop(key, None)

    def regain_all(self) -> None:
        """Reset every backoff."""
        self._waits.clear()

    def is_waiting(self, key: Key) -> bool:
        """Return whether the key must not be tried yet."""
        wait = self._waits.get(key)
        return wait is not None and wait.until > self._clock.monotonic()

    @property
    def left_s(self) -> float:
        """Seconds until the next key may be tried; infinite if none is waiting."""
        now = self._clock.monotonic()
        return min((wait.until - now for wait in self._waits.values() if wait.until > now), default=float("inf"))
