"""The program's end waits for its work, and never for ever."""

import asyncio

from sora_studio.domain.events import EventBus
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor
from tests.doubles.clock import ManualClock


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
