"""Warns before the result link of an unsaved clip expires: three days before, and again on the last day."""

from datetime import timedelta

from sora_studio.domain.events import NoticeAction, NoticeLevel
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.notices import EXPIRY
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S

SOON, VERY_SOON = timedelta(days=3), timedelta(days=1)


class ExpiryWatch:
    """One notice for all unsaved clips, cleared when they are saved or gone."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def run(self) -> None:
        """Check periodically, until cancelled.

        The first check comes late, so that clips saved right after the start cause no notice.
        """
        while True:
            await self._core.clock.sleep(LONGEST_REST_S)
            await self.look()

    async def look(self) -> None:
        """Post or clear the notice."""
        now = self._core.clock.now()
        unsaved = await self._core.task_writer.tasks.unsaved(self._core.gateway_name)
        last_day = sum(clip.expires_at - now <= VERY_SOON for clip in unsaved)
        soon = sum(clip.expires_at - now <= SOON for clip in unsaved)
        if last_day:
            self._say(NoticeLevel.ERROR, last_day, "within a day")
        elif soon:
            self._say(NoticeLevel.WARNING, soon, "within three days")
        else:
            self._core.notices.clear(EXPIRY)

    def _say(self, level: NoticeLevel, count: int, when: str) -> None:
        one, several = "1 clip is not saved, and its link expires", f"{count:,} clips are not saved, and their links expire"
        words = f"{one if count == 1 else several} {when}. The program keeps trying; see the cards for the reason."
        self._core.notices.post(EXPIRY, level, words, NoticeAction.RETRY)
