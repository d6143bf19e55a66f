"""Reports over a real relay, from the real simulator, to a real studio on a real file."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.clock import Clock
from sora_studio.domain.ports import Callback
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE, RELAY_URL_VARIABLE, RelayPlace, Settings
from sora_studio.domain.task import Phase, Task
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.simulator.serve import Running, running
from sora_studio.studio import Studio
from tests.faults.victims import SPEED as VICTIMS_SPEED
from tests.faults.victims import Order
from tests.integration.stage import all_ready, most_charges_for_one_intent, request, run, running_studio, until
from tests.integration.test_killed_at_every_step import Service, victims

SPEED = 100.0
"""A clip takes two to three seconds, the first question 1.8 s, then one every 0.1 s; reported ones every 0.6 s."""


@asynccontextmanager
async def relay_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[EmbeddedRelay]:
    """A relay that outlives every studio, named by the environment."""
    relay = EmbeddedRelay(folder / "relay")
    await relay.start()
    monkeypatch.setenv(RELAY_URL_VARIABLE, relay.base_url)
    monkeypatch.setenv(RELAY_TOKEN_VARIABLE, relay.token)
    try:
        yield relay
    finally:
        await relay.stop()


async def kept_at(relay: EmbeddedRelay) -> list[Callback]:
    """All that was reported so far: what was posted last proves that all before it was read."""
    client = RelayClient(relay.base_url, token=lambda: relay.token, clock=Clock())
    try:
        last, kept = client.new_secret(), list[Callback]()
        await client.report(f"{relay.base_url}/c/{last}", "the last")
        async with aclosing(client.callbacks()) as line:
            async for said in line:
                if isinstance(said, Callback):
                    if said.secret == last:
                        return kept
                    kept.append(said)
    finally:
        await client.close()
    raise AssertionError("a line never ends by itself")


async def all_told(simulator: Running) -> None:
    """Wait until the service has told all that it will."""
    async with asyncio.timeout(30):
        while not all(task.called_back for task in simulator.state.tasks):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


def questions(simulator: Running) -> int:
    return sum("statusTask" in seen.path for seen in simulator.state.requests)


def test_reported_tasks_become_clips_with_fewer_questions(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=SPEED, seed=5) as simulator:
            async with running_studio(tmp_path, simulator.url, speed=SPEED) as studio:
                assert studio.reports.state.configured  # the service on this machine needs nothing set up
                for number in range(3):
                    await studio.submission.submit(request(f"reported {number}", callback=True))
                tasks = await until(studio, all_ready)
                assert all(task.callback_secret for task in tasks)
                asked = {task.order.callback_url for task in simulator.state.tasks}
                assert {str(url).rpartition("/")[2] for url in asked} == {task.callback_secret for task in tasks}
                assert most_charges_for_one_intent(simulator.state, tasks) == 1
                assert questions(simulator) <= 12  # the plan alone asks 18 times and more
                assert studio.tracking.snapshot().polls_saved > 0

    run(story())


def test_a_local_picture_goes_through_the_same_relay(tmp_path: Path) -> None:
    async def story() -> None:
        picture = tmp_path / "cat.png"
        Image.new("RGB", (320, 180), "orange").save(picture)
        with running(speed=SPEED) as simulator:
            async with running_studio(tmp_path, simulator.url, speed=SPEED) as studio:
                await studio.submission.submit(
                    request(
                        images=(str(picture),),
                        callback=True,
                    )
                )
                await until(studio, all_ready)
                assert studio.reports.state.connected
                assert (tmp_path / "data" / "relay").is_dir()

    run(story())


def test_reports_astray_and_lost_answers_leave_every_charged_task_found_or_in_sight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        with running(speed=SPEED, scenario="callbacks-astray", seed=8) as simulator:
            async with (
                relay_for(tmp_path, monkeypatch) as relay,
                running_studio(tmp_path, simulator.url, speed=SPEED) as studio,
            ):
                for number in range(5):
                    await studio.submission.submit(request(f"intent {number}", callback=True))
                settled = (Phase.READY, Phase.UNKNOWN)
                await until(studio, lambda tasks: all(task.phase in settled for task in tasks))
                await all_told(simulator)
                reported = {report.secret for report in await kept_at(relay)}

                def found_or_in_sight(task: Task) -> bool:
                    return task.phase is Phase.READY or (task.phase is Phase.UNKNOWN and task.callback_secret not in reported)

                tasks = await until(studio, lambda tasks: all(map(found_or_in_sight, tasks)))
                assert most_charges_for_one_intent(simulator.state, tasks) == 1

    run(story())


KILLS = {
    "after the commit of sending #1": Phase.UNKNOWN,  # nothing went out, so nothing is ever reported
    "http11.send_request_body.complete #1": Phase.READY,
    "http11.receive_response_headers.complete #1": Phase.READY,
    "before the commit of pending #1": Phase.READY,
    "after the commit of pending #1": Phase.READY,
}


@pytest.mark.skipif(os.name == "nt", reason="there is no fork there; the way is the same")
@pytest.mark.parametrize(("step", "phase"), KILLS.items())
def test_a_kill_at_any_moment_of_a_create_leaves_a_task_that_its_report_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, phase: Phase
) -> None:
    async def story() -> None:
        with running(speed=VICTIMS_SPEED) as simulator:
            async with relay_for(tmp_path, monkeypatch) as relay:
                async with victims() as process:
                    order = Order(str(tmp_path), simulator.url, "one intent", step, relay.base_url, relay.token)
                    killed = await process.run(order, Service())
                assert killed.status == -signal.SIGKILL
                # Filed under the victims' name of the service.
                async with running_studio(tmp_path, simulator.url, speed=VICTIMS_SPEED, gateway_name="service") as studio:
                    (task,) = await until(studio, lambda tasks: tasks[0].phase is phase)
                    assert task.callback_secret
                    charged = [charge.task_id for charge in simulator.state.charges]
                    assert charged == ([task.task_id] if phase is Phase.READY else [])
                    paths = [clip.path for clip in task.clips]
                    assert all(path is not None and path.stat().st_size > 0 for path in paths)
                    assert len(paths) == len(charged)

    run(story())


def test_the_relay_is_changed_without_a_restart_and_proved_all_the_way_round(tmp_path: Path) -> None:
    async def story() -> None:
        elsewhere = EmbeddedRelay(tmp_path / "elsewhere")
        await elsewhere.start()
        with running(speed=SPEED) as simulator:
            async with running_studio(tmp_path, simulator.url, speed=SPEED) as studio:
                await prove(studio, ok=4)
                assert not studio.reports.state.public_url.startswith(elsewhere.base_url)
                there = Settings(relay=RelayPlace.ELSEWHERE, relay_url=elsewhere.base_url)
                await studio.settings.change(there)
                legs = await prove(studio, ok=0)
                assert "token is missing" in legs[0]
                await studio.relay_token.set("x" * 43)
                await prove(studio, ok=0)
                await studio.relay_token.set(elsewhere.token)
                await prove(studio, ok=4)
                assert studio.reports.state.public_url == elsewhere.base_url
                assert studio.notices.current == ()
                await studio.submission.submit(request(callback=True))
                (task,) = await until(studio, all_ready)
                assert [report.secret for report in await kept_at(elsewhere) if report.task_id == task.task_id]
                await elsewhere.stop()
                legs = await prove(studio, ok=0)
                assert "does not answer" in legs[0]
                await studio.settings.change(Settings())
                await prove(studio, ok=4)

    run(story())


async def prove(studio: Studio, *, ok: int) -> list[str]:
    """So many legs carry, and the one after them is broken if there is one. What was said of each."""
    legs = [leg async for leg in studio.reports.check()]
    assert [leg.ok for leg in legs] == [True] * ok + [False] * (ok < 4), legs
    return [leg.sentence for leg in legs]


def test_two_studios_on_one_folder_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        with running(speed=SPEED) as simulator:
            async with (
                relay_for(tmp_path, monkeypatch),
                running_studio(tmp_path, simulator.url, speed=SPEED) as owner,
                running_studio(tmp_path, simulator.url, speed=SPEED) as guest,
            ):
                await guest.submission.submit(request("by the guest", callback=True))
                (task,) = await until(guest, all_ready)
                assert task.callback_secret
                assert owner.reports.state.connected
                assert guest.reports.state.configured
                assert not guest.reports.state.connected

    run(story())
