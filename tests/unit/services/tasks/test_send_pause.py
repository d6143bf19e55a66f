"""After the user paused, no create goes out: not one in the queue, not one about to leave, not after a restart."""

import asyncio
import os
from pathlib import Path

import pytest

from sora_studio.clock import Clock
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.events import EventBus, PauseChanged
from sora_studio.domain.task import TaskState
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.tasks.send_blocks import SendBlocks
from sora_studio.services.tasks.send_pause import LOOK_EVERY_S, SendPause
from sora_studio.storage.pause_marker import PauseMarker
from tests.doubles.clock import settle
from tests.doubles.outside import Marker
from tests.unit.services.rig import Rig, run


def test_what_waits_stays_and_what_runs_is_followed(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            await rig.submit("one")
            await rig.engine.send_pause.pause()
            await rig.submit("two", "three")
            await rig.advance(3600)
            assert rig.states() == [TaskState.PROCESSING, TaskState.WAITING, TaskState.WAITING]
            assert rig.notices() == {"paused"}
            await rig.engine.send_pause.resume()
            await rig.advance(0.1)
            assert rig.states() == [TaskState.PROCESSING, TaskState.PENDING, TaskState.PENDING]
            assert rig.notices() == set()
            assert rig.told(PauseChanged) == [PauseChanged(paused=True), PauseChanged(paused=False)]

    run(story())


def test_no_create_slips_out_after_the_press_however_many_are_about_to_leave(tmp_path: Path) -> None:
    """200 admitted tasks stand before their claim when the user pauses."""

    async def story() -> None:
        rig = Rig(tmp_path)
        turn = rig.gateway.turn = asyncio.Event()
        async with rig:
            await rig.submit(*(f"shot {number}" for number in range(200)))
            stored = rig.engine.send_pause.pause()
            turn.set()
            await rig.advance(60)
            await stored
            assert rig.gateway.created == []
            assert set(rig.states()) == {TaskState.WAITING}
            assert rig.tasks.history == []
            await rig.engine.send_pause.resume()
            await rig.advance(60)
            assert len(rig.gateway.created) == 200
            assert len({made.prompt for made in rig.gateway.created}) == 200

    run(story())


def test_a_pause_while_the_claim_is_being_written_still_stops_it(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        gate = rig.tasks.gate = asyncio.Event()
        async with rig:
            await rig.submit("one")
            await rig.engine.send_pause.pause()
            gate.set()
            await rig.advance(5)
            assert rig.gateway.created == []
            assert rig.tasks.history == [(1, TaskState.SENDING), (1, TaskState.WAITING)]

    run(story())


def test_an_end_while_a_claim_looks_for_a_pause_leaves_it_waiting(tmp_path: Path) -> None:
    async def story() -> None:
        rig = Rig(tmp_path)
        async with rig:
            rig.marker.gate = asyncio.Event()
            await rig.submit("one")
            assert rig.state() is TaskState.SENDING
            ending = asyncio.ensure_future(rig.core.supervisor.stop())
            await settle()
            rig.marker.gate.set()
            await ending
        assert rig.state() is TaskState.WAITING
        assert rig.gateway.created == []

    run(story())


def test_a_pause_set_by_another_process_is_obeyed_at_the_next_claim(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            rig.marker.paused = True
            await rig.submit("one", "two")
            assert rig.gateway.created == []
            assert rig.states() == [TaskState.WAITING, TaskState.WAITING]
            assert rig.engine.send_pause.is_paused
            rig.marker.paused = False
            await rig.advance(2 * LOOK_EVERY_S)
            assert rig.states() == [TaskState.PENDING, TaskState.PENDING]

    run(story())


def test_a_restart_stays_paused(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path, marker=Marker(paused=True)) as rig:
            assert rig.notices() == {"paused"}
            await rig.submit("one")
            await rig.advance(3600)
            assert rig.gateway.created == []

    run(story())


def test_a_pause_that_cannot_be_stored_holds_and_a_failed_resume_stays_paused(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            rig.marker.troubles.append(StorageFull())
            with pytest.raises(StorageFull):
                await rig.engine.send_pause.pause()
            await rig.submit("one")
            await rig.advance(10 * LOOK_EVERY_S)
            assert rig.gateway.created == []
            await rig.engine.send_pause.pause()
            rig.marker.troubles.append(StorageFull())
            with pytest.raises(StorageFull):
                await rig.engine.send_pause.resume()
            await rig.advance(10 * LOOK_EVERY_S)
            assert rig.gateway.created == []
            await rig.engine.send_pause.resume()
            await rig.advance(0.1)
            assert len(rig.gateway.created) == 1

    run(story())


def test_the_last_of_several_quick_presses_holds(tmp_path: Path) -> None:
    async def story() -> None:
        async with Rig(tmp_path) as rig:
            pause = rig.engine.send_pause
            await asyncio.gather(pause.pause(), pause.resume(), pause.pause())
            assert (pause.is_paused, rig.marker.paused) == (True, True)
            await asyncio.gather(pause.resume(), pause.pause(), pause.resume())
            assert (pause.is_paused, rig.marker.paused) == (False, False)

    run(story())


def test_the_file_is_shared_and_lasts(tmp_path: Path) -> None:
    def opened() -> SendPause:
        events = EventBus()
        return SendPause(PauseMarker(tmp_path), SendBlocks(Notices(events)), events, Clock())

    async def story() -> None:
        mine, other = opened(), opened()
        assert not await other.look()
        await mine.pause()
        assert await other.look()
        await other.resume()
        await other.resume()
        assert not await mine.look()
        assert not os.listdir(tmp_path)  # noqa: PTH208 - in a coroutine

    run(story())
