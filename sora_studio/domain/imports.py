"""What an import brings into the library, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sora_studio.domain.task import Task, TaskState


class ImportKind(StrEnum):
    """What is imported."""

    BUNDLE = "bundle"
    FOLDER = "folder"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A task from outside. The numbers of task, version, document, batch and parent are those of its own library.

    `tags` are those of the whole task, `clip_tags` those of single clips, by index. A version of 0 is not known: it is found by
    its text.
    """

    task: Task
    project: str | None = None
    tags: tuple[str, ...] = ()
    clip_tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])


@dataclass(frozen=True, slots=True)
class Known:
    """A task that is here already. `lacks` are the clips, by index, that come with a file and have none here.

    `is_stub`: nothing is known here of what became of it. It was not finished when it was imported before, or got lost.
    """

    task: int
    lacks: frozenset[int] = frozenset()
    is_stub: bool = False


class Outcome(StrEnum):
    """What became of a task in an import."""

    ADDED = "added"
    COMPLETED = "completed"
    """It was known, and got clips or an end that it lacked."""
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class ImportedTask:
    """`task` is its number here; None in a dry run for one that is new. `number` was its number where it comes from."""

    outcome: Outcome
    task: int | None
    number: int
    state: TaskState
    prompt: str
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not imported, and why."""

    file: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A finished import, or what one would do."""

    tasks: tuple[ImportedTask, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    is_dry_run: bool = False

    def count(self, outcome: Outcome) -> int:
        """Return how many tasks had that outcome."""
        return sum(task.outcome is outcome for task in self.tasks)


UNFOLLOWED: dict[TaskState, str] = {
    TaskState.WAITING: "It was waiting to be sent when it was exported; this copy does not send it.",
    TaskState.SENDING: "It was being sent when it was exported, and may have been charged; this copy does not follow it.",
    TaskState.UNKNOWN: "It was unclear when it was exported whether it was sent; it may have been charged.",
    TaskState.PENDING: "The service had accepted it when it was exported; this copy does not follow it.",
    TaskState.PROCESSING: "The service was working on it when it was exported; this copy does not follow it.",
    TaskState.LOST: "The service did not know it when it was exported; this copy does not follow it.",
}
"""The trouble of an imported task that was not over. It becomes cancelled: nothing of it is sent, polled or counted as running
here, because the copy that it comes from may still do that."""
