"""Withdraws pictures that no task needs any more, including those left behind by a killed run."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sora_studio.domain.errors import StorageFull, StudioError
from sora_studio.domain.events import PublicationsChanged
from sora_studio.domain.picture import PictureRoute, Publication
from sora_studio.domain.ports import PictureHost
from sora_studio.services.pictures.uploads import Uploads
from sora_studio.services.runtime.backoff import Backoff
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.wait_or_wake import LONGEST_REST_S, wait_or_wake

if TYPE_CHECKING:
    from sora_studio.storage.publications import SqlitePublications

LANDS_WITHIN_S = 60.0
"""An interrupted upload is withdrawn at once and again after this long: it may have arrived in between."""
ENDED_AFTER = timedelta(minutes=15)
"""Margin after `expires_at`: an address lives from the end of its upload, but is recorded at the beginning."""
LISTED_FOR = timedelta(days=30)
"""How long a command's picture stays listed. It may stay public for ever, and the program cannot find out."""
CANNOT = f"Only you can take it back, where your command put it. It leaves this list after {LISTED_FOR.days} days."
UNDER_WAY = "It is being taken back."
LATER = "It could not be taken back. The program will try again."

_log = logging.getLogger(__name__)


class Withdrawal:
    """Withdraws idle pictures after each task ends and periodically. Failures are retried with backoff."""

    def __init__(
        self,
        core: Core,
        publications: "SqlitePublications",
        uploads: Uploads,
        hosts: Callable[[], Mapping[PictureRoute, PictureHost]],
    ) -> None:
        self._core = core
        self._publications = publications
        self._uploads = uploads
        self._hosts = hosts
        self._backoff = Backoff[int](core.clock, core.rng)
        self._emptied_at = dict[tuple[int, datetime], float]()
        self._began = core.clock.now() - timedelta(seconds=core.clock.elapsed())
        self._looking = asyncio.Lock()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for idle pictures soon."""
        self._wake.set()

    async def run(self) -> None:
        """Withdraw idle pictures until cancelled."""
        while True:
            try:
                await self._look()
            except StorageFull:  # they stay listed; the task writer posts the notice
                _log.info("Withdrawals could not be recorded: the disk is full.")
            await wait_or_wake(self._core.clock, self._wake, LONGEST_REST_S)

    async def finish(self) -> None:
        """Withdraw what is idle now instead of at the next start. Safe to cancel: the next start retries."""
        try:
            await self._look()
        except StudioError as error:
            _log.info("Public pictures are checked again at the next start: %s", error.title)

    async def withdraw(self, publication: Publication) -> bool:
        """Withdraw it now and return whether it is gone. If not, its `trouble` says why."""
        await self._doubt(publication)
        async with self._uploads.turn(publication.fingerprint, publication.place):
            # Its upload may have ended while its turn was awaited.
            now = await self._publications.get(publication.id)
            return now is None or now.withdrawn_at is not None or await self._withdraw(now)

    async def _look(self) -> None:
        async with self._looking:
            await self._take_back()

    async def _take_back(self) -> None:
        silent = set[str]()
        for publication in await self._left():
            turn = self._uploads.turn(publication.fingerprint, publication.place)
            if publication.place in silent or turn.locked():  # being published, perhaps for another task
                continue
            async with turn:
                if await self._publications.get(publication.id) != publication:  # reused or withdrawn meanwhile
                    continue
                if not await self._withdraw(publication) and publication.route is not PictureRoute.COMMAND:
                    silent.add(publication.place)

    async def _left(self) -> list[Publication]:
        """Return publications that no task needs, and uploads that were interrupted."""
        cut_off = [row for row in await self._publications.standing() if not row.url]
        left = {row.id: row for row in [*await self._publications.idle(now=self._now()), *cut_off]}
        return [row for row in left.values() if not self._backoff.is_waiting(row.id)]

    async def _withdraw(self, publication: Publication) -> bool:
        trouble = await self._trouble_with(publication)
        if trouble and not self._ended_by_itself(publication):
            self._backoff.failed(publication.id)
            if trouble != publication.trouble:
                await self._publications.complain(publication.id, trouble)
                self._core.events.publish(PublicationsChanged())
            return False
        if not trouble and self._may_still_arrive(publication):
            return True
        await self._publications.withdraw(publication.id, at=self._core.clock.now())
        self._backoff.succeeded(publication.id)
        self._emptied_at.pop((publication.id, publication.published_at), None)
        self._core.events.publish(PublicationsChanged())
        return True

    async def _trouble_with(self, publication: Publication) -> str:
        """Ask the host to withdraw it; return why that failed, or an empty string."""
        if publication.route is PictureRoute.COMMAND:
            return CANNOT
        host = self._hosts().get(publication.route)
        if host is None or host.place != publication.place:
            return f"Settings no longer contain {publication.place}. Set it up again, and the program takes the picture back."
        await self._doubt(publication)
        try:
            await host.withdraw(publication.handle)
        except StudioError as error:
            return error.sentence
        except Exception:
            _log.exception("Publication %d could not be withdrawn", publication.id)
            return LATER
        return ""

    async def _doubt(self, publication: Publication) -> None:
        """Stop further tasks from reusing its address, in all processes; only in this one if the database cannot be written."""
        self._uploads.doubt(publication.id)
        if publication.trouble is None:
            with contextlib.suppress(StudioError):
                await self._publications.complain(publication.id, UNDER_WAY)

    def _ended_by_itself(self, publication: Publication) -> bool:
        """Return whether it leaves the list although it was not withdrawn. A bucket never deletes by itself."""
        match publication.route:
            case PictureRoute.BUCKET:
                return False
            case PictureRoute.COMMAND:
                return publication.published_at + LISTED_FOR <= self._now()
            case PictureRoute.RELAY:
                return publication.expires_at + ENDED_AFTER <= self._now()

    def _now(self) -> datetime:
        """Return the time by the clock as it was at the start, so that a later clock change ends no address early."""
        return self._began + timedelta(seconds=self._core.clock.elapsed())

    def _may_still_arrive(self, publication: Publication) -> bool:
        if publication.url:
            return False
        now = self._core.clock.monotonic()
        if now >= self._emptied_at.setdefault((publication.id, publication.published_at), now) + LANDS_WITHIN_S:
            return False
        self._backoff.failed(publication.id, least_s=LANDS_WITHIN_S)
        return True
