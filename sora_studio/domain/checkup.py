"""What a checkup of the program's surroundings finds, one finding for each part. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = str | int | float | bool | None | Mapping[str, "Fact"]


class CheckState(StrEnum):
    """`problem` needs a person, `warning` does not yet, and `skipped` could not or need not be checked."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


_BY_WEIGHT = (CheckState.PROBLEM, CheckState.WARNING, CheckState.OK, CheckState.SKIPPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result for one part. `say` is what was found, `do` what to do about it; empty when there is nothing to do.

    `facts` are values for scripts; sizes in bytes, times as ISO 8601 text. Never a key.
    """

    name: str
    state: CheckState
    say: str
    do: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])


def worst(states: Iterable[CheckState]) -> CheckState:
    """Return the state of a part that consists of several; skipped if there is none."""
    found = set(states)
    return next((state for state in _BY_WEIGHT if state in found), CheckState.SKIPPED)
