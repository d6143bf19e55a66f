"""Uploads each picture once for all tasks that need it; recorded on disk before its first byte leaves."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, InvalidSetting, PassingError, RouteUnusable, StudioError
from sora_studio.domain.events import PublicationsChanged
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import SUFFIXES
from sora_studio.domain.picture import PictureRoute, PreparedPicture, Publication
from sora_studio.domain.ports import PictureHost
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.storage.publications import SqlitePublications

LENT_FOR_S = 6 * 3600.0
"""Lifetime of an address; long enough for a task in the service's own queue."""
LEAST_LEFT = timedelta(hours=2)
"""An address that expires sooner is not reused for another task."""
TRUSTED_FOR_S = 60.0
"""A fresh address is reused unchecked: some networks (NAT without hairpinning) cannot reach their own public address."""
HANDLE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Parcel:
    """A picture, film or sound, its destination, and the task that needs it. `max_bytes` is the limit of a picture."""

    picture: PreparedPicture | PreparedFile
    route: PictureRoute
    host: PictureHost
    name: str
    task: int
    max_bytes: int


class Uploads:
    """Gives each picture an address, and reuses one that still works. `turn` serializes upload and withdrawal of a picture."""

    def __init__(self, core: Core, checker: "HttpPictureChecker", publications: "SqlitePublications") -> None:
        self._core = core
        self._checker = checker
        self._publications = publications
        self._turns = WeakValueDictionary[tuple[str, str], asyncio.Lock]()
        self._trusted_until = dict[int, float]()
        self._doubted = set[int]()

    def turn(self, fingerprint: str, place: str) -> asyncio.Lock:
        """Return the lock for publishing or withdrawing this picture at this place."""
        return self._turns.setdefault((fingerprint, place), asyncio.Lock())

    async def address(self, parcel: Parcel) -> str:
        """Return where the service can fetch the picture. Raises like `PictureHost.publish`, and `StorageFull`.

        Cancelling the caller does not stop the upload: half of one could arrive after it was withdrawn.
        """
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        outcome.add_done_callback(lambda done: done.cancelled() or done.exception())  # the caller may be cancelled
        self._core.supervisor.start(self._deliver(parcel, outcome), name=f"picture of task {parcel.task}")
        return await asyncio.shield(outcome)

    def doubt(self, publication: int) -> None:
        """Never give this address to another task: it is being withdrawn, successfully or not."""
        self._doubted.add(publication)

    def lasts(self, publication: Publication) -> bool:
        """Return whether it lives long enough for one more task and is not being withdrawn, as far as this process knows."""
        return publication.id not in self._doubted and publication.expires_at >= self._core.clock.now() + LEAST_LEFT

    def ways_changed(self) -> None:
        """Check each address before its next use: settings have changed."""
        self._trusted_until.clear()

    async def _deliver(self, parcel: Parcel, outcome: "asyncio.Future[str]") -> None:
        try:
            outcome.set_result(await self._address(parcel))
        except Exception as error:
            outcome.set_exception(error)
        finally:
            outcome.cancel()  # no effect if it is done

    async def _address(self, parcel: Parcel) -> str:
        fingerprint, place = parcel.picture.fingerprint, parcel.host.place
        async with self.turn(fingerprint, place):
            until = self._core.clock.now() + LEAST_LEFT
            found = await self._publications.live(fingerprint, place=place, until=until)
            if found is None or not await self._works(found, parcel):
                return await self._upload(parcel)
            if parcel.task not in found.tasks:
                await self._publications.join(found.id, parcel.task)
                self._core.events.publish(PublicationsChanged())
            return found.url

    async def _works(self, publication: Publication, parcel: Parcel) -> bool:
        if publication.id in self._doubted or publication.published_at > self._core.clock.now():
            return False  # published "in the future": the clock was set back, so the expiry is unknown
        if self._core.clock.monotonic() < self._trusted_until.get(publication.id, 0.0):
            return True
        try:
            if isinstance(parcel.picture, PreparedFile):
                await self._checker.look_at_file(publication.url)
            else:
                await self._checker.look(publication.url, max_bytes=parcel.max_bytes)
        except (InvalidRequest, PassingError):
            return False
        return True

    async def _upload(self, parcel: Parcel) -> str:
        now = self._core.clock.now()
        handle = secrets.token_urlsafe(HANDLE_BYTES) + SUFFIXES[parcel.picture.media_type]
        publication = await self._publications.begin(
            parcel.picture,
            route=parcel.route,
            place=parcel.host.place,
            handle=handle,
            name=parcel.name,
            task=parcel.task,
            at=now,
            expires_at=now + timedelta(seconds=LENT_FOR_S),
        )
        self._doubted.discard(publication.id)
        try:
            self._core.events.publish(PublicationsChanged())
            url = await parcel.host.publish(parcel.picture, publication.handle, lifetime_s=LENT_FOR_S)
            await self._complete(publication.id, url)
            return url
        except StudioError as error:
            # A reused row also stands for an earlier attempt, which may have arrived.
            if _nothing_left(error) and publication.handle == handle:
                await self._publications.forget(publication.id)
            raise
        finally:
            self._core.events.publish(PublicationsChanged())

    async def _complete(self, publication: int, url: str) -> None:
        async def write() -> bool:
            await self._publications.complete(publication, url)
            return True

        await self._core.task_writer.insist(write)
        self._trusted_until[publication] = self._core.clock.monotonic() + TRUSTED_FOR_S


def _nothing_left(error: StudioError) -> bool:
    """Return whether no byte of the picture can have arrived or been kept."""
    return isinstance(error, ConnectionFailed | InvalidSetting) or (isinstance(error, RouteUnusable) and error.nothing_left)
