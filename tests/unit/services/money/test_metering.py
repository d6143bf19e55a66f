"""What a task cost is read off the balance, and only where nothing else can have changed it."""

import asyncio
from pathlib import Path

import pytest

from sora_studio.domain.errors import OutcomeUnknown, RequestRefused, ServiceUnavailable
from sora_studio.domain.task import TaskState
from tests.doubles.gateway import DONE, FAILED
from tests.doubles.outside import Lock
from tests.unit.services.rig import GATEWAY, Rig, request, run


def test_one_task_alone_is_measured_by_the_balance(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([74.87, 74.37])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("alone")
            assert (rig.row().balance_before_usd, rig.row().balance_after_usd) == (74.87, None)
            await rig.advance(300)
            assert rig.state() is TaskState.SUCCESS
            assert (rig.row().balance_after_usd, rig.row().measured_usd) == (74.37, 0.5)

    run(story())


def test_each_of_several_tasks_one_after_the_other_is_measured(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, 9.5, 8.9, 8.9])
        rig.gateway.default_status = DONE
        async with rig:
            for prompt in ("one", "two"):
                await rig.submit(prompt)
                await rig.advance(300)
            assert [rig.row(task).measured_usd for task in (1, 2)] == [0.5, 0.6]

    run(story())


def test_tasks_that_ran_together_stay_unknown(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, 9.0])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("one", "two")
            await rig.advance(400)
            assert rig.states() == [TaskState.SUCCESS] * 2
            assert [(rig.row(task).balance_after_usd, rig.row(task).measured_usd) for task in (1, 2)] == [(9.0, None)] * 2
            await rig.submit("three")
            rig.gateway.balances = type(rig.gateway.balances)([8.25])
            await rig.advance(400)
            assert rig.row(3).measured_usd == 0.75

    run(story())


def test_a_balance_that_grew_measures_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([1.0, 100.5])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("filled up meanwhile")
            await rig.advance(300)
            assert (rig.row().balance_after_usd, rig.row().measured_usd) == (100.5, None)

    run(story())


def test_a_failed_task_that_was_paid_back_cost_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.append(10.0)
        rig.gateway.default_status = FAILED
        async with rig:
            await rig.submit("fails")
            await rig.advance(300)
            assert (rig.state(), rig.row().measured_usd) == (TaskState.FAILED, 0.0)

    run(story())


@pytest.mark.parametrize(("after", "measured"), [(9.5, 0.5), (10.0, 0.0)])
def test_an_unclear_task_shows_what_the_balance_did(tmp_path: Path, after: float, measured: float) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, after])
        rig.gateway.creates.append(OutcomeUnknown())
        async with rig:
            await rig.submit("unclear")
            await rig.advance(61)
            row = rig.row()
            assert (row.state, row.balance_before_usd, row.balance_after_usd) == (TaskState.UNKNOWN, 10.0, after)
            assert row.measured_usd == measured

    run(story())


def test_beside_an_unclear_task_nothing_is_measured_until_it_is_settled(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, 10.0, 9.5])
        rig.gateway.default_status = DONE
        rig.gateway.creates.append(OutcomeUnknown())
        async with rig:
            await rig.submit("unclear")
            await rig.advance(100)
            await rig.submit("beside it")
            await rig.advance(300)
            assert rig.row(2).measured_usd is None
            await rig.engine.submission.discard(1)
            rig.engine.balance.want()
            await rig.advance(100)
            rig.gateway.balances = type(rig.gateway.balances)([9.0])
            await rig.submit("alone again")
            await rig.advance(300)
            assert rig.row(3).measured_usd == 0.5

    run(story())


def test_attaching_an_id_forgets_that_nothing_seemed_charged(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.append(10.0)
        rig.gateway.creates.append(OutcomeUnknown())
        async with rig:
            await rig.submit("unclear")
            await rig.advance(61)
            assert rig.row().measured_usd == 0.0
            await rig.engine.submission.attach(1, "task_1")
            assert rig.row().measured_usd is None

    run(story())


def test_what_was_refused_leaves_the_next_one_alone(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, 9.5])
        rig.gateway.default_status = DONE
        rig.gateway.creates.append(RequestRefused())
        async with rig:
            await rig.submit("refused", "accepted")
            await rig.advance(300)
            assert rig.row(1).balance_after_usd is None
            assert rig.row(2).measured_usd == 0.5

    run(story())


def test_another_account_says_nothing_about_a_task_of_the_old_one(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, 5.0, 4.0])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("on the first key")
            rig.engine.key_changed()
            await rig.advance(300)
            assert rig.state() is TaskState.SUCCESS
            assert rig.row().measured_usd is None

    run(story())


def test_a_reading_that_a_sending_overtook_is_no_mark(tmp_path: Path) -> None:
    """The answer may have been made before or after the charge."""

    async def story() -> None:
        rig = Rig(tmp_path)
        held = asyncio.Event()
        answer = rig.gateway.balance

        async def slow_balance() -> float:
            usd = await answer()
            await held.wait()
            return usd

        rig.gateway.balance = slow_balance  # type: ignore[method-assign]
        rig.gateway.balances.extend([9.5, 9.5, 9.5])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("sent while the balance was asked for")
            held.set()
            await rig.advance(300)
            assert rig.state() is TaskState.SUCCESS
            assert rig.row().measured_usd is None

    run(story())


def test_the_balance_is_read_at_the_start_after_each_end_and_at_most_once_a_minute(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.default_status = DONE
        async with rig:
            assert rig.gateway.balance_asked == 1
            for _ in range(50):
                rig.engine.balance.want()  # as the window does whenever it gets the focus
                await rig.advance(1)
            assert rig.gateway.balance_asked == 1
            await rig.advance(11)
            assert rig.gateway.balance_asked == 2
            await rig.advance(600)
            assert rig.gateway.balance_asked == 2, "nothing happened, nothing is asked"
            await rig.submit(*(f"prompt {number}" for number in range(20)))
            await rig.advance(170)
            asked = rig.gateway.balance_asked
            await rig.advance(130)
            assert 1 <= rig.gateway.balance_asked - asked <= 3

    run(story())


def test_a_balance_that_cannot_be_had_leaves_prices_unknown(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.append(ServiceUnavailable())
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("alone")
            await rig.advance(400)
            row = rig.row()
            assert row.state is TaskState.SUCCESS
            assert (row.balance_before_usd, row.balance_after_usd, row.measured_usd) == (None, None, None)

    run(story())


def test_who_takes_over_measures_only_what_it_has_sent_itself(tmp_path: Path) -> None:
    async def story() -> None:
        owner = Rig(tmp_path)
        guest = Rig(tmp_path, tasks=owner.tasks, clock=owner.clock, lock=Lock(free=False))
        owner.gateway.default_status = guest.gateway.default_status = DONE
        guest.gateway.balances.extend([10.0, 9.0, 8.5])
        async with guest:
            async with owner:
                await owner.submit("of the owner")
                await owner.advance(100)
            guest.lock.free = True
            await guest.advance(400)
            assert guest.row(1).state is TaskState.SUCCESS
            assert guest.row(1).measured_usd is None

    run(story())


def test_after_a_restart_the_unclear_one_still_gets_its_second_balance(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await rig.tasks.add([request()], gateway=GATEWAY, at=rig.clock.now())
        await rig.tasks.transition(1, TaskState.SENDING, sent_at=rig.clock.now(), balance_before_usd=10.0)
        rig.gateway.balances.append(9.5)
        async with rig:
            await rig.advance(1)
            row = rig.row()
            assert (row.state, row.balance_before_usd, row.balance_after_usd) == (TaskState.UNKNOWN, 10.0, 9.5)
            assert row.measured_usd is None, "others may have been in flight before the restart"

    run(story())
