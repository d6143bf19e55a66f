"""The actions available for several selected tasks, by what they are. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.task import TaskSection


class BulkAction(StrEnum):
    """An action on several tasks; each task that it does not fit is left alone."""

    HOLD = "hold"
    RELEASE = "release"
    SEND_NEXT = "send-next"
    CANCEL = "cancel"
    RETRY = "retry"
    COPY_IDS = "copy-ids"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Selected:
    """How many of the selected tasks are in each section, how many of the waiting ones are held, and what removing does."""

    sections: Mapping[TaskSection, int]
    held: int = 0
    trashed: int = 0
    hidden: int = 0

    @property
    def words(self) -> str:
        """`8 selected`."""
        return f"{sum(self.sections.values()):,} selected"


@dataclass(frozen=True, slots=True)
class BulkStep:
    """An entry of the bar and the menu."""

    action: BulkAction
    label: str
    tip: str


def bulk_steps(selected: Selected) -> tuple[BulkStep, ...]:
    """Return the actions that apply to any of the selected tasks, and to how many."""
    waiting, failed = (selected.sections.get(section, 0) for section in (TaskSection.WAITING, TaskSection.FAILED))
    steps = list[BulkStep]()
    if waiting > selected.held:
        steps.append(BulkStep(BulkAction.HOLD, f"Hold {waiting - selected.held:,}", "They wait until you release them."))
    if selected.held:
        steps.append(BulkStep(BulkAction.RELEASE, f"Release {selected.held:,}", "They are sent when it is their turn."))
    if waiting:
        steps.append(BulkStep(BulkAction.SEND_NEXT, f"Send {waiting:,} next", "They go before all others that wait."))
        steps.append(BulkStep(BulkAction.CANCEL, f"Cancel {waiting:,} waiting", "They are not sent, and cost nothing."))
    if failed:
        tip = "Send again what failed, expired or was cancelled. You are asked before that costs much."
        steps.append(BulkStep(BulkAction.RETRY, f"Retry {failed:,} failed", tip))
    steps.append(BulkStep(BulkAction.COPY_IDS, "Copy ids", "The service's ids, one a line."))
    if removal := _removal_words(selected):
        tip = "Moves them to the trash, where waiting ones are not sent. Running ones are hidden and still followed."
        steps.append(BulkStep(BulkAction.REMOVE, removal, tip))
    return tuple(steps)


def _removal_words(selected: Selected) -> str:
    """Return `Trash 5`, `Hide 2` or `Trash 5, hide 2`."""
    words = [f"Trash {selected.trashed:,}" if selected.trashed else "", f"hide {selected.hidden:,}" if selected.hidden else ""]
    joined = ", ".join(filter(None, words))
    return f"{joined[:1].upper()}{joined[1:]}"
