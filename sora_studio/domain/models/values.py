"""Values of a model's options, and how they compare: types are exact, so 1 is not true, "10" is not 10, and 5.0 is no int."""

import math
from collections.abc import Iterable
from typing import TypeAlias

OptionValue: TypeAlias = str | int | float | bool

MAX_NUMBER = 2**53
"""Up to here every program that reads JSON agrees on a number."""
_NEAR = 1e-9
"""Steps such as 0.1 are not exact in binary."""


def is_same(one: object, other: object) -> bool:
    """Return whether two values are equal and of the same type."""
    return type(one) is type(other) and one == other


def is_among(value: object, values: Iterable[object]) -> bool:
    """Return whether one of `values` is the same as `value`."""
    return any(is_same(value, other) for other in values)


def is_whole(value: object) -> bool:
    """Return whether the value is an int; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Return whether the value is an int or a float that JSON carries exactly; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_NUMBER


def is_on_step(value: float, start: float, step: float) -> bool:
    """Return whether the value lies a whole number of steps from `start`."""
    steps = (value - start) / step
    if math.isinf(steps):  # the step is too small to tell values apart
        return True
    return abs(steps - round(steps)) <= _NEAR * max(1.0, abs(steps))


def shown(value: object) -> str:
    """Return the value for a sentence: `on` and `off` for a switch, no trailing zeros."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def listed(words: Iterable[str], joint: str = "or") -> str:
    """Return `a, b or c`; `none` for no words."""
    *front, last = list(words) or ["none"]
    return f"{', '.join(front)} {joint} {last}" if front else last
