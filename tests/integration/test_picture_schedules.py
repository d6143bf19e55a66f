"""Seeded schedules of hosts that fail, kills and second thoughts: nothing stays public that no task needs."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import pytest

from sora_studio.domain.picture import Publication
from sora_studio.services.pictures import withdrawal
from sora_studio.services.pictures.uploads import Uploads
from sora_studio.services.pictures.withdrawal import Withdrawal
from tests.doubles.publications import MemoryPublications
from tests.faults.pictures import outcome_of
from tests.faults.world import Outcome

IN_MEMORY, ON_DISK = 24, 3


def tell(outcome: Outcome) -> None:
    """For a person who runs this with `-s`."""
    ways = {way: count for way, count in outcome.faults.items() if way.startswith("picture")}
    print(  # noqa: T201
        f"\n{outcome.schedules} schedules, {outcome.intents} tasks, {outcome.visible} pictures left; "
        f"{outcome.ends.total()} ends at {len(outcome.ends)} places, {outcome.faults.total()} faults, {ways}; "
        f"charged {outcome.charged}, twice {outcome.charged_twice}, lost {outcome.lost}; {dict(outcome.states)}"
    )


def test_nothing_stays_public_that_no_unfinished_task_needs(tmp_path: Path) -> None:
    outcome = outcome_of(range(IN_MEMORY), tmp_path)
    tell(outcome)
    assert outcome.broken == []
    assert outcome.visible > IN_MEMORY
    ways = {"slow", "late", "no connection", "done but not said", "not liked"}
    assert {f"picture: {way}" for way in ways} <= set(outcome.faults)
    assert sum("picture" in step or "withdrawal" in step for step in outcome.ends) >= 6


def test_the_same_holds_over_a_real_file(tmp_path: Path) -> None:
    outcome = outcome_of(range(100_000, 100_000 + ON_DISK), tmp_path, on_disk=True)
    tell(outcome)
    assert outcome.broken == []


def _a_start_that_forgets_what_was_cut_off() -> AbstractContextManager[object]:
    left = Withdrawal._left

    async def but_these(self: Withdrawal) -> list[Publication]:
        return [publication for publication in await left(self) if publication.url]

    return mock.patch.object(Withdrawal, "_left", but_these)


def _a_withdrawal_that_believes_the_first_answer() -> AbstractContextManager[object]:
    return mock.patch.object(withdrawal, "LANDS_WITHIN_S", 0.0)


def _nobody_waits_for_a_turn() -> AbstractContextManager[object]:
    def turn(_self: Uploads, _fingerprint: str, _place: str) -> asyncio.Lock:
        return asyncio.Lock()

    return mock.patch.object(Uploads, "turn", turn)


def _an_intent_written_down_too_late() -> AbstractContextManager[object]:
    async def standing(_: MemoryPublications) -> list[Publication]:
        return []

    return mock.patch.object(MemoryPublications, "standing", standing)


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (_a_start_that_forgets_what_was_cut_off, "no unfinished task needs"),
        (_a_withdrawal_that_believes_the_first_answer, "still reachable"),
        (_nobody_waits_for_a_turn, "left twice"),
        (_an_intent_written_down_too_late, "before it was written down"),
    ],
)
def test_the_judge_would_notice(tmp_path: Path, mistake: Callable[[], AbstractContextManager[object]], words: str) -> None:
    with mistake():
        assert any(words in sentence for seed in range(40) for sentence in outcome_of([seed], tmp_path).broken)
