"""A backup of the database now and then, behind the work. It reads every page, and so it is the daily health check too."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from sora_studio.clock import Clock
from sora_studio.domain.errors import DatabaseUnusable, StorageFull
from sora_studio.domain.events import NoticeLevel
from sora_studio.services.runtime.notices import DATABASE, Notices

FIRST_AFTER_S = 30.0
"""The start has better things to do with the disk."""
LOOK_EVERY_S = 3600.0

_log = logging.getLogger(__name__)


class BackupSchedule:
    """`back_up` makes a backup if one is due at that time; only the owner of the data folder asks it to."""

    def __init__(
        self, back_up: Callable[[datetime], Awaitable[bool]], notices: Notices, clock: Clock, *, is_owner: Callable[[], bool]
    ) -> None:
        self._back_up = back_up
        self._notices = notices
        self._clock = clock
        self._is_owner = is_owner

    async def run(self) -> None:
        """For ever."""
        await self._clock.sleep(FIRST_AFTER_S)
        while True:
            if self._is_owner():
                await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Make a backup if one is due. One that cannot be made now is tried again later; damage is said."""
        try:
            if await self._back_up(self._clock.now()):
                _log.info("A backup of the database was made.")
        except StorageFull:
            _log.info("No backup was made: the disk is nearly full.")
        except DatabaseUnusable as error:
            self._notices.post(DATABASE, NoticeLevel.WARNING, error.sentence)
