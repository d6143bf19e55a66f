"""The gate stands before the transaction: a batch is created whole, after a question, or not at all."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import BatchBlocked, BatchQuestion
from sora_studio.domain.money import DayLimits
from sora_studio.domain.task import TaskState
from tests.doubles.prices import clip_price
from tests.unit.services.rig import Rig, request, run


def priced(folder: Path, *, usd: float | None = 0.5, limits: DayLimits | None = None, places: int = 1000) -> Rig:
    rig = Rig(folder, limits=limits or DayLimits(), concurrent_tasks=places)
    profile = replace(rig.core.profiles["sora-2"], prices=() if usd is None else (clip_price(usd),))
    rig.core.profiles["sora-2"] = profile  # type: ignore[index] - a dict, as the rig made it
    return rig


def test_a_dear_batch_is_asked_about_and_created_whole_once_confirmed(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path, usd=1.0, places=2) as rig:
            await rig.submit("runs")
            with pytest.raises(BatchQuestion, match=r"6 tasks for \$6.00. 1 of them can run now; the others wait") as asked:
                await rig.engine.submission.submit(request(), takes=6, ask=True)
            assert asked.value.tasks == 6
            assert len(rig.tasks.rows) == 1
            added = await rig.engine.submission.submit(request(), takes=6)
            assert {task.batch for task in added} == {added[0].id}
            assert len(rig.tasks.rows) == 7

    run(story())


def test_a_cheap_batch_and_a_single_dear_task_are_not_asked_about(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path) as rig:
            assert len(await rig.engine.submission.submit(request("a"), takes=10, ask=True)) == 10
        async with priced(tmp_path, usd=80.0) as rig:
            assert len(await rig.engine.submission.submit(request("b"), ask=True)) == 1

    run(story())


def test_unknown_prices_are_asked_about(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path, usd=None) as rig:
            with pytest.raises(BatchQuestion, match="2 tasks at unknown prices"):
                await rig.engine.submission.submit_together([request("a"), request("b")], ask=True)
            assert rig.tasks.rows == {}

    run(story())


def test_the_balance_is_said_once_it_is_known(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path)
        rig.gateway.balances.append(0.9)
        async with rig:
            await rig.advance(1)
            with pytest.raises(BatchQuestion, match=r"more than your balance of \$0.90"):
                await rig.engine.submission.submit(request(), takes=2, ask=True)

    run(story())


def test_what_waits_counts_for_the_limit_and_a_blocked_batch_creates_nothing(tmp_path: Path) -> None:
    """Also for a command, which is not asked: part of the batch would be sent and the rest left for tomorrow."""

    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(hard_usd=3.0), places=1)
        rig.gateway.gate = asyncio.Event()
        async with rig:
            await rig.submit("one", "two", "three")
            assert rig.states() == [TaskState.SENDING, TaskState.WAITING, TaskState.WAITING]
            with pytest.raises(BatchBlocked, match=r"Today's limit of \$3.00 leaves \$1.50") as blocked:
                await rig.engine.submission.submit(request(), takes=4)
            assert "raise the limit" in blocked.value.advice
            assert len(rig.tasks.rows) == 3
            assert await rig.engine.submission.cancel(3)
            await rig.advance(0.1)
            assert len(await rig.engine.submission.submit(request(), takes=4, ask=False)) == 4
            assert len(await rig.engine.submission.submit(request("alone"))) == 1
            rig.gateway.gate.set()

    run(story())


def test_a_guest_and_a_restart_count_what_waited_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path) as first:
            await first.engine.send_pause.pause()
            await first.submit("one", "two")
        second = priced(tmp_path, limits=DayLimits(hard_usd=1.5))
        second.tasks.rows |= first.tasks.rows
        async with second:
            assert second.engine.spending.committed_usd == 1.0

    run(story())
