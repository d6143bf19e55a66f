"""Prints figures as one line each, so that every benchmark runs alone, and all of them together form one table."""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`measured` and `aim` are text with units; `met` is None when there is no target."""

    name: str
    measured: str
    aim: str = ""
    met: bool | None = None

    def tell(self) -> None:
        """Print the figure as a line of JSON to standard output."""
        print(json.dumps(asdict(self)), flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)
