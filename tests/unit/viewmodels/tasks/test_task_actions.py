"""What can be done with a task, over the whole table of phases."""

from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.clip import ClipState
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.tasks.task_actions import SPENDING, TaskAction, label_of, main_action, menu_of, next_steps
from sora_studio.viewmodels.tasks.task_words import Surroundings
from tests.doubles.task_studio import NOW, clip_in, task_in

MAIN = {
    Phase.WAITING: TaskAction.CHANGE,
    Phase.SENDING: None,
    Phase.UNKNOWN: TaskAction.REVIEW,
    Phase.PENDING: TaskAction.CHECK,
    Phase.PROCESSING: TaskAction.CHECK,
    Phase.DOWNLOADING: TaskAction.PAUSE,
    Phase.UNSAVED: TaskAction.SAVE_NOW,
    Phase.READY: TaskAction.PLAY,
    Phase.EXPIRED: TaskAction.EDIT,
    Phase.MISSING: TaskAction.LOCATE,
    Phase.FAILED: TaskAction.EDIT,
    Phase.LOST: TaskAction.CHECK,
    Phase.CANCELLED: TaskAction.EDIT,
}


def unsaved(trouble: str) -> Task:
    return task_in(Phase.UNSAVED, clips=(clip_in(ClipState.REMOTE, 1, trouble=trouble),))


def offered(phase: Phase, **changes: object) -> list[TaskAction]:
    return [action for group in menu_of(task_in(phase, **changes)) for action in group]


@pytest.mark.parametrize("phase", Phase)
def test_the_main_action_stands_in_the_menu(phase: Phase) -> None:
    assert main_action(task_in(phase)) is MAIN[phase]
    assert MAIN[phase] is None or MAIN[phase] in offered(phase)


@pytest.mark.parametrize("phase", Phase)
def test_every_menu_offers_the_prompt_and_each_action_once(phase: Phase) -> None:
    actions = offered(phase)
    edit = TaskAction.CHANGE if phase is Phase.WAITING else TaskAction.EDIT
    assert {edit, TaskAction.COPY_PROMPT} <= set(actions)
    assert len(actions) == len(set(actions))


@pytest.mark.parametrize("phase", Phase)
def test_only_what_is_not_being_decided_can_be_removed(phase: Phase) -> None:
    assert (TaskAction.REMOVE in offered(phase)) is (phase not in (Phase.SENDING, Phase.UNKNOWN))


def test_an_id_is_offered_once_there_is_one() -> None:
    assert TaskAction.COPY_ID in offered(Phase.PENDING)
    assert TaskAction.COPY_ID not in offered(Phase.WAITING)


def test_a_saved_clip_of_an_unfinished_task_can_be_played_and_shown() -> None:
    clips = (clip_in(ClipState.SAVED, 1), clip_in(ClipState.EXPIRED, 1, index=1))
    assert {TaskAction.PLAY, TaskAction.SHOW_FOLDER} <= set(offered(Phase.EXPIRED, clips=clips))
    assert not {TaskAction.PLAY, TaskAction.SHOW_FOLDER} & set(offered(Phase.EXPIRED))


def test_trying_again_is_the_way_when_the_request_was_not_at_fault() -> None:
    assert main_action(task_in(Phase.FAILED, fail_code="MODEL_UNAVAILABLE")) is TaskAction.AGAIN


def test_words_say_what_removing_and_sending_again_mean() -> None:
    assert label_of(TaskAction.REMOVE, task_in(Phase.PROCESSING)) == "Hide from list (still followed and saved)"
    assert label_of(TaskAction.REMOVE, task_in(Phase.WAITING)) == "Move to trash (not sent)"
    assert label_of(TaskAction.REMOVE, task_in(Phase.READY)) == "Move to trash"
    unpriced, priced = task_in(Phase.UNKNOWN), task_in(Phase.UNKNOWN, estimated_usd=0.5)
    assert label_of(TaskAction.AGAIN, unpriced) == "Again (price unknown, may be charged twice)"
    assert label_of(TaskAction.AGAIN, priced) == "Again (about $0.50, may be charged twice)"
    assert label_of(TaskAction.AGAIN, task_in(Phase.FAILED)) == "Again"


@pytest.mark.parametrize("phase", Phase)
def test_one_word_names_one_thing(phase: Phase) -> None:
    labels = [label_of(action, task_in(phase)) for action in offered(phase)]
    assert labels.count("Edit" if phase is Phase.WAITING else "Edit prompt") == 1
    assert not [
        label for label in labels if "try again" in label.lower() or "use again" in label.lower() or "fix" in label.lower()
    ]
    assert len([label for label in labels if label.startswith("Again")]) == (TaskAction.AGAIN in offered(phase))


@pytest.mark.parametrize(
    ("task", "steps"),
    [
        (task_in(Phase.FAILED), ["Edit prompt", "Again"]),
        (task_in(Phase.FAILED, fail_code="GENERATION_FAILED"), ["Again", "Edit prompt"]),
        (task_in(Phase.FAILED, fail_code="INSUFFICIENT_CREDITS"), ["Add credit…", "Again", "Edit prompt"]),
        (task_in(Phase.FAILED, fail_code="IMAGE_UNPUBLISHED"), ["Picture settings…", "Again", "Edit prompt"]),
        (task_in(Phase.CANCELLED), ["Edit prompt", "Again"]),
        (task_in(Phase.EXPIRED), ["Edit prompt", "Again", "Save now"]),
        (task_in(Phase.MISSING), ["Locate…", "Save now"]),
        (task_in(Phase.LOST), ["Check now", "Again (price unknown, may be charged twice)"]),
        (task_in(Phase.UNKNOWN), ["Review…"]),
        (task_in(Phase.WAITING), []),
        (task_in(Phase.WAITING, trouble="The service does not accept this API key."), ["Enter key…"]),
        (task_in(Phase.WAITING, trouble="The account has no credit left."), ["Add credit…"]),
        (task_in(Phase.PROCESSING), []),
        (task_in(Phase.DOWNLOADING), []),
        (task_in(Phase.UNSAVED), []),
        (
            task_in(Phase.UNSAVED, clips=(clip_in(ClipState.REMOTE, 1, trouble="The disk is full."),)),
            ["Choose folder…", "Save now"],
        ),
        (task_in(Phase.UNSAVED, clips=(clip_in(ClipState.REMOTE, 1, trouble="Paused."),)), ["Save now"]),
    ],
)
def test_the_stage_offers_what_fits_the_reason(task: Task, steps: list[str]) -> None:
    here = replace(task, gateway="https://api.apixo.ai")
    assert [step.label for step in next_steps(here, Surroundings(NOW, gateway="https://api.apixo.ai"))] == steps


def test_credit_is_offered_only_where_its_page_is_known_and_a_task_of_another_gateway_leads_to_its_address() -> None:
    broke = task_in(Phase.FAILED, fail_code="INSUFFICIENT_CREDITS")
    for gateway in ("https://gateway.example", "http://127.0.0.1:8080", "simulator"):
        steps = next_steps(replace(broke, gateway=gateway), Surroundings(NOW, gateway=gateway))
        assert [step.label for step in steps] == ["Again", "Edit prompt"]
    elsewhere = next_steps(task_in(Phase.WAITING), Surroundings(NOW, gateway="https://gateway.example"))
    assert [step.label for step in elsewhere] == ["Service settings…"]


def test_what_may_be_charged_is_known() -> None:
    assert TaskAction.AGAIN in SPENDING


def test_what_was_kept_can_be_saved_as_it_is() -> None:
    kept = clip_in(ClipState.REMOTE, 1, path=Path("films/1.kept"), trouble="The service sent a web page, not a film.")
    assert TaskAction.SAVE_AS_IT_IS in offered(Phase.UNSAVED, clips=(kept,))
    assert label_of(TaskAction.SAVE_AS_IT_IS, task_in(Phase.UNSAVED, clips=(kept,))) == "Save as it is"
    assert TaskAction.SAVE_AS_IT_IS not in offered(Phase.UNSAVED)


def test_what_is_no_film_is_shown_in_its_folder_and_not_played() -> None:
    picture = clip_in(ClipState.SAVED, 1, path=Path("films/1.png"), trouble="The service sent a PNG picture, not a film.")
    assert main_action(task_in(Phase.READY, clips=(picture,))) is TaskAction.SHOW_FOLDER
    assert TaskAction.PLAY not in offered(Phase.READY, clips=(picture,))
    both = (picture, clip_in(ClipState.SAVED, 1, index=1))
    assert {TaskAction.PLAY, TaskAction.SHOW_FOLDER} <= set(offered(Phase.READY, clips=both))
