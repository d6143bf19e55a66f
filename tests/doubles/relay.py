"""A relay that a test holds in its hand: what was asked of it, what it says, and when its line breaks."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, StudioError
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.domain.relay import CALLBACKS_PATH, PICTURES_PATH
from sora_studio.domain.settings import RelayPlace
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.services.callbacks.relay_link import RelayChoice, RelayLink

PUBLIC_URL = "https://relay.example"


class ScriptedRelay(RelayClient):
    """Keeps what was reported and tells it to whoever listens. With `trouble` set, everything raises it and the line is down.

    Each name in `broken` is a way that fails alone: `publish`, `visit`, `report`, `line`.
    """

    place = f"relay {PUBLIC_URL}"

    def __init__(self, clock: Clock, *, public_url: str = PUBLIC_URL) -> None:
        self._clock = clock
        self.public_url = public_url
        self.epoch = "first life"
        self.token = "secret"
        self.kept: list[Callback] = []
        self.kept_at: list[datetime] = []
        self.trouble: StudioError | None = None
        self.broken = set[str]()
        self.asked_from: list[tuple[str, int]] = []
        self.pictures: dict[str, bytes] = {}
        self.ever_published = 0
        self.closed = 0
        self._secrets = itertools.count(1)
        self._changed = asyncio.Event()

    def knows(self, secret: str) -> bool:
        return secret.startswith(self.token)

    def new_secret(self) -> str:
        return f"{self.token}-{next(self._secrets)}"

    async def callbacks(self, epoch: str = "", after: int = 0) -> AsyncGenerator[RelayGreeting | Callback | None]:
        self._may_go("line")
        self.asked_from.append((epoch, after))
        yield RelayGreeting(self.public_url, self.epoch)
        told = after if epoch == self.epoch else 0
        while True:
            self._changed.clear()
            while told < len(self.kept):
                told += 1
                yield self.kept[told - 1]
            await self._changed.wait()
            self._may_go("line")
            if told == len(self.kept):
                yield None

    def say_nothing(self) -> None:
        """But show that the line lives."""
        self._changed.set()

    async def greet(self) -> RelayGreeting:
        self._may_go("greet")
        return RelayGreeting(self.public_url, self.epoch)

    async def publish(self, picture: PreparedPicture, handle: str, *, lifetime_s: float) -> str:
        self._may_go("publish")
        self.pictures[handle] = picture.content
        self.ever_published += 1
        return f"{self.public_url}{PICTURES_PATH}{handle}"

    async def withdraw(self, handle: str) -> None:
        self.pictures.pop(handle, None)

    async def check(self) -> None:
        self._may_go("check")

    async def visit(self, url: str) -> bytes:
        self._may_go("visit")
        return self.pictures[url.rpartition("/")[2]]

    async def report(self, url: str, task_id: str) -> None:
        self._may_go("report")
        if "back" not in self.broken:
            self.post(url.rpartition(CALLBACKS_PATH)[2], task_id)

    async def close(self) -> None:
        self.closed += 1

    def post(self, secret: str, task_id: str | None = None) -> None:
        """The service, or anybody who knows the secret, reports."""
        self.kept.append(Callback(secret, task_id, len(self.kept) + 1))
        self.kept_at.append(self._clock.now())
        self._changed.set()

    def cut(self, trouble: StudioError | None = None) -> None:
        """The line breaks and stays down until `mend`."""
        self.trouble = trouble or ConnectionFailed("The relay cannot be reached.")
        self._changed.set()

    def mend(self) -> None:
        """It can be had again."""
        self.trouble = None

    def _may_go(self, way: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        if way in self.broken:
            raise ConnectionFailed(f"Nothing answers ({way}).")


class Server(EmbeddedRelay):
    """A relay in this program that only counts."""

    base_url = "http://127.0.0.1:1"
    token = "token"

    def __init__(self) -> None:
        self.started = self.stopped = 0
        self.trouble: OSError | None = None

    async def start(self) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.started += 1

    async def stop(self) -> None:
        self.stopped += 1


class LinkDesk:
    """What a `RelayLink` stands on, as the test wants it."""

    def __init__(self, relay: ScriptedRelay, choice: RelayChoice) -> None:
        self.relay, self.choice = relay, choice
        self.server = Server()
        self.opened = list[tuple[str, str | None]]()
        self.is_owner = True
        self.link = RelayLink(
            lambda: self.choice,
            serve=lambda _choice: self.server,
            connect=self._connect,
            token=self._token,
            is_owner=lambda: self.is_owner,
        )

    def _connect(self, url: str, token: Callable[[], str | None]) -> ScriptedRelay:
        self.opened.append((url, token()))
        return self.relay

    async def _token(self) -> str | None:
        return "their token"


NO_RELAY = RelayChoice(RelayPlace.NONE)
A_RELAY = RelayChoice(RelayPlace.ELSEWHERE, PUBLIC_URL)
