"""The whole engine over doubles, and the words in which the tests speak about it."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from sora_studio import paths
from sora_studio.domain.events import Event, EventBus, NoticeCleared, NoticeRaised
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.read import read
from sora_studio.domain.money import DayLimits
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.ports import PictureHost
from sora_studio.domain.project import Project
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.callbacks.relay_link import RelayChoice
from sora_studio.services.clips.saving import Shelf
from sora_studio.services.engine import Engine, Outside
from sora_studio.services.pictures.copies import Copies
from sora_studio.services.pictures.preparing import Preparation
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.pictures.recordings import Recordings
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import Notices
from sora_studio.services.runtime.supervision import Supervisor
from sora_studio.services.tasks.destinations import Destinations
from sora_studio.services.tasks.task_writer import TaskWriter
from sora_studio.storage.publications import SqlitePublications
from tests.doubles.clock import ManualClock, settle
from tests.doubles.gateway import ScriptedGateway
from tests.doubles.outside import Lock, Marker, NothingDue, ScriptedMedia, ScriptedTransfer
from tests.doubles.publications import Checker, Host, MemoryPublications
from tests.doubles.relay import NO_RELAY, LinkDesk, ScriptedRelay
from tests.doubles.tasks import MemoryTasks

GATEWAY = "https://service.example"
Result = TypeVar("Result")


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run one test's coroutine with one thread in the common pool."""

    async def with_one_thread() -> Result:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        return await work

    return asyncio.run(with_one_thread())


def sora_2(*, concurrent_tasks: int = 1000) -> ModelProfile:
    """The shipped profile, with another number of places if the test needs few."""
    text = (paths.resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8")
    profile = read(text, "sora-2.toml")
    return replace(profile, limits=replace(profile.limits, concurrent_tasks=concurrent_tasks))


def request(
    prompt: str = "A harbour at dawn", *, images: tuple[str, ...] = (), model: str = "sora-2", callback: bool = False
) -> GenerationRequest:
    return GenerationRequest(model=model, prompt=prompt, media=first_pictures(*images), callback=callback)


@dataclass
class Rig:
    """An engine whose world the test holds in its hand."""

    folder: Path
    concurrent_tasks: int = 1000
    loopback: bool = True
    has_key: bool = True
    tasks: MemoryTasks = field(default_factory=MemoryTasks)
    publications: SqlitePublications | None = None
    clock: ManualClock = field(default_factory=ManualClock)
    transfer: ScriptedTransfer = field(default_factory=ScriptedTransfer)
    media: ScriptedMedia = field(default_factory=ScriptedMedia)
    host: Host = field(default_factory=Host)
    chosen: PictureRoute | None = None
    relay: ScriptedRelay | None = None
    lock: Lock = field(default_factory=Lock)
    marker: Marker = field(default_factory=Marker)
    limits: DayLimits = field(default_factory=DayLimits)
    relay_choice: RelayChoice = NO_RELAY
    projects: dict[int, Project] = field(default_factory=dict[int, Project])
    document_projects: dict[int, int] = field(default_factory=dict[int, int])
    speed: float = 1.0
    seen: list[Event] = field(default_factory=list[Event])

    def __post_init__(self) -> None:
        self.gateway = self._open_gateway()
        self.hosts: dict[PictureRoute, PictureHost] = {PictureRoute.RELAY: self.host}
        self.checker = Checker(self.host)
        self.publications = self.publications or MemoryPublications(self.tasks)
        self.events = EventBus()
        self.events.subscribe(self.seen.append)
        notices = Notices(self.events)
        self.core = Core(
            task_writer=TaskWriter(self.tasks, self.clock, notices),
            gateway=self.gateway,
            profiles={"sora-2": sora_2(concurrent_tasks=self.concurrent_tasks).faster(self.speed)},
            events=self.events,
            notices=notices,
            supervisor=Supervisor(self.clock, notices),
            clock=self.clock,
            rng=random.Random(7),
            gateway_name=GATEWAY,
            speed=self.speed,
            service_is_public=not self.loopback,
        )
        self.publishing = Publishing(
            self.core,
            Copies(Preparation(self.media), Recordings(self.media, self.checker, self.folder / "prepared")),
            self.checker,
            self.publications,
            lambda: self.hosts,
            lambda: self.chosen,
            gateway_is_loopback=self.loopback,
            relay_is_private=lambda: self.relay_choice.is_private,
        )
        self.relay = self.relay or ScriptedRelay(self.clock)
        self.desk = LinkDesk(self.relay, self.relay_choice)
        outside = Outside(
            transfer=self.transfer,
            media=self.media,
            publishing=self.publishing,
            lock=self.lock,
            pause_marker=self.marker,
            metadata_due=NothingDue(),
            destinations=Destinations(self._project, self._project_of, named=None),
            shelf=lambda: Shelf(self.folder / "clips", "{date} {slug} {id}", self.folder / "posters"),
            has_key=lambda: self.has_key,
            relay=self.desk.link,
            requests_last_minute=lambda: self.gateway.requests_last_minute,
            limits=lambda: self.limits,
        )
        self.engine = Engine(self.core, outside)

    async def _project(self, project: int) -> Project | None:
        return self.projects.get(project)

    async def _project_of(self, document: int) -> int | None:
        return self.document_projects.get(document)

    def _open_gateway(self) -> ScriptedGateway:
        return ScriptedGateway(self.clock)

    async def __aenter__(self) -> Self:
        await self.engine.begin()
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.finish()

    async def submit(self, *prompts: str) -> list[Task]:
        """Submit and let the dispatcher act."""
        added = [task for prompt in prompts for task in await self.engine.submission.submit(request(prompt))]
        await self.clock.advance(0.1)
        return added

    async def advance(self, seconds: float) -> None:
        """Let time pass; blocking file work is given the real moment that it takes."""
        await self.clock.advance(seconds)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what threads do, at a standing clock."""
        give_up_at = time.monotonic() + 10
        while True:
            await settle()
            if condition():
                return
            assert time.monotonic() < give_up_at, "it never came true"
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)

    def row(self, task: int = 1) -> Task:
        return self.tasks.rows[task]

    def state(self, task: int = 1) -> TaskState:
        return self.row(task).state

    def states(self) -> list[TaskState]:
        return [row.state for row in self.tasks.rows.values()]

    def told(self, kind: type[Event]) -> list[Event]:
        """The events of one kind, in order."""
        return [event for event in self.seen if isinstance(event, kind)]

    def notices(self) -> set[str]:
        """The causes of the notices that hold now."""
        held = set[str]()
        for event in self.seen:
            if isinstance(event, NoticeRaised):
                held.add(event.cause)
            elif isinstance(event, NoticeCleared):
                held.discard(event.cause)
        return held
