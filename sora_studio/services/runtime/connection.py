"""Whether the service can be reached: one circuit breaker for all tasks."""

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.errors import (
    ConnectionFailed,
    Intercepted,
    InterceptedCreate,
    KeyMissing,
    RateLimited,
    StudioError,
    UserError,
)
from sora_studio.domain.events import ConnectionChanged, EventBus, NoticeAction, NoticeLevel
from sora_studio.domain.schedule import backoff_s
from sora_studio.services.runtime.notices import OFFLINE, Notices
from sora_studio.services.runtime.wait_or_wake import wait_or_wake

if TYPE_CHECKING:
    from sora_studio.gateway.client import GatewayClient

FAILURES_UNTIL_OFFLINE = 3
UNREACHED = "The service cannot be reached. Tasks already sent go on there; the program tries again by itself."
INTERCEPTED = (
    "Something between you and the service answers in its place: {}. Sign in to this network, or check your proxy or firewall. "
    "Nothing more is sent until the service itself answers; tasks already sent go on there."
)


class Connection:
    """A circuit breaker: offline after several failures in a row, until a single probe gets through.

    It also opens when something else answers in the service's place (a login page, proxy or firewall): several times in a row,
    or once for a create, which may be charged. Then only a probe that the service itself answers closes it.
    """

    def __init__(self, gateway: "GatewayClient", events: EventBus, notices: Notices, clock: Clock, rng: random.Random) -> None:
        self._gateway = gateway
        self._events = events
        self._notices = notices
        self._clock = clock
        self._rng = rng
        self._failures = 0
        self._interceptions = 0
        self._is_intercepted = False
        self._wake = asyncio.Event()
        self._listeners: list[asyncio.Event] = []
        self.online = True
        self.has_answered = False
        """Whether this address has answered at all since the start."""

    def wakes(self, event: asyncio.Event) -> None:
        """Set `event` whenever the service can be reached again."""
        self._listeners.append(event)

    def succeeded(self) -> None:
        """Record an answer from the service, whatever it said."""
        if not self._is_intercepted:  # this request may predate the interception
            self._got_through()

    def _got_through(self) -> None:
        self._failures = self._interceptions = 0
        self._is_intercepted = False
        self.has_answered = True
        if self.online:
            return
        self.online = True
        self._notices.clear(OFFLINE)
        self._events.publish(ConnectionChanged(online=True))
        for listener in self._listeners:
            listener.set()

    def failed(self) -> None:
        """Record a failed connection."""
        self._failures += 1
        if self.online and self._failures >= FAILURES_UNTIL_OFFLINE:
            self._hold_back(UNREACHED)

    def intercepted(self, error: Intercepted | InterceptedCreate, *, at_once: bool = False) -> None:
        """Record an answer from something other than the service."""
        self._interceptions += 1
        if at_once or self._is_intercepted or self._interceptions >= FAILURES_UNTIL_OFFLINE:
            self._is_intercepted = True
            self._hold_back(INTERCEPTED.format(error.detail))

    def _hold_back(self, words: str) -> None:
        self._notices.post(OFFLINE, NoticeLevel.WARNING, words, NoticeAction.RETRY)
        if self.online:
            self.online = False
            self._wake.set()

    def probe_now(self) -> None:
        """Probe now instead of after the backoff."""
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
        """Wait the whole time, although each rest is capped; `probe_now` ends it."""
        self._wake.clear()
        due = self._clock.monotonic() + seconds
        while (left := due - self._clock.monotonic()) > 0:
            if await wait_or_wake(self._clock, self._wake, left):
                return

    async def _probe(self) -> None:
        """Request the balance: it is cheap and advances no task's poll. Any answer from the service closes the breaker."""
        try:
            await self._gateway.balance()
        except ConnectionFailed:
            return
        except Intercepted as error:
            self.intercepted(error, at_once=True)
            return
        except StudioError as error:
            is_answer = isinstance(error, UserError | RateLimited) and not isinstance(error, KeyMissing)
            if self._is_intercepted and not is_answer:
                return
        self._got_through()
