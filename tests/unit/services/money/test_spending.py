"""What a day costs is added up honestly, and its limits stop sending and nothing else."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.errors import OutcomeUnknown, RequestRefused
from sora_studio.domain.events import NoticeRaised, SpendingChanged
from sora_studio.domain.money import DayLimits, DaySpend, dollars, local_day
from sora_studio.domain.task import TaskState
from tests.doubles.gateway import DONE
from tests.doubles.outside import Lock
from tests.doubles.prices import clip_price
from tests.unit.services.rig import Rig, request, run


def priced(folder: Path, *, usd: float | None = 0.5, limits: DayLimits | None = None, earlier: Rig | None = None) -> Rig:
    """A rig whose profile knows a price, or none; `earlier` left its tasks and its time."""
    kept = {} if earlier is None else {"tasks": earlier.tasks, "clock": earlier.clock}
    rig = Rig(folder, limits=limits or DayLimits(), **kept)  # type: ignore[arg-type] - two fields by name
    profile = rig.core.profiles["sora-2"]
    prices = () if usd is None else (clip_price(usd),)
    rig.core.profiles["sora-2"] = replace(profile, prices=prices)  # type: ignore[index] - a dict, as the rig made it
    return rig


def prompts(count: int) -> list[str]:
    return [f"prompt {number}" for number in range(count)]


def test_today_is_the_estimate_until_it_is_measured(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path)
        rig.gateway.balances.extend([10.0, 9.25])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("one")
            await rig.advance(1)
            assert rig.engine.spending.today == DaySpend(0.5, 0, estimated=1)
            await rig.advance(300)
            assert rig.engine.spending.today == DaySpend(0.75, 0)
            assert [event.today.usd for event in rig.told(SpendingChanged) if isinstance(event, SpendingChanged)] == [0.5, 0.75]

    run(story())


def test_what_nobody_priced_is_counted_and_what_was_refused_is_not(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, usd=None)
        rig.gateway.creates.extend(["remote-1", OutcomeUnknown(), RequestRefused()])
        async with rig:
            await rig.submit("runs", "unclear", "refused")
            await rig.advance(1)
            assert rig.states() == [TaskState.PENDING, TaskState.UNKNOWN, TaskState.FAILED]
            assert rig.engine.spending.today == DaySpend(0.0, 2)

    run(story())


def test_the_hard_limit_is_never_passed_and_what_runs_is_followed(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(hard_usd=1.6))
        rig.gateway.default_status = DONE
        rig.gateway.balances.append(10.0)
        async with rig:
            await rig.submit(*prompts(6))
            await rig.advance(60)
            assert len(rig.gateway.created) == 3
            assert rig.notices() == {"hard-limit"}
            (notice,) = [event for event in rig.told(NoticeRaised) if isinstance(event, NoticeRaised)]
            assert "$1.60" in notice.text
            assert rig.row(4).trouble == "Today's spending limit is reached."
            await rig.advance(400)
            assert rig.states().count(TaskState.SUCCESS) == 3
            assert rig.row(1).clips, "fetching goes on"
            await rig.until(lambda: rig.row(1).clips[0].path)

    run(story())


def test_a_raised_limit_sends_what_waited(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(hard_usd=0.5))
        async with rig:
            await rig.submit(*prompts(3))
            await rig.advance(60)
            assert rig.states().count(TaskState.WAITING) == 2
            rig.limits = DayLimits(hard_usd=1.0)
            rig.engine.spending.limits_changed()
            await rig.advance(1)
            assert rig.states().count(TaskState.WAITING) == 1
            assert rig.notices() == {"hard-limit"}
            rig.limits = DayLimits()
            rig.engine.spending.limits_changed()
            await rig.advance(1)
            assert rig.states().count(TaskState.WAITING) == 0
            assert not rig.notices()
            assert all(row.trouble is None for row in rig.tasks.rows.values())

    run(story())


def test_the_next_local_day_begins_with_nothing_spent(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(soft_usd=0.5, hard_usd=0.5))
        _, midnight = local_day(rig.clock.now())
        rig.clock.change_wall((midnight - rig.clock.now()).total_seconds() - 600)
        async with rig:
            await rig.submit(*prompts(2))
            await rig.advance(60)
            assert rig.notices() == {"soft-limit", "hard-limit"}
            await rig.advance((midnight - rig.clock.now()).total_seconds() - 5)
            assert rig.state(2) is TaskState.WAITING
            await rig.advance(40)
            assert rig.state(2) is TaskState.PENDING
            assert rig.engine.spending.today == DaySpend(0.5, 0, estimated=1)

    run(story())


def test_taking_back_the_task_that_was_held_lets_a_fitting_one_go(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(hard_usd=0.5))
        async with rig:
            await rig.submit("one")
            rig.limits = DayLimits(hard_usd=0.9)
            await rig.submit("too dear")
            await rig.tasks.add([request("free")], gateway=rig.core.gateway_name, at=rig.clock.now(), estimated_usd=[0.3])
            await rig.advance(2)
            assert rig.states() == [TaskState.PENDING, TaskState.WAITING, TaskState.WAITING]
            await rig.engine.submission.cancel(2)
            await rig.advance(2)
            assert rig.states() == [TaskState.PENDING, TaskState.CANCELLED, TaskState.PENDING]

    run(story())


def test_without_known_prices_the_measured_ones_reach_the_limit(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, usd=None, limits=DayLimits(hard_usd=0.5))
        rig.gateway.balances.extend([10.0, 9.5])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("one")
            await rig.advance(300)
            await rig.submit("two")
            await rig.advance(60)
            assert rig.state(2) is TaskState.WAITING
            assert rig.notices() == {"hard-limit"}

    run(story())


def test_the_limit_counts_an_estimate_with_its_high_end(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(hard_usd=1.0))
        profile = rig.core.profiles["sora-2"]
        rig.core.profiles["sora-2"] = replace(profile, prices=(replace(clip_price(0.0), amount=(0.2, 0.4)),))  # type: ignore[index]
        async with rig:
            await rig.submit(*prompts(3))
            await rig.advance(60)
            assert [row.estimated_usd for row in rig.tasks.rows.values()] == pytest.approx([0.3] * 3)
            assert rig.states().count(TaskState.WAITING) == 1, "twice $0.40 leaves no room for a third"
            assert rig.engine.spending.today == DaySpend(0.6, 0, estimated=2)
            assert rig.notices() == {"hard-limit"}

    run(story())


def test_the_limit_counts_what_was_measured_as_it_is(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(hard_usd=1.0))
        profile = rig.core.profiles["sora-2"]
        rig.core.profiles["sora-2"] = replace(profile, prices=(replace(clip_price(0.0), amount=(0.2, 0.6)),))  # type: ignore[index]
        rig.gateway.balances.extend([10.0, 9.7])
        rig.gateway.default_status = DONE
        async with rig:
            await rig.submit("one")
            await rig.advance(300)
            await rig.submit("two")
            await rig.advance(60)
            assert rig.row(2).estimated_most_usd == 0.3, "the measured price of a like task"
            assert rig.state(2) is TaskState.PENDING

    run(story())


def test_the_soft_limit_tells_once_and_stops_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        rig = priced(tmp_path, limits=DayLimits(soft_usd=1.0))
        async with rig:
            await rig.submit(*prompts(5))
            await rig.advance(120)
            assert len(rig.gateway.created) == 5
            assert len(rig.told(NoticeRaised)) == 1
            assert rig.notices() == {"soft-limit"}

    run(story())


def test_a_guest_sees_what_the_owner_spends(tmp_path: Path) -> None:
    async def story() -> None:
        owner = priced(tmp_path)
        guest = Rig(tmp_path, tasks=owner.tasks, clock=owner.clock, lock=Lock(free=False))
        async with owner, guest:
            await owner.submit("one")
            await owner.advance(2)
            assert guest.engine.spending.today == owner.engine.spending.today == DaySpend(0.5, 0, estimated=1)

    run(story())


def test_a_restart_knows_what_today_has_cost_before_it_sends(tmp_path: Path) -> None:
    async def story() -> None:
        first = priced(tmp_path)
        async with first:
            await first.submit("one")
        second = priced(tmp_path, limits=DayLimits(hard_usd=0.5), earlier=first)
        async with second:
            await second.submit("two")
            await second.advance(2)
            assert second.engine.spending.today == DaySpend(0.5, 0, estimated=1)
            assert not second.gateway.created

    run(story())


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The system's time zone, by its rule, so that no list of zones is needed."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system's zone cannot be set for one process")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (6, 1, 24), (10, 25, 25), (12, 31, 24)])
def test_a_day_is_the_calendars_even_when_the_clock_is_changed(month: int, day: int, hours: int) -> None:
    noon = datetime(2026, month, day, 11, tzinfo=UTC)
    begin, end = local_day(noon)
    assert end - begin == timedelta(hours=hours)
    for moment in (begin, noon, end - timedelta(microseconds=1)):
        assert local_day(moment.astimezone(UTC)) == (begin, end)
    assert local_day(end)[0] == end


@pytest.mark.parametrize(
    ("usd", "said"), [(0.5, "$0.50"), (1234.5, "$1,234.50"), (0.0, "$0.00"), (0.0042, "$0.0042"), (-0.5, "-$0.50")]
)
def test_dollars_read_as_money(usd: float, said: str) -> None:
    assert dollars(usd) == said
