"""Whatever ends the program, at whatever moment: nothing is paid twice and nothing is lost."""

import os
import random
import select
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sora_studio.domain.events import TrackerChanged
from sora_studio.domain.task import Phase, Task, TaskState
from sora_studio.simulator.serve import Running, running
from tests.integration.stage import (
    SPEED,
    all_ready,
    files,
    frames_of,
    most_charges_for_one_intent,
    request,
    run,
    running_studio,
    until,
)

SETTLED = frozenset({Phase.READY, Phase.UNKNOWN, Phase.FAILED})


def settled(tasks: list[Task]) -> bool:
    return bool(tasks) and all(task.phase in SETTLED for task in tasks)


@pytest.mark.parametrize("stage", [Phase.WAITING, Phase.PENDING, Phase.PROCESSING, Phase.DOWNLOADING, Phase.READY], ids=str)
def test_a_stop_at_every_stage_is_resumed(tmp_path: Path, stage: Phase) -> None:
    async def story() -> None:
        scenario = "cut-download" if stage is Phase.DOWNLOADING else "calm"
        with running(speed=SPEED, scenario=scenario) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request())
                if stage is not Phase.WAITING:
                    order = [Phase.PENDING, Phase.PROCESSING, Phase.DOWNLOADING, Phase.READY]
                    reached = frozenset(order[order.index(stage) :])
                    await until(studio, lambda tasks: tasks[0].phase in reached)
            async with running_studio(tmp_path, simulator.url) as studio:
                (done,) = await until(studio, settled)
                assert done.phase is Phase.READY
                assert len(simulator.state.charges) == 1
                assert len(files(tmp_path)) == 2

    run(story())


def test_two_studios_on_one_folder_send_each_task_once_and_the_guest_takes_over(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=SPEED) as simulator:
            async with AsyncExitStack() as stack:
                owner = await stack.enter_async_context(running_studio(tmp_path, simulator.url))
                async with running_studio(tmp_path, simulator.url) as guest:
                    assert owner.tracking.is_owner
                    assert not guest.tracking.is_owner
                    await guest.submission.submit(request("by the guest"))
                    await owner.submission.submit(request("by the owner"))
                    await until(guest, lambda tasks: all_ready(tasks) and len(tasks) == 2)
                    taken = list[bool]()
                    guest.events.subscribe(
                        lambda event: taken.append(event.owner) if isinstance(event, TrackerChanged) else None
                    )
                    await stack.aclose()
                    await guest.submission.submit(request("after the owner"))
                    done = await until(guest, lambda tasks: all_ready(tasks) and len(tasks) == 3)
                    assert taken == [True]
                    assert len(simulator.state.charges) == 3
                    assert most_charges_for_one_intent(simulator.state, done) == 1

    run(story())


def test_flaky_weather_never_charges_an_intent_twice(tmp_path: Path) -> None:
    async def story() -> None:
        with running(speed=SPEED, scenario="flaky", seed=11) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                for number in range(25):
                    await studio.submission.submit(request(f"intent {number}"))
                decided = frozenset({TaskState.SUCCESS, TaskState.UNKNOWN})
                tasks = await until(studio, lambda tasks: all(task.state in decided for task in tasks), within_s=100)
                assert most_charges_for_one_intent(simulator.state, tasks) == 1
                accepted = {task.request.prompt for task in tasks if task.task_id}
                unclear = {task.request.prompt for task in tasks if task.state is TaskState.UNKNOWN}
                assert unclear
                assert len(accepted) + len(unclear) == 25
                assert {charge.prompt for charge in simulator.state.charges} <= accepted | unclear

    run(story())


def _kill_somewhere(folder: Path, simulator: Running, rng: random.Random, *, prompts: int) -> None:
    """A studio in a process of its own, killed without warning some moment after it has begun."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.victim", str(folder), simulator.url, str(prompts)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"begun\n"
        select.select([], [], [], rng.uniform(0.0, 2.0))  # the moment is the point; nothing is waited for
    finally:
        child.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
        child.wait()
        child.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="select needs a socket there; the way is the same")
@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_any_moment_is_resumed(tmp_path: Path, seed: int) -> None:
    async def resume(simulator: Running) -> None:
        async with running_studio(tmp_path, simulator.url) as studio:
            tasks = await until(studio, settled)
            assert most_charges_for_one_intent(simulator.state, tasks) <= 1
            charged = {charge.prompt for charge in simulator.state.charges}
            for task in tasks:
                assert task.phase in (Phase.READY, Phase.UNKNOWN)
                if task.phase is Phase.READY:
                    path = task.clips[0].path
                    assert path is not None
                    assert frames_of(path) >= 240
                    charged.discard(task.request.prompt)
            unclear = {task.request.prompt for task in tasks if task.phase is Phase.UNKNOWN}
            assert charged <= unclear
            assert not [name for name in files(tmp_path) if ".part" in name or "(2)" in name]

    rng = random.Random(seed)
    with running(speed=SPEED, seed=seed) as simulator:
        for _ in range(rng.randint(1, 2)):
            _kill_somewhere(tmp_path, simulator, rng, prompts=1)
        run(resume(simulator))
