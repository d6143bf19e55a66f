"""One picture on its way to the public: written down before its first byte leaves, and only once for all who need it."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, InvalidSetting, PassingError, RouteUnusable, StudioError
from sora_studio.domain.events import PublicationsChanged
from sora_studio.domain.picture import SUFFIXES, PictureRoute, PreparedPicture, Publication
from sora_studio.domain.ports import PictureHost
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.storage.publications import SqlitePublications

LENT_FOR_S = 6 * 3600.0
"""Long enough for a task that waits in the service's own queue."""
LEAST_LEFT = timedelta(hours=2)
"""An address that ends sooner is not used for another task."""
TRUSTED_FOR_S = 60.0
"""A fresh address is used again without a look: not every network lets its own public address be reached from inside."""
HANDLE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Parcel:
    """A picture, where it goes, and the task that needs it."""

    picture: PreparedPicture
    route: PictureRoute
    host: PictureHost
    name: str
    task: int
    max_bytes: int


class Uploads:
    """Gives a picture an address, an old one as long as it works. `turn` keeps a picture's publishing and withdrawing apart."""

    def __init__(self, core: Core, checker: "HttpPictureChecker", publications: "SqlitePublications") -> None:
        self._core = core
        self._checker = checker
        self._publications = publications
        self._turns = WeakValueDictionary[tuple[str, str], asyncio.Lock]()
        self._trusted_until = dict[int, float]()
        self._doubted = set[int]()

    def turn(self, fingerprint: str, place: str) -> asyncio.Lock:
        """Held by whoever publishes or withdraws this picture there."""
        return self._turns.setdefault((fingerprint, place), asyncio.Lock())

    async def address(self, parcel: Parcel) -> str:
        """Where the service can fetch it. Raises like `PictureHost.publish`, and `StorageFull`.

        Goes on to its end when only who waits is cancelled: what was cut off half-way could arrive after it was withdrawn.
        """
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        outcome.add_done_callback(lambda done: done.cancelled() or done.exception())  # perhaps nobody waits any more
        self._core.supervisor.start(self._deliver(parcel, outcome), name=f"picture of task {parcel.task}")
        return await asyncio.shield(outcome)

    def doubt(self, publication: int) -> None:
        """Somebody tries to take it back: whether that works or not, no further task gets this address."""
        self._doubted.add(publication)

    def lasts(self, publication: Publication) -> bool:
        """Whether it stands for long enough for one more task, as far as is known here, and nobody tried to take it back."""
        return publication.id not in self._doubted and publication.expires_at >= self._core.clock.now() + LEAST_LEFT

    def ways_changed(self) -> None:
        """Addresses may lead elsewhere now: each is looked at before it is used again."""
        self._trusted_until.clear()

    async def _deliver(self, parcel: Parcel, outcome: "asyncio.Future[str]") -> None:
        try:
            outcome.set_result(await self._address(parcel))
        except Exception as error:
            outcome.set_exception(error)
        finally:
            outcome.cancel()  # of no effect on what is done

    async def _address(self, parcel: Parcel) -> str:
        fingerprint, place = parcel.picture.fingerprint, parcel.host.place
        async with self.turn(fingerprint, place):
            until = self._core.clock.now() + LEAST_LEFT
            found = await self._publications.live(fingerprint, place=place, until=until)
            if found is None or not await self._works(found, parcel.max_bytes):
                return await self._upload(parcel)
            if parcel.task not in found.tasks:
                await self._publications.join(found.id, parcel.task)
                self._core.events.publish(PublicationsChanged())
            return found.url

    async def _works(self, publication: Publication, max_bytes: int) -> bool:
        if publication.id in self._doubted or publication.published_at > self._core.clock.now():
            return False  # the second: the clock was set back, and nobody can tell when the address ends
        if self._core.clock.monotonic() < self._trusted_until.get(publication.id, 0.0):
            return True
        try:
            await self._checker.look(publication.url, max_bytes=max_bytes)
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
            # A row that was taken up again stands for an earlier try too, which may have arrived.
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
    """Whether no byte of the picture can have arrived, or have been kept."""
    return isinstance(error, ConnectionFailed | InvalidSetting) or (isinstance(error, RouteUnusable) and error.nothing_left)
