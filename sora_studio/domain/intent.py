"""What belongs to a task beside its request: the document it was written in, its project, folder and origin."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ParentKind(StrEnum):
    """How a task continues another one."""

    CONTINUED = "continued"
    LONGER = "longer"
    AGAIN = "again"
    VARIATION = "variation"


@dataclass(frozen=True, slots=True)
class Parent:
    """The task that another one comes from; `clip` counts from 0, and `at_s` is the time of the frame that it continues."""

    task: int
    kind: ParentKind
    clip: int | None = None
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """`output_dir` is where the task's clips go; None for the folder in the settings when they are saved.

    Without a `document`, the text belongs to the one that sent it before, or to a new one outside the rail.
    """

    document: int | None = None
    project: int | None = None
    output_dir: Path | None = None
    parent: Parent | None = None


NO_INTENT = Intent()
