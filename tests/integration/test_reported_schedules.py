"""Seeded lives of reported tasks: whatever becomes of the reports, each ends as the service says, and is paid for once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import pytest

from sora_studio.domain.models.profile import PollPlan
from sora_studio.domain.task import Task
from sora_studio.services.callbacks.callback_handler import CallbackHandler
from sora_studio.services.polling import polled_task
from sora_studio.services.tasks.attaching import Attaching
from tests.faults.reported import Outcome, outcome_of

SCHEDULES = 80
MISFORTUNES = {
    "answers lost",
    "answers that came late",
    "creates put off",
    "lines broken",
    "programs ended",
    "questions that failed",
    "reports forged",
    "reports in time",
    "reports late",
    "reports lost",
    "reports too early",
    "reports twice",
    "reports without an id",
    "unclear ones put aside",
}


def tell(outcome: Outcome) -> None:
    """For a person who runs this with `-s`."""
    print(  # noqa: T201
        f"\n{outcome.schedules} schedules, {outcome.tasks} tasks, {outcome.met.total()} misfortunes of {len(outcome.met)} "
        f"kinds; charged {outcome.charged}, twice {outcome.charged_twice}, lost {outcome.lost}, attached {outcome.attached}, "
        f"still unclear {outcome.unclear}; {outcome.questions} questions, {outcome.polls_saved} saved"
    )


def test_whatever_becomes_of_reports_every_task_ends_as_the_service_says(tmp_path: Path) -> None:
    outcome = outcome_of(range(SCHEDULES), tmp_path)
    tell(outcome)
    assert outcome.broken == []
    assert (outcome.charged_twice, outcome.lost) == (0, 0)
    assert set(outcome.met) == MISFORTUNES
    assert outcome.attached > outcome.unclear > 0
    assert outcome.polls_saved > 0


def test_a_schedule_goes_the_same_way_every_time(tmp_path: Path) -> None:
    assert outcome_of(range(5), tmp_path) == outcome_of(range(5), tmp_path)


def _an_id_for_everybody() -> AbstractContextManager[object]:
    async def is_given(_self: Attaching, _task_id: str) -> bool:
        return False

    return mock.patch.object(Attaching, "is_given", is_given)


def _no_patience_with_early_reports() -> AbstractContextManager[object]:
    def task_changed(_self: CallbackHandler, _task: Task) -> None: ...

    return mock.patch.object(CallbackHandler, "task_changed", task_changed)


def _a_question_for_every_report() -> AbstractContextManager[object]:
    def hint_due_at(now: float, _last: float, _plan: PollPlan) -> float:
        return now

    return mock.patch.object(polled_task, "hint_due_at", hint_due_at)


@pytest.mark.parametrize("mistake", [_an_id_for_everybody, _no_patience_with_early_reports, _a_question_for_every_report])
def test_the_schedules_find_a_mistake(tmp_path: Path, mistake: Callable[[], AbstractContextManager[object]]) -> None:
    with mistake():
        assert any(outcome_of([seed], tmp_path).broken for seed in range(100))
