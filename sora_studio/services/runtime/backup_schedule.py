"""Backs up the database daily in the background. A backup reads every page, so it also detects damage."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sora_studio.clock import Clock
from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.domain.events import NoticeLevel
from sora_studio.services.runtime.notices import DATABASE, Notices

FIRST_AFTER_S = 30.0
"""Keeps the disk free during the start."""
LOOK_EVERY_S = 3600.0

_log = logging.getLogger(__name__)


class BackupSchedule:
    """Calls `back_up` hourly, which makes a backup if one is due. Only the owner of the data folder does this."""

    def __init__(
        self, back_up: Callable[[datetime], Awaitable[bool]], notices: Notices, clock: Clock, *, is_owner: Callable[[], bool]
    ) -> None:
        self._back_up = back_up
        self._notices = notices
        self._clock = clock
        self._is_owner = is_owner

    async def run(self) -> None:
        """Look for a due backup every hour, until cancelled."""
        await self._clock.sleep(FIRST_AFTER_S)
        while True:
            if self._is_owner():
                await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Make a backup if one is due. A full disk is retried later; damage posts a notice."""
        try:
            if await self._back_up(self._clock.now()):
                _log.info("A backup of the database was made.")
        except StorageFull:
            _log.info("No backup was made: the disk is nearly full.")
        except DatabaseUnusable as error:
            self._notices.post(DATABASE, NoticeLevel.WARNING, error.sentence)
