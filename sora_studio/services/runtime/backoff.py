"""How long to leave alone what has failed, and when to try it again."""

import random
from dataclasses import dataclass
from typing import Generic, TypeVar

from sora_studio.clock import Clock
from sora_studio.domain.schedule import backoff_s

Key = TypeVar("Key", int, str)


@dataclass(slots=True)
class _Wait:
    """Until when, in monotonic seconds, and after how many failures in a row."""

    until: float = 0.0
    failures: int = 0


class Backoff(Generic[Key]):
    """A wait of its own for each of several things, which grows with every failure in a row."""

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._rng = rng
        self._waits = dict[Key, _Wait]()

    def failed(self, key: Key, *, least_s: float = 0.0) -> None:
        """It failed. Failures of one burst count as one."""
        now = self._clock.monotonic()
        wait = self._waits.setdefault(key, _Wait())
        wait_s = max(least_s, backoff_s(wait.failures, self._rng))
        if wait.until <= now:
            wait.failures += 1
        wait.until = max(wait.until, now + wait_s)

    def succeeded(self, key: Key) -> None:
        """It worked, or is over."""
        self._waits.pop(key, None)

    def regain_all(self) -> None:
        """Each is worth another try now."""
        self._waits.clear()

    def is_waiting(self, key: Key) -> bool:
        """Whether it is still to be left alone."""
        wait = self._waits.get(key)
        return wait is not None and wait.until > self._clock.monotonic()

    @property
    def left_s(self) -> float:
        """Until the next of them may be tried; infinite when none is held."""
        now = self._clock.monotonic()
        return min((wait.until - now for wait in self._waits.values() if wait.until > now), default=float("inf"))
