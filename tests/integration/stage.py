"""A real studio on a real file and the real simulator, and how the tests wait for it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar

import av

from sora_studio.domain.events import Event
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Phase, Task
from sora_studio.simulator.serve import State
from sora_studio.storage.secrets import KeyStores, SessionKeys
from sora_studio.studio import Studio, open_studio
from tests.canary import KEY

SPEED = 400.0
"""A clip takes about half a second of the simulator's time, and what it takes to draw it."""
ALL = TaskFilter(removed=True)
Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run one test's coroutine."""
    return asyncio.run(work)


def request(prompt: str = "A harbour at dawn", *, images: tuple[str, ...] = (), callback: bool = False) -> GenerationRequest:
    return GenerationRequest(model="sora-2", prompt=prompt, media=first_pictures(*images), callback=callback)


def running_studio(
    folder: Path, url: str, *, speed: float = SPEED, key: str = KEY, gateway_name: str = "simulator"
) -> AbstractAsyncContextManager[Studio]:
    """Open a studio. Studios on one folder share its data and its clips."""
    return open_studio(
        data_dir=folder / "data",
        base_url=url,
        output_dir=folder / "clips",
        speed=speed,
        gateway_name=gateway_name,
        keys=KeyStores(api_key=SessionKeys(key)),
        rng=random.Random(1),
    )


async def until(studio: Studio, condition: Callable[[list[Task]], bool], *, within_s: float = 60) -> list[Task]:
    """Wait until the tasks, looked at after every event, are as they should be."""
    happened = asyncio.Event()

    def listen(_event: Event) -> None:
        happened.set()

    unsubscribe = studio.events.subscribe(listen)
    tasks = list[Task]()
    try:
        async with asyncio.timeout(within_s):
            while not condition(tasks := await studio.tasks.find(ALL, limit=1000)):
                await happened.wait()
                happened.clear()
    except TimeoutError:
        raise AssertionError([(task.id, task.state, task.phase, task.trouble, task.clips) for task in tasks]) from None
    finally:
        unsubscribe()
    return tasks


def all_ready(tasks: Iterable[Task]) -> bool:
    """Everything that was asked for is on disk."""
    phases = [task.phase for task in tasks]
    return bool(phases) and all(phase is Phase.READY for phase in phases)


def frames_of(film: Path) -> int:
    """How many frames of a film can be decoded."""
    with av.open(str(film)) as container:
        return sum(1 for _ in container.decode(video=0))


def most_charges_for_one_intent(state: State, tasks: Iterable[Task]) -> int:
    """Each task of a test has a prompt of its own: how often the most charged one was charged."""
    prompts = {task.request.prompt for task in tasks}
    counted = Counter(charge.prompt for charge in state.charges)
    assert set(counted) <= prompts
    return max(counted.values(), default=0)


def files(folder: Path) -> list[str]:
    """The names of what lies in the clips' folder."""
    clips = folder / "clips"
    return sorted(path.name for path in clips.iterdir()) if clips.exists() else []
