"""Pictures that nobody needs any more are taken back, also those that a run that was killed left behind."""

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
"""What was cut off on its way is withdrawn at once and once more so much later: it may have arrived in between."""
ENDED_AFTER = timedelta(minutes=15)
"""An address lives from the end of its upload, a little longer than was written down at the beginning."""
LISTED_FOR = timedelta(days=30)
"""What a command put online may stand there for ever, and nobody tells when it is gone: so long it is named."""
CANNOT = f"Only you can take it back, where your command put it. It leaves this list after {LISTED_FOR.days} days."
UNDER_WAY = "It is being taken back."
LATER = "It could not be taken back; that is tried again."

_log = logging.getLogger(__name__)


class Withdrawal:
    """Looks for what is idle whenever a task has ended, and now and then. What fails is tried again while it stands."""

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
        """Something may have become idle."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._look()
            except StorageFull:  # they stay listed; who writes tasks says that the disk is full
                _log.info("What was withdrawn could not be written down: the disk is full.")
            await wait_or_wake(self._core.clock, self._wake, LONGEST_REST_S)

    async def finish(self) -> None:
        """What is idle now is not left to the next start. Fine to cancel: whoever does not answer is asked again then."""
        try:
            await self._look()
        except StudioError as error:
            _log.info("What is public is looked at again at the next start: %s", error.title)

    async def withdraw(self, publication: Publication) -> bool:
        """Take it back now; whether it is reachable no more. If not, its `trouble` says why."""
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
            if publication.place in silent or turn.locked():  # just being published, perhaps for the next task
                continue
            async with turn:
                if await self._publications.get(publication.id) != publication:  # somebody uses it anew, or was first
                    continue
                if not await self._withdraw(publication) and publication.route is not PictureRoute.COMMAND:
                    silent.add(publication.place)

    async def _left(self) -> list[Publication]:
        """What no task needs, and what no upload brought to its end."""
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
        """Ask its host to take it back; why that did not happen."""
        if publication.route is PictureRoute.COMMAND:
            return CANNOT
        host = self._hosts().get(publication.route)
        if host is None or host.place != publication.place:
            return f"Settings no longer hold {publication.place}. Set it up again, and the picture is taken back."
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
        """No further task gets its address, whichever process sends it; where nothing can be written, none of this process."""
        self._uploads.doubt(publication.id)
        if publication.trouble is None:
            with contextlib.suppress(StudioError):
                await self._publications.complain(publication.id, UNDER_WAY)

    def _ended_by_itself(self, publication: Publication) -> bool:
        """Whether it is named no longer although nobody took it back. A bucket keeps what nobody removes."""
        match publication.route:
            case PictureRoute.BUCKET:
                return False
            case PictureRoute.COMMAND:
                return publication.published_at + LISTED_FOR <= self._now()
            case PictureRoute.RELAY:
                return publication.expires_at + ENDED_AFTER <= self._now()

    def _now(self) -> datetime:
        """By the clock as it was set at the beginning: one that is set forward ends no address early."""
        return self._began + timedelta(seconds=self._core.clock.elapsed())

    def _may_still_arrive(self, publication: Publication) -> bool:
        if publication.url:
            return False
        now = self._core.clock.monotonic()
        if now >= self._emptied_at.setdefault((publication.id, publication.published_at), now) + LANDS_WITHIN_S:
            return False
        self._backoff.failed(publication.id, least_s=LANDS_WITHIN_S)
        return True
