"""Whether the service can be reached at all, noticed once for everybody instead of once for every task."""

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.errors import ConnectionFailed, StudioError
from sora_studio.domain.events import ConnectionChanged, EventBus, NoticeAction, NoticeLevel
from sora_studio.domain.schedule import backoff_s
from sora_studio.services.runtime.notices import OFFLINE, Notices
from sora_studio.services.runtime.wait_or_wake import wait_or_wake

if TYPE_CHECKING:
    from sora_studio.gateway.client import GatewayClient

FAILURES_UNTIL_OFFLINE = 3


class Connection:
    """Online until several connections failed in a row; then one probe tries, and all else holds back until it gets through."""

    def __init__(self, gateway: "GatewayClient", events: EventBus, notices: Notices, clock: Clock, rng: random.Random) -> None:
        self._gateway = gateway
        self._events = events
        self._notices = notices
        self._clock = clock
        self._rng = rng
        self._failures = 0
        self._wake = asyncio.Event()
        self._listeners: list[asyncio.Event] = []
        self.online = True

    def wakes(self, event: asyncio.Event) -> None:
        """Set `event` whenever the service can be reached again."""
        self._listeners.append(event)

    def succeeded(self) -> None:
        """The service answered, whatever it said."""
        self._failures = 0
        if self.online:
            return
        self.online = True
        self._notices.clear(OFFLINE)
        self._events.publish(ConnectionChanged(online=True))
        for listener in self._listeners:
            listener.set()

    def failed(self) -> None:
        """A connection failed."""
        self._failures += 1
        if self.online and self._failures >= FAILURES_UNTIL_OFFLINE:
            self.online = False
            self._notices.post(
                OFFLINE,
                NoticeLevel.WARNING,
                "The service cannot be reached. Tasks already sent go on there; the program tries again by itself.",
                NoticeAction.RETRY,
            )
            self._wake.set()

    def probe_now(self) -> None:
        """Try at once instead of at the next turn."""
        self._wake.set()

    async def run(self) -> None:
        """Probe while offline, until cancelled."""
        attempt = 0
        while True:
            if self.online:
                attempt = 0
                await wait_or_wake(self._clock, self._wake, float("inf"))
                continue
            wait_s = backoff_s(attempt, self._rng)
            attempt += 1
            self._events.publish(ConnectionChanged(online=False, retry_at=self._clock.now() + timedelta(seconds=wait_s)))
            await self._pause(wait_s)
            await self._probe()

    async def _pause(self, seconds: float) -> None:
        """The whole wait, though rests are cut short; `probe_now` ends it."""
        self._wake.clear()
        due = self._clock.monotonic() + seconds
        while (left := due - self._clock.monotonic()) > 0:
            if await wait_or_wake(self._clock, self._wake, left):
                return

    async def _probe(self) -> None:
        """The balance is the cheapest question, and no task's poll comes early because of it. Any answer is an answer."""
        try:
            await self._gateway.balance()
        except ConnectionFailed:
            return
        except StudioError:
            pass
        self.succeeded()
