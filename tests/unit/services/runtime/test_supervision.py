"""The program's end waits for its work, and never for ever."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sora_studio.domain.errors import DatabaseUnusable, ServiceUnavailable, StorageFull, StudioError
from sora_studio.domain.events import EventBus, NoticeRaised
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import RESTART_AFTER_S, Supervisor
from tests.doubles.clock import ManualClock, settle


def test_a_cancellation_that_was_lost_keeps_nobody_from_the_end() -> None:
    async def check() -> None:
        lost = list[bool]()

        async def lose_the_first() -> None:
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    if lost:
                        raise
                    lost.append(True)

        supervisor = Supervisor(ManualClock(), Notices(EventBus()))
        task = supervisor.start(lose_the_first(), name="work")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await supervisor.stop()
        assert task.cancelled()
        assert lost == [True]

    asyncio.run(check())


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnusable(Path("studio.db"), "the disk reports an error.", "The file is left as it is."),
        StorageFull(),
        ServiceUnavailable(),
    ],
    ids=["database", "full disk", "service"],
)
def test_a_known_error_says_its_own_sentence_and_the_loop_goes_on(error: StudioError) -> None:
    async def check() -> None:
        events, clock, begun = EventBus(), ManualClock(), list[float]()
        said = list[str]()
        events.subscribe(lambda event: said.append(event.text) if isinstance(event, NoticeRaised) else None)

        async def fail() -> None:
            begun.append(clock.monotonic())
            raise error

        supervisor = Supervisor(clock, Notices(events))
        supervisor.keep(fail, name="work")
        await settle()
        await clock.advance(RESTART_AFTER_S)
        assert begun == [0.0, RESTART_AFTER_S]
        assert said == [error.sentence]
        await supervisor.stop()

    asyncio.run(check())


def test_a_mistake_of_the_program_is_called_one(expect_log: Callable[[str], None]) -> None:
    expect_log("Unexpected trouble in work")

    async def check() -> None:
        events, said = EventBus(), list[str]()
        events.subscribe(lambda event: said.append(event.text) if isinstance(event, NoticeRaised) else None)

        async def fail() -> None:
            raise TypeError

        supervisor = Supervisor(ManualClock(), Notices(events))
        await supervisor.start(fail(), name="work")
        assert said == ["Something went wrong inside the program. Your tasks are safe and the work goes on."]
        await supervisor.stop()

    asyncio.run(check())
