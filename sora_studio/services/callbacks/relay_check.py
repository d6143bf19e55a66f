"""Tests the relay end to end, from this window to its public address and back, and names the step that fails."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sora_studio.clock import Clock
from sora_studio.domain.errors import PassingError, StudioError
from sora_studio.domain.picture import PIXEL
from sora_studio.domain.relay import CALLBACKS_PATH, PICTURES_PATH
from sora_studio.domain.settings import RelayPlace
from sora_studio.services.callbacks.relay_link import RelayLink
from sora_studio.services.runtime.wait_or_wake import wait_or_wake

_log = logging.getLogger(__name__)
BACK_WITHIN_S = 10.0
UNREACHABLE = (
    "The relay's public address is on this machine or its network, which the service cannot reach. Give it a public one."
)
TEST_LIFETIME_S = 120.0


@dataclass(frozen=True, slots=True)
class Step:
    """The result of one step. `sentence` says what worked, or what is wrong and what to check."""

    name: str
    ok: bool
    sentence: str
    seconds: float


class RelayCheck:
    """One test run.

    `expect` gives an event for a secret, set when a report with it arrives here; `is_reachable` says whether the service could
    reach an address.
    """

    def __init__(
        self,
        clock: Clock,
        link: RelayLink,
        expect: Callable[[str], AbstractContextManager[asyncio.Event]],
        *,
        is_reachable: Callable[[str], bool],
    ) -> None:
        self._clock = clock
        self._link = link
        self._expect = expect
        self._is_reachable = is_reachable
        self._handle = f"{secrets.token_urlsafe(24)}.png"
        self._public_url = ""
        self._published = False

    async def walk(self) -> AsyncGenerator[Step]:
        """Yield each step's result, up to the first failure. The test picture is removed in any case."""
        with contextlib.ExitStack() as stack:

            async def report() -> str:
                secret = (await self._link.open()).new_secret()
                arrived.append(stack.enter_context(self._expect(secret)))
                return await self._report(secret)

            arrived = list[asyncio.Event]()
            legs = (
                ("This window to the relay", self._greet),
                ("A picture from outside", self._show),
                ("A report from outside", report),
                ("The relay back to this window", lambda: self._hear(arrived[0])),
            )
            try:
                for name, way in legs:
                    leg = await self._walk(name, way)
                    yield leg
                    if not leg.ok:
                        return
            finally:
                await self._clean_up()

    async def _walk(self, name: str, way: Callable[[], Awaitable[str]]) -> Step:
        began = self._clock.monotonic()
        try:
            sentence, ok = await way(), True
        except StudioError as error:
            sentence, ok = error.sentence, False
        return Step(name, ok, sentence, self._clock.monotonic() - began)

    async def _greet(self) -> str:
        try:
            greeting = await (await self._link.open()).greet()
        except PassingError as error:
            look = "Check that it is running there and that its address in Settings is right."
            if self._link.choice.place is RelayPlace.HERE:
                look = "It runs inside this program: check whether something on this machine blocks its port."
            raise _Broken("The relay does not answer this window.", look, error) from error
        self._public_url = greeting.public_url
        if not self._is_reachable(self._public_url):
            raise _Broken(UNREACHABLE, f"It is {self._public_url} now.")
        return f"The relay answers and accepts the token. Its public address is {greeting.public_url}."

    async def _show(self) -> str:
        relay = await self._link.open()
        try:
            url = await relay.publish(PIXEL, self._handle, lifetime_s=TEST_LIFETIME_S)
            self._published = True
            found = await relay.visit(url)
        except StudioError as error:
            raise _Broken(
                f"A test picture cannot be fetched from {self._public_url}.", self._look_at(PICTURES_PATH), error
            ) from error
        if found != PIXEL.content:
            raise _Broken(f"{self._public_url} returned something other than the test picture.", self._look_at(PICTURES_PATH))
        return f"A test picture was fetched from {self._public_url}."

    async def _report(self, secret: str) -> str:
        try:
            await (await self._link.open()).report(f"{self._public_url}{CALLBACKS_PATH}{secret}", "proof")
        except StudioError as error:
            raise _Broken(f"{self._public_url} does not accept a report.", self._look_at(CALLBACKS_PATH), error) from error
        return f"{self._public_url} accepted a test report."

    async def _hear(self, arrived: asyncio.Event) -> str:
        began = self._clock.monotonic()
        while (left_s := began + BACK_WITHIN_S - self._clock.monotonic()) > 0:
            if await wait_or_wake(self._clock, arrived, left_s):
                return "The test report came back to this window."
        look = "Check whether a reverse proxy between them buffers responses: /v1/callbacks must be streamed."
        raise _Broken(
            f"The relay accepted the test report, but it did not reach this window within {BACK_WITHIN_S:.0f} s.", look
        )

    def _look_at(self, path: str) -> str:
        method = "POST" if path == CALLBACKS_PATH else "GET"
        return f"Check that the tunnel or reverse proxy behind it is running and forwards {method} {path}… to the relay."

    async def _clean_up(self) -> None:
        if self._published:
            try:
                await self._link.withdraw(self._handle)
            except StudioError as error:
                _log.info("The test picture was not removed and will expire: %s", error.title)


class _Broken(StudioError):
    """A step that failed, what to check, and the error behind it."""

    def __init__(self, title: str, advice: str, met: StudioError | None = None) -> None:
        super().__init__(title, advice=f"{advice} ({met.sentence})" if met else advice)
