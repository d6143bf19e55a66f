"""A studio as the settings see it: keys, pictures and reports, with every command on record."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from sora_studio.domain.errors import KeyRejected, StudioError
from sora_studio.domain.events import EventBus, PublicationsChanged, RelayChanged
from sora_studio.domain.picture import PictureRoute, Publication
from sora_studio.domain.ports import KeyOrigin, KeyStatus
from sora_studio.domain.task import Task
from sora_studio.services.models.model_library import ModelLibrary

NO_STORE = "This system's key store cannot be used."


@dataclass
class ScriptedSecrets:
    """A key store that keeps what it gets for the session; `good` is the key that the service knows."""

    good: str = "key-good"
    status: KeyStatus = field(default_factory=lambda: KeyStatus(KeyOrigin.NONE))
    kept: list[tuple[str, ...]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def set(self, *secrets: str) -> KeyStatus:
        await self.gate.wait()
        self.kept.append(secrets)
        self.status = KeyStatus(KeyOrigin.SESSION, NO_STORE)
        return self.status

    async def clear(self) -> KeyStatus:
        self.status = KeyStatus(KeyOrigin.NONE)
        return self.status

    async def test(self, key: str) -> float:
        await self.gate.wait()
        if key != self.good:
            raise KeyRejected
        return 74.87


@dataclass
class ScriptedPublishing:
    """What stands, how often that was `asked`, and what a test of a way says once its gate is open.

    `routes` are the ways that are set up; `hindered` maps a publication to why it cannot be withdrawn.
    """

    events: EventBus
    rows: list[Publication] = field(default_factory=list)
    checked: list[PictureRoute] = field(default_factory=list)
    trouble: StudioError | None = None
    hindered: dict[int, str] = field(default_factory=dict)
    routes: tuple[PictureRoute, ...] = ()
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def standing(self) -> list[Publication]:
        self.asked += 1
        await asyncio.sleep(0)
        return list(self.rows)

    async def withdraw(self, publication: int) -> bool:
        if why := self.hindered.get(publication):
            self.rows = [replace(row, trouble=why) if row.id == publication else row for row in self.rows]
        else:
            self.rows = [row for row in self.rows if row.id != publication]
        self.events.publish(PublicationsChanged())
        return publication not in self.hindered

    async def check(self, route: PictureRoute) -> None:
        self.checked.append(route)
        await self.gate.wait()
        if self.trouble:
            raise self.trouble

    def publish(self, *rows: Publication) -> None:
        self.rows = [*rows, *self.rows]
        self.events.publish(PublicationsChanged())


@dataclass
class ScriptedReports:
    """A line to a relay, and the legs of a proof."""

    events: EventBus
    state: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(configured=False, connected=False, public_url="", trouble="")
    )
    legs: list[SimpleNamespace | StudioError] = field(default_factory=list)

    def become(self, **facts: object) -> None:
        self.state = SimpleNamespace(**{**vars(self.state), **facts})
        self.events.publish(RelayChanged(connected=self.state.connected, trouble=self.state.trouble))

    async def check(self) -> AsyncIterator[SimpleNamespace]:
        for leg in self.legs:
            await asyncio.sleep(0)
            if isinstance(leg, StudioError):
                raise leg
            yield leg


class SettingsStudio:
    """Everything that the dialog reaches for. `tasks` are those that pictures were published for; `models` may be put in."""

    def __init__(self) -> None:
        self.events = EventBus()
        self.credentials, self.bucket_keys, self.relay_token = ScriptedSecrets(), ScriptedSecrets(), ScriptedSecrets()
        self.publishing = ScriptedPublishing(self.events)
        self.reports = ScriptedReports(self.events)
        self.tasks = self
        self.models: ModelLibrary | None = None
        self.rows = dict[int, Task]()

    async def get_many(self, tasks: Iterable[int]) -> list[Task]:
        return [self.rows[task] for task in tasks if task in self.rows]


def published(number: int, name: str = "harbour.jpg", **changes: object) -> Publication:
    """One that became reachable just now."""
    at = datetime.now(UTC)
    publication = Publication(
        id=number,
        fingerprint=f"{number:064x}",
        route=PictureRoute.BUCKET,
        place="bucket pictures at https://s3.example",
        handle=f"{number:022}.jpg",
        url=f"https://s3.example/pictures/{number:022}.jpg?signed",
        name=name,
        published_at=at,
        expires_at=at + timedelta(hours=6),
        tasks=(number,),
    )
    return replace(publication, **changes)  # type: ignore[arg-type] - the fields of a publication, by name


def leg(name: str, *, ok: bool = True, sentence: str = "", seconds: float = 0.012) -> SimpleNamespace:
    """One part of the way of a report."""
    return SimpleNamespace(name=name, ok=ok, sentence=sentence, seconds=seconds)
