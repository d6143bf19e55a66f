"""What a person can do with a task, by its phase: one main action, the rest in the card's menu. Pure."""

from enum import StrEnum

from sora_studio.domain.clip import ClipState
from sora_studio.domain.failures import explain
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.tasks.task_money import price_text


class TaskAction(StrEnum):
    """The value is the stable name; `label_of` is what a menu shows."""

    PLAY = "play"
    REVIEW = "review"
    CHECK = "check"
    ATTACH = "attach"
    AGAIN = "again"
    DISCARD = "discard"
    EDIT = "edit-prompt"
    PAUSE = "pause"
    SAVE_NOW = "save-now"
    SAVE_AS_IT_IS = "save-as-it-is"
    LOCATE = "locate"
    COPY_PROMPT = "copy-prompt"
    COPY_ID = "copy-id"
    SHOW_FOLDER = "show-folder"
    REMOVE = "remove"


_LABELS: dict[TaskAction, str] = {
    TaskAction.PLAY: "Play",
    TaskAction.REVIEW: "Review…",
    TaskAction.CHECK: "Check now",
    TaskAction.ATTACH: "Attach id…",
    TaskAction.AGAIN: "Again",
    TaskAction.DISCARD: "Discard",
    TaskAction.EDIT: "Edit prompt",
    TaskAction.PAUSE: "Pause download",
    TaskAction.SAVE_NOW: "Save now",
    TaskAction.SAVE_AS_IT_IS: "Save as it is",
    TaskAction.LOCATE: "Locate…",
    TaskAction.COPY_PROMPT: "Copy prompt",
    TaskAction.COPY_ID: "Copy id",
    TaskAction.SHOW_FOLDER: "Show in folder",
    TaskAction.REMOVE: "Remove",
}

_OWN: dict[Phase, tuple[TaskAction, ...]] = {
    Phase.WAITING: (),
    Phase.SENDING: (),
    Phase.UNKNOWN: (TaskAction.REVIEW, TaskAction.ATTACH, TaskAction.AGAIN, TaskAction.DISCARD),
    Phase.PENDING: (TaskAction.CHECK,),
    Phase.PROCESSING: (TaskAction.CHECK,),
    Phase.DOWNLOADING: (TaskAction.PAUSE,),
    Phase.UNSAVED: (TaskAction.SAVE_NOW,),
    Phase.READY: (TaskAction.PLAY,),
    Phase.EXPIRED: (TaskAction.EDIT, TaskAction.AGAIN, TaskAction.SAVE_NOW),
    Phase.MISSING: (TaskAction.LOCATE, TaskAction.SAVE_NOW),
    Phase.FAILED: (),
    Phase.LOST: (TaskAction.CHECK, TaskAction.AGAIN),
    Phase.CANCELLED: (TaskAction.EDIT, TaskAction.AGAIN),
}
"""By phase, the main action first. What a failed task offers depends on why it failed."""

SPENDING = frozenset({TaskAction.AGAIN})
"""These may be charged: never behind a single click."""


def menu_of(task: Task) -> tuple[tuple[TaskAction, ...], ...]:
    """Everything that makes sense now, in groups: the state's own (the main action first), what always helps, removing."""
    has_file = any(clip.state is ClipState.SAVED for clip in task.clips)
    own = _own_actions(task)
    if any(clip.plays for clip in task.clips) and TaskAction.PLAY not in own:
        own = (*own, TaskAction.PLAY)
    common = [TaskAction.EDIT, TaskAction.COPY_PROMPT]
    if task.task_id:
        common.append(TaskAction.COPY_ID)
    if has_file:
        common.append(TaskAction.SHOW_FOLDER)
    removing = (TaskAction.REMOVE,) if can_remove(task) else ()
    groups = (own, tuple(action for action in common if action not in own), removing)
    return tuple(group for group in groups if group)


def can_remove(task: Task) -> bool:
    """Not while it is being sent, and not while it is unclear: that is for the person to decide, not to hide."""
    return task.phase not in (Phase.SENDING, Phase.UNKNOWN)


def main_action(task: Task) -> TaskAction | None:
    """What Enter and a double click do; None while a task is being sent."""
    if task.phase is Phase.WAITING:
        return TaskAction.REMOVE
    own = _own_actions(task)
    return own[0] if own else None


def label_of(action: TaskAction, task: Task) -> str:
    """What a menu shows. Removing a task that runs only hides it, and the words say so."""
    if action is TaskAction.REMOVE and not task.is_settled:
        return "Remove (not sent yet)" if task.phase is Phase.WAITING else "Remove from list (still followed and saved)"
    if action is TaskAction.AGAIN and task.phase in (Phase.UNKNOWN, Phase.LOST):
        return f"Again ({price_text(task)}, may be charged twice)"
    return _LABELS[action]


def _own_actions(task: Task) -> tuple[TaskAction, ...]:
    if task.phase is Phase.READY and not any(clip.plays for clip in task.clips):
        return (TaskAction.SHOW_FOLDER,)
    if task.phase is Phase.UNSAVED and any(clip.kept for clip in task.clips):
        return (*_OWN[Phase.UNSAVED], TaskAction.SAVE_AS_IT_IS)
    if task.phase is not Phase.FAILED:
        return _OWN[task.phase]
    fixable = explain(task.fail_code, task.fail_message).fixable
    return (TaskAction.EDIT, TaskAction.AGAIN) if fixable else (TaskAction.AGAIN, TaskAction.EDIT)
