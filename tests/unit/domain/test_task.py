"""The tables of states, exhaustively: where a task can go, what a person is told, where it stands in the list."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from sora_studio.domain.clip import CLIP_TRANSITIONS, Clip, ClipState
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import SECTIONS, TRANSITIONS, Phase, Task, TaskSection, TaskState

AT = datetime(2026, 11, 22, tzinfo=UTC)
TASK = Task(1, TaskState.WAITING, GenerationRequest("sora-2", "A cat"), "https://api.example", AT)

# The table as the design tells it, written out once more by hand.
ALLOWED = {
    ("waiting", "sending"),
    ("waiting", "cancelled"),
    ("waiting", "failed"),
    ("sending", "waiting"),
    ("sending", "unknown"),
    ("sending", "pending"),
    ("sending", "failed"),
    ("unknown", "pending"),
    ("pending", "processing"),
    ("pending", "success"),
    ("pending", "failed"),
    ("pending", "lost"),
    ("processing", "pending"),
    ("processing", "success"),
    ("processing", "failed"),
    ("processing", "lost"),
    ("lost", "pending"),
    ("lost", "processing"),
    ("lost", "success"),
    ("lost", "failed"),
}


@pytest.mark.parametrize(("start", "end"), list(product(TaskState, TaskState)))
def test_every_transition_is_as_designed(start: TaskState, end: TaskState) -> None:
    assert (end in TRANSITIONS[start]) == ((start.value, end.value) in ALLOWED)


@pytest.mark.parametrize("state", TaskState)
def test_only_what_is_over_goes_nowhere(state: TaskState) -> None:
    assert state.is_over == (not TRANSITIONS[state])
    assert not (state.is_over and state.is_running)


def test_a_paid_request_is_never_sent_twice_and_only_an_unsent_one_is_cancelled() -> None:
    assert {state for state in TaskState if TaskState.SENDING in TRANSITIONS[state]} == {TaskState.WAITING}
    assert {state for state in TaskState if TaskState.WAITING in TRANSITIONS[state]} == {TaskState.SENDING}
    assert {state for state in TaskState if TaskState.CANCELLED in TRANSITIONS[state]} == {TaskState.WAITING}


@pytest.mark.parametrize("state", ClipState)
def test_every_clip_can_end_up_saved(state: ClipState) -> None:
    reached, before = {state}, set[ClipState]()
    while reached != before:
        before = set(reached)
        reached.update(*(CLIP_TRANSITIONS[seen] for seen in before))
    assert ClipState.SAVED in reached


def with_clips(*states: ClipState) -> Task:
    clips = tuple(Clip(number, 1, number, state, "https://a/b", AT) for number, state in enumerate(states))
    return replace(TASK, state=TaskState.SUCCESS, clips=clips)


@pytest.mark.parametrize("state", [state for state in TaskState if state is not TaskState.SUCCESS])
def test_an_unfinished_tasks_phase_is_its_state(state: TaskState) -> None:
    task = replace(TASK, state=state)
    assert task.phase.value == state.value
    assert task.is_settled == state.is_over


@pytest.mark.parametrize(("first", "second"), list(product(ClipState, ClipState)))
def test_a_finished_tasks_phase_is_the_most_urgent_of_its_clips(first: ClipState, second: ClipState) -> None:
    order = [
        (ClipState.DOWNLOADING, Phase.DOWNLOADING),
        (ClipState.REMOTE, Phase.UNSAVED),
        (ClipState.EXPIRED, Phase.EXPIRED),
        (ClipState.MISSING, Phase.MISSING),
        (ClipState.SAVED, Phase.READY),
    ]
    task = with_clips(first, second)
    assert task.phase is next(phase for state, phase in order if state in (first, second))
    assert task.is_settled == (not {first, second} & {ClipState.DOWNLOADING, ClipState.REMOTE})


def test_every_phase_has_its_section() -> None:
    assert set(SECTIONS) == set(Phase)
    assert set(SECTIONS.values()) == set(TaskSection)
