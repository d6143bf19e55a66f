"""Seeded schedules by the thousand: lived through in processes side by side, and added up."""

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Protocol, Self, TypeVar


class Outcome(Protocol):
    """What schedules came to."""

    broken: list[str]

    def __iadd__(self, other: Self) -> Self: ...


Total = TypeVar("Total", bound=Outcome)


def add_up(total: Total, live: Callable[[int], Total], firsts: Iterable[int]) -> Total:
    """`live` lives through the chunk that begins with a seed, in a process of its own. Says which promises were broken."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for outcome in pool.map(live, firsts):
            total += outcome
    for sentence in total.broken:
        print(sentence, file=sys.stderr)
    return total
