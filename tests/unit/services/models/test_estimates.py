"""Prices and times follow the tasks that end, also those of before and of other processes, and never invent anything."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sora_studio.domain.events import EstimatesChanged
from sora_studio.domain.models.estimate import PriceEstimate, TimeEstimate
from sora_studio.domain.models.profile import PollPlan
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from tests.doubles.gateway import DONE, FAILED, PROCESSING
from tests.doubles.outside import Lock
from tests.unit.services.rig import GATEWAY, Rig, request, run, sora_2


async def put_past(rig: Rig, *times_s: float, usd: float | None = None, gateway: str = GATEWAY) -> None:
    """Successful tasks that took so long."""
    accepted_at = rig.clock.now() - timedelta(days=1)
    made = request("a former one").completed(rig.core.profiles["sora-2"])
    for took_s in times_s:
        (task,) = await rig.tasks.add([made], gateway=gateway, at=accepted_at)
        await rig.tasks.transition(task.id, TaskState.SENDING)
        await rig.tasks.transition(task.id, TaskState.PENDING, task_id=f"old-{task.id}", accepted_at=accepted_at)
        ended = accepted_at + timedelta(seconds=took_s)
        await rig.tasks.succeed(task.id, [], completed_at=ended, expires_at=ended)
        await rig.tasks.record(task.id, measured_usd=usd)


def without_poll(rig: Rig) -> None:
    """Make the profile leave open when to poll."""
    profile = replace(rig.core.profiles["sora-2"], poll=PollPlan(), states_poll=False, generation_times=())
    rig.core.profiles["sora-2"] = profile  # type: ignore[index] - a dict, as the rig made it


def test_a_measured_price_is_the_next_tasks_estimate(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.balances.extend([10.0, 9.58])
        rig.gateway.default_status = DONE
        async with rig:
            estimates, profile = rig.engine.estimates, rig.core.profiles["sora-2"]
            assert estimates.estimate(request(), profile).price == PriceEstimate(0.125, 0.1, 0.15)
            await rig.submit("one")
            assert rig.row(1).estimated_usd == 0.125
            rig.seen.clear()
            await rig.advance(300)
            assert estimates.estimate(request(), profile).price == PriceEstimate(0.42, 0.42, 0.42, measured=1)
            assert rig.told(EstimatesChanged)
            await rig.submit("two")
            assert (rig.row(2).estimated_usd, rig.row(2).estimated_most_usd) == (0.42, 0.42)
            longer = replace(request(), options={"duration": 15})
            assert estimates.estimate(longer, profile).price == PriceEstimate(0.125, 0.1, 0.15), "none of those was measured"
            assert estimates.records() == {"sora-2": ModelRecord(2, 1, 0, None, 0.42, (0.42, 0.42), 1)}

    run(story())


def test_the_first_submission_knows_what_earlier_runs_measured(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await put_past(rig, 100.0, 120.0, usd=0.3)
        await put_past(rig, *[900.0] * 5, usd=7.0, gateway="https://another.example")
        await rig.engine.submission.submit(request("new"))
        assert rig.row(8).estimated_usd == 0.3, "without waiting for the start to be over"
        assert rig.engine.estimates.records()["sora-2"] == ModelRecord(7, 7, 0, None, 0.3, (0.3, 0.3), 2)

    run(story())


def test_times_count_from_the_fifth_on(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await put_past(rig, 20.0, 30.0, 40.0, 50.0)
        async with rig:
            profile = rig.core.profiles["sora-2"]
            assert rig.engine.estimates.usual_time(request(), profile) == TimeEstimate(240, 180, 300)
            await put_past(rig, 60.0)
            rig.core.task_writer.on_write()
            await rig.advance(2)
            assert rig.engine.estimates.usual_time(request(), profile) == TimeEstimate(40, 20, 60, measured=5)

    run(story())


def test_changes_while_the_past_is_read_are_not_lost(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await put_past(rig, 100.0, usd=0.3)
        estimates, row = rig.engine.estimates, rig.row(1)
        estimates.task_changed(replace(row, measured_usd=0.5))
        estimates.task_changed(replace(row, id=2, measured_usd=0.7))
        assert not estimates.records()
        await estimates.load()
        assert estimates.records() == {"sora-2": ModelRecord(2, 2, 0, None, 0.6, (0.5, 0.7), 2)}
        await estimates.load()
        assert estimates.records()["sora-2"].tasks == 2

    run(story())


def test_a_guest_learns_from_the_owners_tasks(tmp_path: Path) -> None:
    async def story() -> None:
        owner = Rig(tmp_path)
        guest = Rig(tmp_path, tasks=owner.tasks, clock=owner.clock, lock=Lock(free=False))
        owner.gateway.default_status = FAILED
        async with owner, guest:
            await owner.submit("one")
            await owner.advance(200)
            assert guest.engine.estimates.records() == owner.engine.estimates.records() == {"sora-2": ModelRecord(1, 0, 1)}

    run(story())


def test_a_model_of_the_past_is_still_counted(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await put_past(rig, 100.0, usd=0.3)
        await rig.tasks.add([GenerationRequest("former", "A pier")], gateway=GATEWAY, at=rig.clock.now())
        await rig.engine.estimates.load()
        assert rig.engine.estimates.records()["former"] == ModelRecord(1, 0, 0)

    run(story())


@pytest.mark.parametrize(
    ("times_s", "first_s"),
    [
        ([], 60),
        ([20.0] * 4, 60),
        ([20.0, 50.0, 60.0, 70.0, 80.0], 16),
        ([5.0] * 6, 10),
        ([100.0] * 8, 80),
        ([3_000.0] * 6, 180),
    ],
)
def test_measured_times_replace_the_first_wait_where_the_profile_leaves_it_open(
    tmp_path: Path, times_s: list[float], first_s: float
) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        rig.gateway.default_status = PROCESSING
        without_poll(rig)
        await put_past(rig, *times_s)
        async with rig:
            (task,) = await rig.submit("one")
            row = rig.row(task.id)
            assert row.accepted_at is not None
            assert row.next_poll_at == row.accepted_at + timedelta(seconds=first_s), "as the card tells"
            await rig.advance(first_s - 1)
            assert not rig.gateway.asked
            await rig.advance(12)
            waits = [(at - row.accepted_at).total_seconds() for _, at in rig.gateway.asked]
            assert waits == [pytest.approx(first_s, abs=0.2), pytest.approx(first_s + 10, abs=0.4)]

    run(story())


def test_a_plan_that_the_profile_states_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        await put_past(rig, *[20.0] * 9)
        async with rig:
            assert rig.engine.estimates.poll_plan(request(), rig.core.profiles["sora-2"]) == sora_2().poll == PollPlan(180, 10)
            await rig.submit("one")
            await rig.advance(179)
            assert not rig.gateway.asked
            await rig.advance(2)
            assert len(rig.gateway.asked) == 1

    run(story())
