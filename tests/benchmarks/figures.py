"""One line a figure, so that every benchmark can run alone and all of them together make one table."""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`measured` and `aim` are words with units; `met` is None where there is nothing to reach."""

    name: str
    measured: str
    aim: str = ""
    met: bool | None = None

    def tell(self) -> None:
        """As a line of JSON on standard output."""
        print(json.dumps(asdict(self)), flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)
