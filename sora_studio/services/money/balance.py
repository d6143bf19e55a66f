"""Polls the key's balance: rarely, and without complaint if it is unavailable."""

import asyncio
import logging
from typing import TYPE_CHECKING

from sora_studio.domain.errors import KeyMissing, KeyRejected, StudioError
from sora_studio.domain.events import BalanceChanged
from sora_studio.services.money.metering import PriceMeter
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

if TYPE_CHECKING:
    from sora_studio.services.tasks.send_blocks import SendBlocks

_log = logging.getLogger(__name__)
ASK_EVERY_S = 60.0


class Balance:
    """The account's balance; `usd` is the service's last answer.

    Without credit it is polled every minute, and sending resumes once it has grown. Every answer goes to the price meter, which
    requests one whenever a task is settled.
    """

    def __init__(self, core: Core, send_blocks: "SendBlocks", meter: PriceMeter) -> None:
        self._core = core
        self._clock = core.clock
        self._send_blocks = send_blocks
        self._meter = meter
        meter.on_settled = self.want
        self._wake = asyncio.Event()
        self._wanted = True
        self._not_before = float("-inf")
        self._usd_when_gone: float | None = None
        self.usd: float | None = None

    def want(self) -> None:
        """Refresh the balance soon: it has probably changed."""
        self._wanted = True
        self._wake.set()

    def key_changed(self) -> None:
        """Refresh at once: another key may mean another account."""
        self._meter.forget()
        self._not_before = float("-inf")
        self.want()

    async def refresh(self) -> None:
        """Ask for the balance, at most once a minute.

        Errors are only logged, except that a refused key stops everything that needs it.
        """
        if self._send_blocks.key_refused or self._clock.monotonic() < self._not_before:
            return
        self._wanted = False
        self._not_before = self._clock.monotonic() + ASK_EVERY_S / self._core.speed
        reading = self._meter.begin_reading()
        try:
            usd = await self._core.gateway.balance()
        except KeyMissing:
            return
        except KeyRejected as error:
            self._send_blocks.refuse_key(error)
            return
        except StudioError as error:
            _log.info("No balance: %s", error.title)
            return
        self.usd = usd
        self._core.events.publish(BalanceChanged(usd, self._clock.now()))
        self._look_for_credit(usd)
        await self._meter.finish_reading(reading, usd)

    async def run(self) -> None:
        """Refresh when it is wanted and while there is no credit, until cancelled."""
        while True:
            left_s = self._not_before - self._clock.monotonic()
            # No request with a refused key: `key_changed` wakes the loop.
            due = (self._wanted or self._send_blocks.credit_gone) and not self._send_blocks.key_refused
            if due and left_s <= 0:
                await self.refresh()
            await wait_or_wake(self._clock, self._wake, max(0.05, left_s) if due else LONGEST_REST_S)

    def _look_for_credit(self, usd: float) -> None:
        """Resume sending once the balance exceeds the first one read after credit ran out."""
        if not self._send_blocks.credit_gone:
            self._usd_when_gone = None
        elif self._usd_when_gone is None:
            self._usd_when_gone = usd
        elif usd > self._usd_when_gone:
            self._usd_when_gone = None
            self._send_blocks.credit_returned()
