"""One schedule with pictures: hosts that fail, are slow or finish late, kills at every step; then what is still reachable."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from sora_studio.domain.errors import (
    ConnectionFailed,
    PassingError,
    PublishingFailed,
    RouteUnusable,
    ServiceUnavailable,
    StorageFull,
)
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.task import TaskState
from sora_studio.gateway.client import GatewayClient
from sora_studio.services.pictures import uploads
from sora_studio.storage.publications import SqlitePublications
from sora_studio.storage.tasks import SqliteTasks
from tests.doubles.publications import Host, MemoryPublications
from tests.doubles.tasks import MemoryTasks
from tests.faults.edge import Edge, EdgedTasks
from tests.faults.virtual_loop import HeldDatabase, LoopClock, VirtualLoop
from tests.faults.ways import Way
from tests.faults.wire import FaultyWire, Line
from tests.faults.world import BASE_URL, DRAINED_WITHIN_S, SETTLED, Outcome, Process, World, one_trust_for_all
from tests.unit.services.rig import request

WRITES = frozenset({"begin", "complete", "forget", "join", "withdraw", "complain"})
LATE_WITHIN_S = 55.0
"""A host finishes what was cut off within a minute, or not at all."""
ENDS_AFTER_S = 900.0
"""Addresses live for a quarter of an hour here, so that a schedule is short."""
PICTURES = ("/pictures/cat.png", "/pictures/dog.png", "/pictures/fish.png")


class EdgedPublications:
    """A publication store on the edge. While `full` says so, no write gets onto the disk."""

    def __init__(self, store: SqlitePublications, edge: Edge, full: Callable[[], bool]) -> None:
        self._store = store
        self._edge = edge
        self._full = full

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._store, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            if name not in WRITES:
                await self._edge.alive()
                return await method(*args, **kwargs)
            await self._edge.step(f"before {name} a picture")
            if self._full():
                raise StorageFull
            result = await method(*args, **kwargs)
            await self._edge.step(f"after {name} a picture")
            return result

        return call


class FaultyHost(Host):
    """What one process sees of the host that all share; the host itself goes on when the process dies."""

    def __init__(self, world: "PictureWorld", edge: Edge) -> None:
        super().__init__()
        self._world = world
        self._edge = edge
        self.reachable, self.published = world.reachable, world.published
        self._leaving = Counter[bytes]()

    async def publish(self, picture: PreparedPicture, handle: str, *, lifetime_s: float) -> str:
        world, rng = self._world, self._world.rng
        await self._edge.step("before a picture's first byte")
        await world.begin_to_leave(handle)
        self.published.append(handle)
        self._leaving[picture.content] += 1
        world.hold(self._leaving[picture.content] == 1, "a picture left twice at the same time")
        way = world.way_of_picture()
        try:
            await asyncio.sleep(rng.uniform(0, 120) if way == "slow" else rng.uniform(0, 2))
            self._act(picture, handle, way)
            await self._edge.step("a picture has arrived")
        finally:
            self._leaving[picture.content] -= 1
        return self.url_of(handle)

    def _act(self, picture: PreparedPicture, handle: str, way: str) -> None:
        world = self._world
        if way == "late":
            lands_in_s = world.rng.uniform(0, LATE_WITHIN_S)
            asyncio.get_running_loop().call_later(lands_in_s, world.reachable.__setitem__, handle, picture.content)
            raise PassingError("The host went silent.")
        if way == "no connection":
            raise ConnectionFailed("The host cannot be reached.")
        if way == "not liked":
            raise PublishingFailed("The host refuses.")
        if way == "closed":
            raise RouteUnusable("The host takes no pictures with this key.")
        self.reachable[handle] = picture.content
        if way == "done but not said":
            raise ServiceUnavailable("The host has a temporary problem.")

    async def withdraw(self, handle: str) -> None:
        await self._edge.step("before a withdrawal")
        way = self._world.way_of_picture()
        if way == "no connection":
            raise ConnectionFailed("The host cannot be reached.")
        if way in ("not liked", "closed"):
            raise RouteUnusable("The host refuses.")
        self.reachable.pop(handle, None)
        if way in ("done but not said", "late"):
            raise ServiceUnavailable("The host has a temporary problem.")
        await self._edge.step("after a withdrawal")


class WatchedWire(FaultyWire):
    """Tells of every create before it goes out."""

    def __init__(self, line: Line, edge: Edge, note: Callable[[bytes], None]) -> None:
        super().__init__(line, edge)
        self._note = note

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and not self._edge.fallen.is_set():
            self._note(await request.aread())
        return await super().handle_async_request(request)


@dataclass
class PictureProcess(Process):
    """One run of the program over a faulty host."""

    note: Callable[[bytes], None] = field(kw_only=True)

    def _open_gateway(self) -> GatewayClient:
        wire = WatchedWire(self.line, self.edge, self.note)
        return GatewayClient(BASE_URL, key=lambda: "key", clock=self.clock, transport=wire)


class PictureWorld(World):
    """What the world can reach outlives every run."""

    def __init__(self, seed: int, folder: Path, tasks: SqliteTasks, publications: SqlitePublications) -> None:
        super().__init__(seed, folder, tasks)
        self.publications = publications
        self.reachable = dict[str, bytes]()
        self.published = list[str]()
        self.by_hand = set[str]()
        self.calm = False

    def hold(self, kept: bool, words: str) -> None:
        """A promise."""
        self._hold(kept, words)

    def way_of_picture(self) -> str:
        """How a host takes a request."""
        if self.calm or self.rng.random() >= self.line.weather.badness:
            return "well"
        way = self.rng.choice(("slow", "late", "late", "no connection", "done but not said", "not liked", "closed"))
        self.outcome.faults[f"picture: {way}"] += 1
        return way

    async def begin_to_leave(self, handle: str) -> None:
        """The first byte."""
        standing = {row.handle for row in await self.publications.standing()}
        self.hold(handle in standing, "a picture left before it was written down")

    def note_create(self, body: bytes) -> None:
        """A create arrives with its pictures' addresses."""
        for url in json.loads(body)["input"].get("image_urls", []):
            handle = url.rsplit("/", 1)[1]
            self.hold(handle in self.reachable or handle in self.by_hand, "a task was sent with a dead picture")

    async def _start(self) -> None:
        self.edge = Edge()
        self.disk = EdgedTasks(self.tasks, self.edge)
        if self._dies_after is not None:
            self.edge.fall_after(self._dies_after)
        self.process = PictureProcess(
            self.folder,
            tasks=self.disk,
            publications=EdgedPublications(self.publications, self.edge, lambda: self.disk.full),
            host=FaultyHost(self, self.edge),
            clock=LoopClock(),
            line=self.line,
            edge=self.edge,
            note=self.note_create,
        )
        await self._survive(self.process.engine.begin())

    # --- what happens ---------------------------------------------------------------------------------------------

    async def _event(self) -> None:
        happening = self.rng.choices(
            (self._submit_some, self._wait, self._arm, self._restart, self._fill_the_disk, self._take_back, self._by_hand),
            weights=(5, 4, 3, 1, 0.5, 2, 1),
        )[0]
        await happening()

    async def _submit_some(self) -> None:
        for _ in range(self.rng.randint(1, 4)):
            await self._submit()

    async def _submit(self) -> None:
        self.asked += 1
        prompt = f"intent {self.asked}"
        images = (self.rng.choice(PICTURES),) if self.rng.random() < 0.8 else ()
        try:
            await self.process.engine.submission.submit(request(prompt, images=images))
        except StorageFull:
            return
        self.promised.append(prompt)

    async def _arm(self) -> None:
        self.edge.fall_after(self.rng.randint(0, 30))
        await self._submit_some()
        await self._take_back()
        await self._wait()

    async def _take_back(self) -> None:
        waiting = [row.id for row in await self._rows() if row.state is TaskState.WAITING]
        if waiting and not self.disk.full:
            await self.process.engine.submission.cancel(self.rng.choice(waiting))

    async def _by_hand(self) -> None:
        standing = await self.publications.standing()
        if standing and not self.disk.full:
            row = self.rng.choice(standing)
            self.by_hand.add(row.handle)
            await self.process.publishing.withdraw(row.id)

    # --- the oracle -----------------------------------------------------------------------------------------------

    async def _drain(self) -> None:
        """Calm weather; then the service ends what it has; then every address ends."""
        self.calm = True
        for _ in range(int(DRAINED_WITHIN_S / 5)):
            if all(row.state in SETTLED | {TaskState.CANCELLED} for row in await self._rows()):
                break
            await asyncio.sleep(5)
        await asyncio.sleep(180)  # the slowest upload takes 120 s, and who looks for what is idle does so every 30 s
        await self._judge_reachable()
        self.books.status_data = {"state": "failed", "failCode": "GENERATION_FAILED"}
        await asyncio.sleep(300)
        await self._judge_reachable()
        await asyncio.sleep(ENDS_AFTER_S)
        self.hold(not self.reachable, f"still reachable at the end: {len(self.reachable)}")
        self.hold(not await self.publications.standing(), "still listed at the end")

    async def _judge_reachable(self) -> None:
        rows = {row.handle: row for row in await self.publications.standing()}
        tasks = {row.id: row.state for row in await self._rows()}
        for handle in self.reachable:
            self.hold(handle in rows, "something is reachable that the program does not know of")
            needed = handle in rows and rows[handle].url and any(not tasks[task].is_over for task in rows[handle].tasks)
            self.hold(bool(needed), "something is reachable that no unfinished task needs")

    async def _judge(self) -> None:
        rows = await self._rows()
        out, charges = self.outcome, self.books.charges
        out.intents = len(rows)
        out.states.update(row.state.value for row in rows)
        out.lost = len(set(self.promised) - {row.request.prompt for row in rows})
        out.charged = sum(bool(ids) for ids in charges.values())
        out.charged_twice = sum(len(ids) > 1 for ids in charges.values())
        out.faults.update(way.value for way in self.line.weather.met.elements() if way is not Way.WELL)
        out.visible = len(self.published)
        self.hold(not out.lost, "an intent is lost")
        self.hold(not out.charged_twice, "an intent is charged twice")
        for row in rows:
            never = row.state is TaskState.CANCELLED
            self.hold(not (never and charges[row.request.prompt]), "what was taken back was charged")


def outcome_of(seeds: Iterable[int], folder: Path, *, on_disk: bool = False) -> Outcome:
    """Live through the schedules of these seeds; `visible` counts the pictures that left."""
    total = Outcome()
    with (
        one_trust_for_all(),
        mock.patch.object(uploads, "LENT_FOR_S", ENDS_AFTER_S),
        mock.patch.object(uploads, "LEAST_LEFT", timedelta(seconds=ENDS_AFTER_S / 3)),
    ):
        for seed in seeds:
            with asyncio.Runner(loop_factory=VirtualLoop) as runner:
                total += runner.run(_live(seed, folder, on_disk=on_disk))
    return total


async def _live(seed: int, folder: Path, *, on_disk: bool) -> Outcome:
    if not on_disk:
        tasks = MemoryTasks()
        return await PictureWorld(seed, folder, tasks, MemoryPublications(tasks)).live()
    database = HeldDatabase(folder / f"{seed}.db")
    await database.open()
    try:
        return await PictureWorld(seed, folder, SqliteTasks(database), SqlitePublications(database)).live()
    finally:
        await database.close()
