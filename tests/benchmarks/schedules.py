"""Runs thousands of seeded schedules in parallel processes, and adds up their outcomes."""

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Protocol, Self, TypeVar


class Outcome(Protocol):
    """Combined outcome of schedules."""

    broken: list[str]

    def __iadd__(self, other: Self) -> Self: ...


Total = TypeVar("Total", bound=Outcome)


def add_up(total: Total, live: Callable[[int], Total], firsts: Iterable[int]) -> Total:
    """Call `live` for every chunk, by its first seed, in a process of its own. Print broken promises."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for outcome in pool.map(live, firsts):
            total += outcome
    for sentence in total.broken:
        print(sentence, file=sys.stderr)
    return total
