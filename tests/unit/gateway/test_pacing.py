"""The request budget: never above a limit however requests come, last and end, and nobody waits longer than needed."""

import asyncio
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from sora_studio.gateway.pacing import MAX_IN_FLIGHT, WINDOW_S, Priority, RequestBudget
from tests.unit.gateway.doubles import VirtualClock, run, settle


@dataclass
class Asked:
    """One request of a scenario, and when it held its place."""

    after_s: float
    lasts_s: float
    priority: Priority = Priority.ROUTINE
    gives_up_after_s: float | None = None
    start: float | None = None
    end: float = float("inf")


async def make(budget: RequestBudget, clock: VirtualClock, asked: Asked, *, per_minute: int) -> None:
    await clock.sleep(asked.after_s)
    async with budget.place("m", per_minute=per_minute, priority=asked.priority):
        asked.start = clock.monotonic()
        try:
            await clock.sleep(asked.lasts_s)
        finally:
            asked.end = clock.monotonic()


async def play(scenario: list[Asked], *, per_minute: int, minutes: float) -> RequestBudget:
    clock = VirtualClock()
    budget = RequestBudget(clock=clock, max_in_flight=3)
    tasks = [asyncio.create_task(make(budget, clock, asked, per_minute=per_minute)) for asked in scenario]

    async def give_up(task: asyncio.Task[None], after_s: float) -> None:
        await clock.sleep(after_s)
        task.cancel()

    quitters = [
        asyncio.create_task(give_up(task, asked.gives_up_after_s))
        for task, asked in zip(tasks, scenario, strict=True)
        if asked.gives_up_after_s is not None
    ]
    await clock.advance(minutes * 60)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*quitters)
    for asked, result in zip(scenario, results, strict=True):
        assert result is None or (asked.gives_up_after_s is not None and isinstance(result, asyncio.CancelledError))
    return budget


asked_requests = st.builds(
    Asked,
    after_s=st.floats(0, 150),
    lasts_s=st.floats(0, 20),
    priority=st.sampled_from(Priority),
    gives_up_after_s=st.none() | st.none() | st.floats(0, 200),
)


@settings(max_examples=60, deadline=None)
@given(scenario=st.lists(asked_requests, max_size=14), per_minute=st.integers(1, 4))
def test_the_limit_holds_in_every_sixty_seconds_by_our_clock_and_by_the_services(
    scenario: list[Asked], per_minute: int
) -> None:
    run(play(scenario, per_minute=per_minute, minutes=40))
    made = [asked for asked in scenario if asked.start is not None]
    for asked in made:
        assert asked.start is not None
        # Whatever may have been seen by the service within the minute before this one: it was under way or ended in it.
        near = [other for other in made if other.start is not None and other.start <= asked.start < other.end + WINDOW_S]
        earlier = [other for other in near if other is not asked]
        same_moment = sum(other.start == asked.start for other in earlier)
        assert len(earlier) - same_moment < per_minute
        assert len(near) <= per_minute
        under_way = [other for other in made if other.start is not None and other.start <= asked.start < other.end]
        assert len(under_way) <= 3


def test_what_fits_starts_at_once_and_the_next_starts_the_moment_the_window_lets_it() -> None:
    scenario = [Asked(0, 1) for _ in range(3)]
    run(play(scenario, per_minute=2, minutes=3))
    assert [asked.start for asked in scenario] == [1000.0, 1000.0, 1061.0]


def test_creates_go_first_then_urgent_questions_and_each_kind_in_its_order() -> None:
    kinds = [Priority.ROUTINE, Priority.URGENT, Priority.CREATE, Priority.ROUTINE, Priority.CREATE, Priority.URGENT]
    order: list[int] = []

    async def scenario() -> None:
        clock = VirtualClock()
        budget = RequestBudget(clock=clock, max_in_flight=1)

        async def ask(number: int, kind: Priority) -> None:
            async with budget.place("m", per_minute=100, priority=kind):
                order.append(number)

        async with budget.place("m", per_minute=100, priority=Priority.ROUTINE):
            waiting = [asyncio.create_task(ask(number, kind)) for number, kind in enumerate(kinds)]
            await settle()
            assert order == []
        await asyncio.gather(*waiting)

    run(scenario())
    assert order == [2, 4, 1, 5, 0, 3]


def test_a_lane_that_is_held_back_keeps_nobody_else_waiting() -> None:
    started: dict[str, float] = {}

    async def scenario() -> None:
        clock = VirtualClock()
        budget = RequestBudget(clock=clock)

        async def ask(lane: str) -> None:
            async with budget.place(lane, per_minute=10, priority=Priority.ROUTINE):
                started[lane] = clock.monotonic()

        async with budget.place("slow", per_minute=10, priority=Priority.ROUTINE):
            budget.hold_back("slow", 90)
            budget.hold_back("slow", 5)
        tasks = [asyncio.create_task(ask("slow")), asyncio.create_task(ask("other"))]
        await clock.advance(89.9)
        assert started == {"other": 1000.0}
        await clock.advance(1)
        await asyncio.gather(*tasks)

    run(scenario())
    assert started["slow"] == 1090.0


def test_a_place_that_comes_together_with_the_cancellation_is_handed_on_uncounted() -> None:
    async def scenario() -> None:
        clock = VirtualClock()
        budget = RequestBudget(clock=clock, max_in_flight=1)
        entered: list[str] = []

        async def ask(name: str) -> None:
            async with budget.place("m", per_minute=2, priority=Priority.ROUTINE):
                entered.append(name)

        async with budget.place("m", per_minute=2, priority=Priority.ROUTINE):
            first, second = asyncio.create_task(ask("first")), asyncio.create_task(ask("second"))
            await settle()
        first.cancel()  # its place was given when the block ended, but it has not run since
        await asyncio.gather(first, second, return_exceptions=True)
        assert entered == ["second"]
        assert budget.requests_last_minute == 2

    run(scenario())


def test_a_thousand_who_wait_share_one_timer_and_leave_none_behind() -> None:
    async def scenario() -> None:
        clock = VirtualClock()
        budget = RequestBudget(clock=clock)

        async def ask() -> None:
            async with budget.place("m", per_minute=1, priority=Priority.ROUTINE):
                pass

        tasks = [asyncio.create_task(ask()) for _ in range(1000)]
        await clock.advance(30)
        assert clock.sleepers == 1
        assert budget.requests_last_minute == 1
        await budget.close()
        assert clock.sleepers == 0
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, asyncio.CancelledError) for result in results) == 999

    run(scenario())


def test_no_more_than_the_cap_are_in_flight_over_all_models() -> None:
    async def scenario() -> None:
        clock = VirtualClock()
        budget = RequestBudget(clock=clock)
        inside = most = 0

        async def ask(lane: str) -> None:
            nonlocal inside, most
            async with budget.place(lane, per_minute=10_000, priority=Priority.ROUTINE):
                inside += 1
                most = max(most, inside)
                await clock.sleep(1)
                inside -= 1

        tasks = [asyncio.create_task(ask(f"model-{number % 3}")) for number in range(200)]
        await clock.advance(60)
        await asyncio.gather(*tasks)
        assert most == MAX_IN_FLIGHT
        assert budget.requests_last_minute == 200
        await clock.advance(60)
        assert budget.requests_last_minute == 0

    run(scenario())
