"""Seeded schedules of every fault that a create can meet, and of ends and starts in between: the books always balance."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import httpx
import pytest

from sora_studio.domain.task import TRANSITIONS, TaskState
from sora_studio.gateway import faults
from tests.doubles.tasks import MemoryTasks
from tests.faults.ways import FAULTS
from tests.faults.world import Outcome, outcome_of

IN_MEMORY, ON_DISK = range(130, 200), range(100_000, 100_006)
"""Seeds: the first meet every kind of fault. The benchmark `faults` runs 10,000, and 1,000 on disk."""


def tell(outcome: Outcome) -> None:
    """For a person who runs this with `-s`."""
    print(  # noqa: T201
        f"\n{outcome.schedules} schedules, {outcome.intents} intents, {outcome.faults.total()} faults of "
        f"{len(outcome.faults)} kinds, {outcome.ends.total()} ends; charged {outcome.charged}, twice {outcome.charged_twice}, "
        f"lost {outcome.lost}, sent again {outcome.sent_again}, unclear and visible {outcome.visible} of {outcome.unclear}"
    )


def test_nothing_is_charged_twice_and_nothing_is_lost_whatever_fails(tmp_path: Path) -> None:
    outcome = outcome_of(IN_MEMORY, tmp_path)
    tell(outcome)
    assert outcome.broken == []
    assert {way.value for way in FAULTS} <= set(outcome.faults)
    assert outcome.visible == outcome.unclear > outcome.unclear_and_charged > 0
    assert outcome.sent_again


def test_the_same_holds_over_a_real_file(tmp_path: Path) -> None:
    outcome = outcome_of(ON_DISK, tmp_path, on_disk=True)
    tell(outcome)
    assert outcome.broken == []
    assert outcome.visible == outcome.unclear > 0


def test_a_schedule_goes_the_same_way_every_time(tmp_path: Path) -> None:
    assert outcome_of(range(5), tmp_path) == outcome_of(range(5), tmp_path)


def _a_reset_taken_for_a_refusal() -> AbstractContextManager[object]:
    return mock.patch.object(faults, "NEVER_SENT", (*faults.NEVER_SENT, httpx.ReadError))


def _a_start_that_sends_again() -> AbstractContextManager[object]:
    async def recover(tasks: MemoryTasks) -> list[int]:
        cut_off = [row.id for row in tasks.rows.values() if row.state is TaskState.SENDING]
        for task in cut_off:
            await tasks.transition(task, TaskState.WAITING)
        return cut_off

    return mock.patch.object(MemoryTasks, "recover", recover)


def _an_unclear_one_given_up() -> AbstractContextManager[object]:
    async def recover(tasks: MemoryTasks) -> list[int]:
        cut_off = [row.id for row in tasks.rows.values() if row.state is TaskState.SENDING]
        for task in cut_off:
            await tasks.transition(task, TaskState.FAILED)
        return cut_off

    assert TaskState.FAILED in TRANSITIONS[TaskState.SENDING]
    return mock.patch.object(MemoryTasks, "recover", recover)


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (_a_reset_taken_for_a_refusal, "charged twice"),
        (_a_start_that_sends_again, "charged twice"),
        (_an_unclear_one_given_up, "failed, charged"),
    ],
)
def test_the_judge_would_notice(tmp_path: Path, mistake: Callable[[], AbstractContextManager[object]], words: str) -> None:
    with mistake():
        assert any(words in sentence for seed in range(80) for sentence in outcome_of([seed], tmp_path).broken)
