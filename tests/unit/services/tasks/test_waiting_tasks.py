"""Sending goes by the user's order, and a held task is never sent, however near its turn was."""

import asyncio
from pathlib import Path

from sora_studio.domain.money import DayLimits
from sora_studio.domain.task import TaskState
from sora_studio.domain.waiting_order import FRONT
from tests.unit.services.rig import Rig, request, run
from tests.unit.services.tasks.test_batch_gate import priced


def prompts(rig: Rig) -> list[str]:
    return [created.prompt for created in rig.gateway.created]


async def in_line(rig: Rig, *names: str) -> None:
    """Let these wait behind a pause."""
    await rig.engine.send_pause.pause()
    await rig.submit(*names)


def test_sending_goes_by_the_order_and_new_tasks_come_last(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await in_line(rig, "1", "2", "3", "4")
            await rig.engine.waiting_tasks.move([4], before=2)
            await rig.engine.waiting_tasks.move([1], before=None)
            await rig.submit("5")
            await rig.engine.send_pause.resume()
            await rig.advance(5)
            assert prompts(rig) == ["4", "2", "3", "1", "5"]

    run(story())


def test_send_next_comes_first_even_if_it_was_held(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await in_line(rig, "1", "2", "3")
            await rig.engine.waiting_tasks.hold([3])
            await rig.engine.waiting_tasks.send_next([3])
            await rig.advance(0.1)
            await rig.engine.send_pause.resume()
            await rig.advance(5)
            assert prompts(rig) == ["3", "1", "2"]

    run(story())


def test_a_held_task_is_passed_over_until_it_is_released(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await in_line(rig, "1", "2", "3")
            await rig.engine.waiting_tasks.hold([1, 2])
            await rig.engine.send_pause.resume()
            await rig.advance(3600)
            assert prompts(rig) == ["3"]
            await rig.engine.waiting_tasks.release([2])
            await rig.advance(5)
            assert prompts(rig) == ["3", "2"]
            assert rig.state(1) is TaskState.WAITING

    run(story())


def test_a_task_that_is_held_right_before_its_claim_is_not_sent(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        turn = rig.gateway.turn = asyncio.Event()
        async with rig:
            await rig.submit("1", "2")
            await rig.engine.waiting_tasks.hold([1])
            turn.set()
            await rig.advance(60)
            assert prompts(rig) == ["2"]
            assert rig.tasks.history == [(2, TaskState.SENDING), (2, TaskState.PENDING), (2, TaskState.PROCESSING)][:2]
            await rig.engine.waiting_tasks.release([1])
            await rig.advance(5)
            assert prompts(rig) == ["2", "1"]

    run(story())


def test_a_restart_keeps_the_order_and_what_is_held(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as first:
            await in_line(first, "1", "2", "3")
            await first.engine.waiting_tasks.move([3], before=FRONT)
            await first.engine.waiting_tasks.hold([2])
        async with Rig(tmp_path, tasks=first.tasks, clock=first.clock) as second:
            await second.advance(5)
            assert prompts(second) == ["3", "1"]

    run(story())


def test_holding_the_task_that_passes_the_limit_lets_the_others_go(tmp_path: Path) -> None:
    async def story() -> None:
        async with priced(tmp_path, limits=DayLimits(hard_usd=0.2)) as rig:
            await rig.submit("dear")
            assert rig.notices() == {"hard-limit"}
            await rig.engine.waiting_tasks.hold([1])
            await rig.advance(1)
            assert rig.notices() == set()

    run(story())


def test_what_was_sent_meanwhile_is_neither_held_nor_moved(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("1")
            await rig.engine.waiting_tasks.hold([1])
            await rig.engine.waiting_tasks.send_next([1])
            assert (rig.row().held_at, rig.row().rank) == (None, 1.0)
            assert len(await rig.engine.submission.submit(request("2"))) == 1

    run(story())
