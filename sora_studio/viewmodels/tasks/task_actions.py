"""The actions available for a task, by its phase: one main action, the rest in the card's menu. Pure functions."""

from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.clip import NOT_WRITTEN, ClipState
from sora_studio.domain.errors import FolderSilent, KeyMissing, KeyRejected, OutOfCredit, StorageFull
from sora_studio.domain.failures import IMAGE_UNPUBLISHED, INSUFFICIENT_CREDITS, explain
from sora_studio.domain.service_pages import service_pages
from sora_studio.domain.successors import needs_another_model
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.tasks.task_money import price_text
from sora_studio.viewmodels.tasks.task_words import Surroundings, is_elsewhere


class TaskAction(StrEnum):
    """An action on a task. The value is a stable name; `label_of` returns the menu text."""

    PLAY = "play"
    REVIEW = "review"
    CHECK = "check"
    ATTACH = "attach"
    AGAIN = "again"
    DISCARD = "discard"
    EDIT = "edit-prompt"
    CHANGE = "change"
    PAUSE = "pause"
    HOLD = "hold"
    RELEASE = "release"
    SEND_NEXT = "send-next"
    SAVE_NOW = "save-now"
    SAVE_AS_IT_IS = "save-as-it-is"
    LOCATE = "locate"
    COPY_PROMPT = "copy-prompt"
    COPY_ID = "copy-id"
    SHOW_FOLDER = "show-folder"
    REMOVE = "remove"
    ENTER_KEY = "enter-key"
    ADD_CREDIT = "add-credit"
    CHOOSE_FOLDER = "choose-folder"
    SET_UP_PICTURES = "set-up-pictures"
    CHANGE_SERVICE = "change-service"


_LABELS: dict[TaskAction, str] = {
    TaskAction.PLAY: "Play",
    TaskAction.REVIEW: "Review…",
    TaskAction.CHECK: "Check now",
    TaskAction.ATTACH: "Attach id…",
    TaskAction.AGAIN: "Again",
    TaskAction.DISCARD: "Discard",
    TaskAction.EDIT: "Edit prompt",
    TaskAction.CHANGE: "Edit",
    TaskAction.PAUSE: "Pause download",
    TaskAction.HOLD: "Hold",
    TaskAction.RELEASE: "Release",
    TaskAction.SEND_NEXT: "Send next",
    TaskAction.SAVE_NOW: "Save now",
    TaskAction.SAVE_AS_IT_IS: "Save as it is",
    TaskAction.LOCATE: "Locate…",
    TaskAction.COPY_PROMPT: "Copy prompt",
    TaskAction.COPY_ID: "Copy id",
    TaskAction.SHOW_FOLDER: "Show in folder",
    TaskAction.REMOVE: "Move to trash",
    TaskAction.ENTER_KEY: "Enter key…",
    TaskAction.ADD_CREDIT: "Add credit…",
    TaskAction.CHOOSE_FOLDER: "Choose folder…",
    TaskAction.SET_UP_PICTURES: "Picture settings…",
    TaskAction.CHANGE_SERVICE: "Service settings…",
}

_OWN: dict[Phase, tuple[TaskAction, ...]] = {
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
"""Actions by phase, the main one first. Those of a failed task depend on the failure, those of a waiting one on its hold."""

SPENDING = frozenset({TaskAction.AGAIN})
"""Actions that may be charged; in the list, never triggered by a single click."""
FOLLOWED = frozenset({Phase.PENDING, Phase.PROCESSING})
_STUCK = frozenset({Phase.FAILED, Phase.EXPIRED, Phase.MISSING, Phase.CANCELLED, Phase.LOST})


def menu_of(task: Task) -> tuple[tuple[TaskAction, ...], ...]:
    """Return the available actions in groups: the phase's own (main action first), common ones, and removal."""
    has_file = any(clip.state is ClipState.SAVED for clip in task.clips)
    own = _own_actions(task)
    if any(clip.plays for clip in task.clips) and TaskAction.PLAY not in own:
        own = (*own, TaskAction.PLAY)
    common = [TaskAction.COPY_PROMPT] if task.phase is Phase.WAITING else [TaskAction.EDIT, TaskAction.COPY_PROMPT]
    if task.task_id:
        common.append(TaskAction.COPY_ID)
    if has_file:
        common.append(TaskAction.SHOW_FOLDER)
    removing = (TaskAction.REMOVE,) if can_remove(task) else ()
    groups = (own, tuple(action for action in common if action not in own), removing)
    return tuple(group for group in groups if group)


@dataclass(frozen=True, slots=True)
class NextStep:
    """A button on the stage."""

    action: TaskAction
    label: str
    tip: str


def next_steps(task: Task, around: Surroundings) -> tuple[NextStep, ...]:
    """Return the buttons for a task that has no film to show: first the remedy for the cause, then the usual actions."""
    return tuple(NextStep(action, label_of(action, task), _tip_of(action, task)) for action in _next_actions(task, around))


def _next_actions(task: Task, around: Surroundings) -> tuple[TaskAction, ...]:
    if is_elsewhere(task, around):
        return (TaskAction.CHANGE_SERVICE,)
    remedy = _remedy_of(task, around)
    if task.phase is Phase.UNKNOWN:
        return (TaskAction.REVIEW,)
    usual = _own_actions(task) if task.phase in _STUCK or (task.phase is Phase.UNSAVED and _clip_trouble(task)) else ()
    if task.phase is Phase.WAITING and needs_another_model(task, around.profile):
        usual = (TaskAction.CHANGE,)
    return (*((remedy,) if remedy else ()), *usual)


def _remedy_of(task: Task, around: Surroundings) -> TaskAction | None:
    """Return the action that fixes a cause outside the task, such as a missing key."""
    code = (task.fail_code or "").upper()
    if task.phase is Phase.FAILED and code == IMAGE_UNPUBLISHED:
        return TaskAction.SET_UP_PICTURES
    if task.phase is Phase.WAITING and task.trouble in (KeyMissing.title, KeyRejected.title):
        return TaskAction.ENTER_KEY
    if task.phase is Phase.UNSAVED and _is_about_the_folder(_clip_trouble(task)):
        return TaskAction.CHOOSE_FOLDER
    is_broke = (task.phase is Phase.FAILED and code == INSUFFICIENT_CREDITS) or (
        task.phase is Phase.WAITING and task.trouble == OutOfCredit.title
    )
    return TaskAction.ADD_CREDIT if is_broke and service_pages(around.gateway) else None


def _is_about_the_folder(trouble: str | None) -> bool:
    return trouble in (StorageFull.title, NOT_WRITTEN) or (trouble or "").endswith(FolderSilent.ENDING)


def _clip_trouble(task: Task) -> str | None:
    return next((clip.trouble for clip in task.clips if clip.trouble), None)


def _tip_of(action: TaskAction, task: Task) -> str:
    if action is TaskAction.AGAIN:
        return f"Make the same once more ({price_text(task)})."
    if action is TaskAction.CHANGE:
        return "Change its text, picture or options. It keeps its place, and is not sent meanwhile."
    return "Put its text, picture and options into the editor." if action is TaskAction.EDIT else ""


def can_remove(task: Task) -> bool:
    """Return whether the task can be removed: not while it is being sent or needs review, which must stay visible."""
    return task.phase not in (Phase.SENDING, Phase.UNKNOWN)


def main_action(task: Task) -> TaskAction | None:
    """Return the action for Enter and a double click; None while a task is being sent."""
    own = _own_actions(task)
    return own[0] if own else None


def label_of(action: TaskAction, task: Task) -> str:
    """Return the menu text. A running task can only be hidden, and the text says so."""
    if action is TaskAction.REMOVE and task.phase in FOLLOWED:
        return "Hide from list (still followed and saved)"
    if action is TaskAction.REMOVE and task.phase is Phase.WAITING:
        return "Move to trash (not sent)"
    if action is TaskAction.AGAIN and task.phase in (Phase.UNKNOWN, Phase.LOST):
        return f"Again ({price_text(task)}, may be charged twice)"
    return _LABELS[action]


def _own_actions(task: Task) -> tuple[TaskAction, ...]:
    if task.phase is Phase.READY and not any(clip.plays for clip in task.clips):
        return (TaskAction.SHOW_FOLDER,)
    if task.phase is Phase.UNSAVED and any(clip.kept for clip in task.clips):
        return (*_OWN[Phase.UNSAVED], TaskAction.SAVE_AS_IT_IS)
    if task.phase is Phase.WAITING:
        return (TaskAction.CHANGE, TaskAction.SEND_NEXT, TaskAction.RELEASE if task.held_at is not None else TaskAction.HOLD)
    if task.phase is not Phase.FAILED:
        return _OWN[task.phase]
    fixable = explain(task.fail_code, task.fail_message).fixable
    return (TaskAction.EDIT, TaskAction.AGAIN) if fixable else (TaskAction.AGAIN, TaskAction.EDIT)
