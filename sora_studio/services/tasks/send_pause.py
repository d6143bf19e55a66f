"""Pausing at the user's request: no new task is sent, while what is running is still followed and saved."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING

from sora_studio.clock import Clock
from sora_studio.domain.events import EventBus, PauseChanged
from sora_studio.services.tasks.send_blocks import SendBlocks

if TYPE_CHECKING:
    from sora_studio.storage.pause_marker import PauseMarker

_log = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
"""Interval for a pause set or ended by another process. A claim also looks by itself."""


class SendPause:
    """The pause of a data folder, for all of its processes; it lasts until the user resumes, also through restarts.

    In this process a pause holds from the call on. Another process obeys it at its next claim, before a byte is sent.
    """

    def __init__(self, marker: "PauseMarker", send_blocks: SendBlocks, events: EventBus, clock: Clock) -> None:
        self._marker = marker
        self._send_blocks = send_blocks
        self._events = events
        self._clock = clock
        self._wanted: bool | None = None
        """What the user wants and the file does not say yet; None when they agree."""
        self._presses = 0
        self._writing = asyncio.Lock()

    @property
    def is_paused(self) -> bool:
        """Whether nothing new is sent, as last seen."""
        return self._send_blocks.paused

    def pause(self) -> Coroutine[object, object, None]:
        """Send nothing new from this call on. Await the result to store that.

        Raises `FolderSilent`, `StorageFull` or `InvalidSetting`; then the pause lasts until this process ends.
        """
        self._want(paused=True)
        self._take(paused=True)
        return self._store()

    def resume(self) -> Coroutine[object, object, None]:
        """Await the result to send again. Raises like `pause`; then sending stays paused."""
        self._want(paused=False)
        return self._store()

    async def look(self) -> bool:
        """Return whether sending is paused, after reading the file. If it cannot be read, what was last known holds."""
        presses = self._presses
        try:
            is_set = await self._marker.is_set()
        except OSError as error:
            _log.info("Whether sending is paused cannot be read: %s", error)
        else:
            if self._wanted is None and presses == self._presses:  # what was read may be older than the press
                self._take(paused=is_set)
        return self.is_paused

    async def run(self) -> None:
        """Follow what other processes do until cancelled."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            await self.look()

    async def _store(self) -> None:
        """Write the last wish; wishes of quick presses are stored in order, and the last one holds."""
        async with self._writing:
            wanted, presses = self._wanted, self._presses
            if wanted is None:  # an earlier call stored it
                return
            try:
                await self._marker.put(wanted)
            except BaseException:
                if presses == self._presses and not wanted:
                    self._wanted = None  # still paused, as the file says
                raise
            if presses == self._presses:
                self._wanted = None
                self._take(paused=wanted)

    def _want(self, *, paused: bool) -> None:
        self._wanted = paused
        self._presses += 1

    def _take(self, *, paused: bool) -> None:
        if paused == self._send_blocks.paused:
            return
        if paused:
            self._send_blocks.pause()
        else:
            self._send_blocks.resume()
        self._events.publish(PauseChanged(paused))
