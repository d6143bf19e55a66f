"""The balance is asked for when it can be had, and costs nothing while it cannot."""

from pathlib import Path

from sora_studio.domain.errors import KeyRejected
from tests.doubles.clock import settle
from tests.unit.services.rig import Rig, run


class CountingClock:
    """Counts the loop's waits by way of the clock that it sleeps on."""

    def __init__(self, rig: Rig) -> None:
        self.count = 0
        sleep = rig.clock.sleep

        async def counted(seconds: float) -> None:
            self.count += 1
            await sleep(seconds)

        rig.clock.sleep = counted  # pyright: ignore[reportAttributeAccessIssue]


def test_a_refused_key_costs_no_wakeups_until_it_changes(tmp_path: Path) -> None:
    async def main() -> None:
        rig = Rig(tmp_path)
        async with rig:
            rig.engine.send_blocks.refuse_key(KeyRejected())
            rig.engine.balance.want()  # the window was activated
            await rig.clock.advance(120.0)
            waits = CountingClock(rig)
            asked = rig.gateway.balance_asked
            await rig.clock.advance(60.0)
            assert waits.count < 60 * 10, "a loop wakes many times a second"
            assert rig.gateway.balance_asked == asked
            rig.engine.key_changed()
            await settle()
            assert rig.gateway.balance_asked == asked + 1

    run(main())
