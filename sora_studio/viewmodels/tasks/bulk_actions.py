"""The actions available for several selected tasks, by the sections that they are in. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.task import TaskSection


class BulkAction(StrEnum):
    """An action on several tasks; each task that it does not fit is left alone."""

    CANCEL = "cancel"
    RETRY = "retry"
    COPY_IDS = "copy-ids"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class BulkStep:
    """An entry of the bar and the menu."""

    action: BulkAction
    label: str
    tip: str


def selected_words(sections: Mapping[TaskSection, int]) -> str:
    """Return `8 selected`."""
    return f"{sum(sections.values()):,} selected"


def bulk_steps(sections: Mapping[TaskSection, int]) -> tuple[BulkStep, ...]:
    """Return the actions for a selection, by how many of its tasks are in each section."""
    waiting, failed = sections.get(TaskSection.WAITING, 0), sections.get(TaskSection.FAILED, 0)
    steps = list[BulkStep]()
    if waiting:
        steps.append(BulkStep(BulkAction.CANCEL, f"Cancel {waiting:,} waiting", "They are not sent, and cost nothing."))
    if failed:
        tip = "Send again what failed, expired or was cancelled. You are asked before that costs much."
        steps.append(BulkStep(BulkAction.RETRY, f"Retry {failed:,} failed", tip))
    steps.append(BulkStep(BulkAction.COPY_IDS, "Copy ids", "The service's ids, one a line."))
    if sum(sections.values()) > sections.get(TaskSection.REVIEW, 0):
        tip = "Moves them to the trash, where waiting ones are not sent. Running ones are hidden and still followed."
        steps.append(BulkStep(BulkAction.REMOVE, "Remove", tip))
    return tuple(steps)
