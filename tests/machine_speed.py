"""How slow this machine is now: the tests' figures are for two quiet cores, and the same work takes longer elsewhere."""

import statistics
import time

_ADDITIONS = 500_000
_QUIET_S = 0.0125
"""Processor time that so many additions take on the two quiet cores of the figures."""


def slowness() -> float:
    """Return how many times as long as on those cores plain Python takes here and now; never below 1.

    It tells a slow machine from slow code: a figure may grow with the machine and not beyond.
    """
    return max(1.0, statistics.median(_additions_s() for _ in range(5)) / _QUIET_S)


def _additions_s() -> float:
    began, total = time.process_time(), 0
    for number in range(_ADDITIONS):
        total += number
    return time.process_time() - began
