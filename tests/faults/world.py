"""One schedule: a person submits, network and service fail, the program ends anywhere and starts again; then the books."""

import asyncio
import functools
import logging
import random
from collections import Counter
from collections.abc import Coroutine, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest import mock

from sora_studio.domain.errors import StorageFull
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.task import Task, TaskSection, TaskState
from sora_studio.gateway import client
from sora_studio.gateway.client import GatewayClient
from sora_studio.storage.tasks import SqliteTasks
from tests.doubles.tasks import MemoryTasks
from tests.faults.books import Books
from tests.faults.edge import Edge, EdgedTasks
from tests.faults.virtual_loop import HeldDatabase, LoopClock, VirtualLoop
from tests.faults.ways import FAULTS, NEVER_SENT, PUT_OFF, UNCLEAR, Way
from tests.faults.wire import FaultyWire, Line, Weather
from tests.unit.services.rig import Rig, request

BASE_URL = "http://127.0.0.1:9"
DRAINED_WITHIN_S = 2 * 3600.0
SETTLED = frozenset({TaskState.PENDING, TaskState.PROCESSING, TaskState.FAILED, TaskState.UNKNOWN})


@dataclass
class Outcome:
    """What schedules came to. `broken` holds a sentence for every promise that was not kept."""

    schedules: int = 0
    intents: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    ends: Counter[str] = field(default_factory=Counter[str])
    """Where the program ended, by the step before or after which it did."""
    states: Counter[str] = field(default_factory=Counter[str])
    charged: int = 0
    charged_twice: int = 0
    lost: int = 0
    unclear: int = 0
    unclear_and_charged: int = 0
    visible: int = 0
    sent_again: int = 0
    """Intents that reached their one charge after tries that started nothing."""
    broken: list[str] = field(default_factory=list[str])

    def __iadd__(self, other: "Outcome") -> Self:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def outcome_of(seeds: Iterable[int], folder: Path, *, on_disk: bool = False) -> Outcome:
    """Live through the schedules of these seeds, each over a store of its own, in memory or in a real file."""
    total = Outcome()
    with one_trust_for_all():
        for seed in seeds:
            with asyncio.Runner(loop_factory=VirtualLoop) as runner:
                total += runner.run(_live(seed, folder, on_disk=on_disk))
    return total


async def _live(seed: int, folder: Path, *, on_disk: bool) -> Outcome:
    if not on_disk:
        return await World(seed, folder, MemoryTasks()).live()
    database = HeldDatabase(folder / f"{seed}.db")
    await database.open()
    try:
        return await World(seed, folder, SqliteTasks(database)).live()
    finally:
        await database.close()


@dataclass
class Process(Rig):
    """One run of the program: the real services and the real client, over a store and a network that can end it."""

    line: Line = field(kw_only=True)
    edge: Edge = field(kw_only=True)

    def _open_gateway(self) -> GatewayClient:
        return GatewayClient(BASE_URL, key=lambda: "key", clock=self.clock, transport=FaultyWire(self.line, self.edge))


class World:
    """What outlives the program's runs: the disk, the service, the weather, and what the person was told."""

    def __init__(self, seed: int, folder: Path, tasks: SqliteTasks) -> None:
        self.seed = seed
        self.folder = folder
        self.tasks = tasks
        self.rng = random.Random(seed)
        self.books = Books(self.rng, retry_after_s=self.rng.randint(1, 90))
        self.line = Line(self.books, Weather(self.rng), self.rng)
        self.promised = list[str]()
        self._dies_after: int | None = None
        self._cut_off = set[str]()
        self._cut_off = set[str]()
        self.asked = 0
        self.outcome = Outcome(schedules=1)

    async def live(self) -> Outcome:
        """The whole schedule and its judgement."""
        await self._start()
        for _ in range(self.rng.randint(6, 12)):
            await self._survive(self._event())
            if self.edge.fallen.is_set():
                await self._rise()
        self.line.weather.calm()
        self.edge.disarm()
        self.disk.full = False
        await self._drain()
        await self._stop()
        await self._judge()
        return self.outcome

    # --- the program's runs ---------------------------------------------------------------------------------------

    async def _start(self) -> None:
        self.edge = Edge()
        self.disk = EdgedTasks(self.tasks, self.edge)
        if self._dies_after is not None:
            self.edge.fall_after(self._dies_after)
        self.process = Process(self.folder, tasks=self.disk, clock=LoopClock(), line=self.line, edge=self.edge)
        await self._survive(self.process.engine.begin())

    async def _note_cut_off(self) -> None:
        """What is just being sent may become unclear by the program's end alone."""
        self._cut_off |= {row.request.prompt for row in await self._rows() if row.state is TaskState.SENDING}

    async def _stop(self) -> None:
        await self._note_cut_off()
        await self._survive(self.process.engine.finish())
        if not self.edge.fallen.is_set():
            await self.process.gateway.close()

    async def _rise(self) -> None:
        """Bury what died and start again, now and then only to die while starting."""
        while self.edge.fallen.is_set():
            self.outcome.ends[self.edge.where] += 1
            await _bury()
            await self.tasks.record(0, polls=0)  # a write that had begun has ended after this
            await self._note_cut_off()
            self._dies_after = self.rng.randint(0, 3) if self.rng.random() < 0.3 else None
            await self._start()

    async def _survive(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on when the work is done, or when the program has died over it."""
        working = asyncio.ensure_future(work)
        falling = asyncio.ensure_future(self.edge.fallen.wait())
        await asyncio.wait((working, falling), return_when=asyncio.FIRST_COMPLETED)
        falling.cancel()
        if working.done():
            working.result()

    # --- what happens ---------------------------------------------------------------------------------------------

    async def _event(self) -> None:
        happening = self.rng.choices(
            (self._submit, self._wait, self._arm, self._restart, self._fill_the_disk), weights=(5, 4, 2, 1, 0.5)
        )[0]
        await happening()

    async def _submit(self) -> None:
        self.asked += 1
        prompt = f"intent {self.asked}"
        try:
            await self.process.engine.submission.submit(request(prompt))
        except StorageFull:
            return  # the person was told that nothing was made
        self.promised.append(prompt)

    async def _wait(self) -> None:
        await asyncio.sleep(self.rng.expovariate(1 / 20))

    async def _arm(self) -> None:
        self.edge.fall_after(self.rng.randint(0, 12))
        await self._submit()
        await self._wait()

    async def _restart(self) -> None:
        await self._stop()
        if not self.edge.fallen.is_set():
            self._dies_after = None
            self.outcome.ends["in good order"] += 1
            await self._start()

    async def _fill_the_disk(self) -> None:
        self.disk.full = True
        self.outcome.faults["disk full"] += 1
        await self._wait()
        self.disk.full = False

    async def _drain(self) -> None:
        """Calm weather until nothing waits, nothing is being sent, and every accepted task was asked for."""
        give_up_at = asyncio.get_running_loop().time() + DRAINED_WITHIN_S
        self.books.asked.clear()
        while asyncio.get_running_loop().time() < give_up_at:
            rows = await self._rows()
            followed = all(row.task_id in self.books.asked for row in rows if row.task_id and not row.state.is_over)
            if followed and all(row.state in SETTLED for row in rows):
                return
            await asyncio.sleep(5)

    # --- the oracle -----------------------------------------------------------------------------------------------

    async def _rows(self) -> list[Task]:
        return await self.tasks.find(TaskFilter(removed=True), limit=1000)

    async def _judge(self) -> None:
        rows = await self._rows()
        shown = {task: section for section, task in await self.tasks.index(TaskFilter())}
        prompts = Counter(row.request.prompt for row in rows)
        out, books = self.outcome, self.books
        out.intents = len(rows)
        out.lost = len(set(self.promised) - set(prompts))
        out.charged = sum(bool(ids) for ids in books.charges.values())
        out.charged_twice = sum(len(ids) > 1 for ids in books.charges.values())
        out.faults.update(way.value for way in self.line.weather.met.elements() if way in FAULTS)
        self._hold(not out.lost, "an intent is lost")
        self._hold(not out.charged_twice, "an intent is charged twice")
        self._hold(set(books.charges) <= set(prompts), "something was charged that nobody asked for")
        self._hold(max(prompts.values(), default=1) == 1, "an intent has two rows")
        for row in rows:
            self._judge_row(row, shown.get(row.id))

    def _judge_row(self, row: Task, section: TaskSection | None) -> None:
        out, prompt = self.outcome, row.request.prompt
        tries, charges = self.books.tries[prompt], self.books.charges[prompt]
        out.states[row.state.value] += 1
        self._hold(all(way in NEVER_SENT | PUT_OFF for way in tries[:-1]), f"{prompt} was sent again after {tries}")
        match row.state:
            case TaskState.UNKNOWN:
                out.unclear += 1
                out.unclear_and_charged += bool(charges)
                out.visible += section is TaskSection.REVIEW and row.sent_at is not None
                self._hold(section is TaskSection.REVIEW, f"{prompt} is unclear and not shown")
                explained = prompt in self._cut_off or bool(UNCLEAR.intersection(tries[-1:]))
                self._hold(explained, f"{prompt} is unclear without a reason: {tries}")
                self._hold(row.sent_at is not None, f"{prompt} is unclear without the time of its sending")
            case TaskState.PENDING | TaskState.PROCESSING:
                self._hold(charges == [row.task_id], f"{prompt} runs as {row.task_id}, charged {charges}")
                self._hold(section is TaskSection.RUNNING, f"{prompt} runs and is not shown")
                out.sent_again += len(tries) > 1
            case TaskState.FAILED:
                self._hold(not charges and tries[-1:] == [Way.NOT_LIKED], f"{prompt} failed, charged {charges}, tries {tries}")
            case _:
                self._hold(False, f"{prompt} ended as {row.state}, tries {tries}")

    def _hold(self, kept: bool, words: str) -> None:
        if not kept:
            self.outcome.broken.append(f"schedule {self.seed}: {words}")


async def _bury() -> None:
    """End whatever the dead process left: it reaches neither disk nor network any more, and its last words do not count."""
    logging.disable(logging.CRITICAL)
    try:
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=0.001)
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def one_trust_for_all() -> Generator[None]:
    """Reading the system's authorities takes longer than a whole schedule."""
    with mock.patch.object(client, "trusted_authorities", functools.cache(client.trusted_authorities)):
        yield
