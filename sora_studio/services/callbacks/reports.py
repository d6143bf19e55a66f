"""The connection to the relay: gives the service a callback address, and receives its reports."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, replace

from sora_studio.domain.errors import DatabaseUnusable, StudioError, UserError
from sora_studio.domain.events import NoticeAction, NoticeLevel, RelayChanged
from sora_studio.domain.ports import Callback, RelayGreeting
from sora_studio.domain.relay import CALLBACKS_PATH
from sora_studio.domain.schedule import backoff_s, reported_within_s
from sora_studio.domain.settings import RelayPlace
from sora_studio.domain.task import Task, TaskState
from sora_studio.services.callbacks.callback_handler import CallbackHandler
from sora_studio.services.callbacks.relay_check import UNREACHABLE, RelayCheck, Step
from sora_studio.services.callbacks.relay_link import RelayLink
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import RELAY
from sora_studio.services.runtime.supervision import end
from sora_studio.services.runtime.wait_or_wake import wait_or_wake

_log = logging.getLogger(__name__)
FIRST_CONTACT_WITHIN_S = 5.0
"""How long a create waits for the relay's first answer; then its task is sent without a callback."""

ELSEWHERE = "Another Sora Studio uses this data folder and is connected to the relay. Run the test there."


@dataclass(frozen=True, slots=True)
class RelayState:
    """The relay's state. `configured`: callbacks can be requested. `public_url` is where the service sends them, once known.

    `trouble` says what is wrong and what to check; empty if all is well or nothing was tried.
    """

    configured: bool
    connected: bool = False
    public_url: str = ""
    trouble: str = ""


class Reports:
    """Keeps one stream to the relay, in the owner of the data folder only. Reconnects with backoff from its last cursor.

    `on_line` is called when the stream connects, with a predicate for the secrets that it can deliver, and with None when it
    breaks. After a start the relay's backlog is read from the beginning: handling a report twice is harmless.
    """

    def __init__(
        self,
        core: Core,
        link: RelayLink,
        callback_handler: CallbackHandler,
        *,
        on_line: Callable[[Callable[[str], bool] | None], None],
    ) -> None:
        self._core = core
        self._link = link
        self._callback_handler = callback_handler
        self._on_line = on_line
        self._known = RelayState(configured=False)
        self._line: asyncio.Task[None] | None = None
        self._works = False
        self._tried_since: float | None = None
        self._wanted = asyncio.Event()
        self._contacted = asyncio.Event()
        self._retry = asyncio.Event()
        self._epoch, self._cursor = "", 0
        self._heard_all = False
        self._checks = dict[str, asyncio.Event]()

    @property
    def state(self) -> RelayState:
        """The current state."""
        return replace(self._known, configured=self._link.choice.is_set_up)

    @property
    def relay_is_here(self) -> bool:
        """Whether the relay runs in this program, so that its pictures become unreachable when the program ends."""
        return self._link.choice.place is RelayPlace.HERE

    def begin(self) -> None:
        """Become the process that connects to the relay, now or when it is first needed."""
        self._works = True
        if self._link.choice.is_set_up and not self._link.choice.is_implied:
            self._want()
        if self._line is None:
            self._line = self._core.supervisor.keep(self._keep_line, name="reports")

    def task_changed(self, task: Task) -> None:
        """Connect if this task may be reported, and pass it to the callback handler."""
        if task.callback_secret is not None and not task.state.is_over:
            self._want()
        self._callback_handler.task_changed(task)

    def may_settle(self, task: Task) -> bool:
        """Return whether an unclear task's report may still come.

        True if it was sent recently, or until the relay's backlog has been read.
        """
        if task.state is not TaskState.UNKNOWN or task.is_put_aside or not (task.callback_secret and self.state.configured):
            return False
        profile = self._core.profile_of(task.request.model)
        age_s = (self._core.clock.now() - (task.sent_at or task.created_at)).total_seconds()
        return age_s < reported_within_s(profile.poll) or (self._works and not self._heard_all)

    def retry(self) -> None:
        """Reconnect now instead of after the backoff."""
        self._retry.set()

    async def change(self) -> None:
        """Reconnect after the relay or its token has changed."""
        line, self._line = self._line, None
        if line is not None:
            await end(line)
        await self._link.close()
        was_wanted = self._wanted.is_set()
        self._wanted.clear()
        self._tried_since, self._epoch, self._cursor, self._heard_all = None, "", 0, False
        self._tell(RelayState(configured=False))
        if self._works:
            self.begin()
            if was_wanted and self._link.choice.is_set_up:
                self._want()

    async def address(self) -> tuple[str, str] | None:
        """Return a new task's secret and callback URL; None if the service could not report there.

        Waits up to `FIRST_CONTACT_WITHIN_S` for the relay's first answer. Later outages do not matter: the relay stores
        callbacks.
        """
        if not self.state.configured:
            return None
        give_up_at = self._want() + FIRST_CONTACT_WITHIN_S
        while not self._is_reachable and (left_s := give_up_at - self._core.clock.monotonic()) > 0:
            await wait_or_wake(self._core.clock, self._contacted, left_s)
        if not self._is_reachable:
            self._complain(self._known.trouble or "The relay does not answer.")
            return None
        try:
            secret = (await self._link.open()).new_secret()
        except StudioError:
            return None
        return secret, f"{self._known.public_url}{CALLBACKS_PATH}{secret}"

    async def check(self) -> AsyncGenerator[Step]:
        """Test the relay end to end, step by step, up to the first failure."""
        if not self._works:
            yield Step("This window to the relay", ok=False, sentence=ELSEWHERE, seconds=0.0)
            return
        check = RelayCheck(self._core.clock, self._link, self._expect, is_reachable=self._core.is_reachable)
        async with contextlib.aclosing(check.walk()) as walk:
            async for step in walk:
                yield step

    @property
    def _is_reachable(self) -> bool:
        """Whether the relay's public address is known and the service can report there."""
        return bool(self._known.public_url) and self._core.is_reachable(self._known.public_url)

    def _want(self) -> float:
        """Start connecting if necessary, and return since when that is tried."""
        if self._tried_since is None:
            self._tried_since = self._core.clock.monotonic()
        self._wanted.set()
        return self._tried_since

    @contextlib.contextmanager
    def _expect(self, secret: str) -> Generator[asyncio.Event]:
        """Yield an event that is set when a report with this secret arrives."""
        self._want()
        self._checks[secret] = arrived = asyncio.Event()
        try:
            yield arrived
        finally:
            del self._checks[secret]

    async def _keep_line(self) -> None:
        attempt = 0
        while True:
            await self._wanted.wait()
            try:
                connection = await self._link.open()
                async with contextlib.aclosing(connection.callbacks(self._epoch, self._cursor)) as line:
                    async for said in line:
                        await self._take(said)
                        if not isinstance(said, RelayGreeting):  # a proxy that cuts streams may still pass the greeting
                            attempt = 0
            except DatabaseUnusable as error:  # our own fault: the relay's backlog is read again
                _log.warning("A report could not be looked up: %s", error.title)
            except StudioError as error:
                self._broke(error)
            self._retry.clear()
            await wait_or_wake(self._core.clock, self._retry, backoff_s(attempt, self._core.rng))
            attempt += 1

    async def _take(self, said: RelayGreeting | Callback | None) -> None:
        match said:
            case RelayGreeting():
                if said.epoch != self._epoch:
                    self._epoch, self._cursor = said.epoch, 0
                self._greeted(said.public_url)
            case Callback():
                if (waiting := self._checks.get(said.secret)) is not None:
                    waiting.set()
                else:
                    await self._callback_handler.hear(said)
                self._cursor = max(self._cursor, said.cursor)
            case None:
                self._heard_all = True

    def _greeted(self, public_url: str) -> None:
        trouble = "" if self._core.is_reachable(public_url) else UNREACHABLE
        self._tell(RelayState(configured=True, connected=True, public_url=public_url, trouble=trouble))

    def _broke(self, error: StudioError) -> None:
        _log.info("The connection to the relay broke: %s %s", error.title, error.detail)
        self._heard_all = True  # as far as possible for now
        self._tell(replace(self._known, connected=False, trouble=error.sentence))
        if isinstance(error, UserError):
            self._complain(error.sentence)

    def _complain(self, sentence: str) -> None:
        words = f"{sentence} Until then, the program polls the service instead."
        self._core.notices.post(RELAY, NoticeLevel.WARNING, words, NoticeAction.OPEN_SETTINGS)

    def _tell(self, state: RelayState) -> None:
        before, self._known = self._known, state
        if state.connected:
            self._contacted.set()
        if state.connected or not state.trouble:
            self._core.notices.clear(RELAY)
        if state.connected is not before.connected:
            self._on_line(self._link.knows if state.connected else None)
        if state != before:
            self._core.events.publish(RelayChanged(state.connected, state.trouble))
