"""Publications in memory, and hosts that know what the world can reach."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import count

from sora_studio.domain.errors import InvalidRequest, Problem
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import WebFile
from sora_studio.domain.picture import TAKEN_UP_AFTER, PictureRoute, PreparedPicture, Publication, WebPicture
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.storage.publications import SqlitePublications
from tests.doubles.tasks import MemoryTasks


class MemoryPublications(SqlitePublications):
    """Publications beside a task store in memory. `trouble` is raised by every write while it is set."""

    def __init__(self, tasks: MemoryTasks) -> None:
        self.rows: dict[int, Publication] = {}
        self.trouble: Exception | None = None
        self._ids = count(1)
        self._tasks = tasks

    async def begin(
        self,
        picture: PreparedPicture,
        *,
        route: PictureRoute,
        place: str,
        handle: str,
        name: str,
        task: int,
        at: datetime,
        expires_at: datetime,
    ) -> Publication:
        await self._may_write()
        if route is not PictureRoute.COMMAND and (cut_off := self._cut_off(picture.fingerprint, place, at)) is not None:
            tasks = tuple(sorted({*cut_off.tasks, task}))
            row = replace(cut_off, name=name, published_at=at, expires_at=expires_at, trouble=None, tasks=tasks)
            self.rows[row.id] = row
            return row
        row = Publication(
            id=next(self._ids),
            fingerprint=picture.fingerprint,
            route=route,
            place=place,
            handle=handle,
            url="",
            name=name,
            published_at=at,
            expires_at=expires_at,
            tasks=(task,),
        )
        self.rows[row.id] = row
        return row

    async def complete(self, publication: int, url: str) -> None:
        await self._may_write()
        self.rows[publication] = replace(self.rows[publication], url=url)

    async def forget(self, publication: int) -> None:
        await self._may_write()
        del self.rows[publication]

    async def join(self, publication: int, task: int) -> None:
        await self._may_write()
        row = self.rows[publication]
        self.rows[publication] = replace(row, tasks=tuple(sorted({*row.tasks, task})))

    async def live(self, fingerprint: str, *, place: str, until: datetime) -> Publication | None:
        await asyncio.sleep(0)
        found = [
            row
            for row in self._standing()
            if row.url and (row.fingerprint, row.place) == (fingerprint, place) and row.expires_at >= until and _is_sound(row)
        ]
        return max(found, key=lambda row: (row.expires_at, row.id), default=None)

    async def get(self, publication: int) -> Publication | None:
        await asyncio.sleep(0)
        return self.rows.get(publication)

    async def standing(self) -> list[Publication]:
        await asyncio.sleep(0)
        return self._standing()

    async def at(self, urls: Collection[str]) -> list[Publication]:
        await asyncio.sleep(0)
        return [row for row in self._standing() if row.url in urls and _is_sound(row)]

    async def idle(self, *, now: datetime) -> list[Publication]:
        await asyncio.sleep(0)
        return [row for row in self._standing() if row.expires_at <= now or not self._is_needed(row.tasks)]

    async def withdraw(self, publication: int, *, at: datetime) -> None:
        await self._may_write()
        row = self.rows[publication]
        if row.withdrawn_at is None:
            self.rows[publication] = replace(row, withdrawn_at=at, trouble=None)

    async def complain(self, publication: int, trouble: str) -> None:
        await self._may_write()
        self.rows[publication] = replace(self.rows[publication], trouble=trouble)

    def _standing(self) -> list[Publication]:
        return [row for row in reversed(self.rows.values()) if row.withdrawn_at is None]

    def _cut_off(self, fingerprint: str, place: str, at: datetime) -> Publication | None:
        rows = (row for row in self._standing() if not row.url and (row.fingerprint, row.place) == (fingerprint, place))
        settled = [row for row in rows if row.published_at <= at - TAKEN_UP_AFTER]
        return min(settled, key=lambda row: row.published_at, default=None)

    def _is_needed(self, tasks: Iterable[int]) -> bool:
        return any(task in self._tasks.rows and not self._tasks.rows[task].state.is_over for task in tasks)

    async def _may_write(self) -> None:
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble


def _is_sound(row: Publication) -> bool:
    return not row.trouble or row.route is PictureRoute.COMMAND


class Host:
    """A `PictureHost`: `reachable` is what the world can fetch, by handle.

    Publishing raises what `troubles` holds, withdrawing what `withdrawal_troubles` holds, one a call. With `gate` set, a
    picture becomes reachable once the gate opens; with `withdrawal_gate`, it is taken back once that does.
    """

    def __init__(self, place: str = "a host") -> None:
        self.place = place
        self.reachable: dict[str, bytes] = {}
        self.troubles = deque[Exception]()
        self.withdrawal_troubles = deque[Exception]()
        self.gate: asyncio.Event | None = None
        self.withdrawal_gate: asyncio.Event | None = None
        self.published: list[str] = []
        self.withdrawn: list[str] = []
        self.checked = 0

    async def publish(self, picture: PreparedPicture | PreparedFile, handle: str, *, lifetime_s: float) -> str:
        assert lifetime_s > 0
        self.published.append(handle)
        await (self.gate.wait() if self.gate else asyncio.sleep(0))
        if self.troubles:
            raise self.troubles.popleft()
        self.reachable[handle] = picture.path.read_bytes() if isinstance(picture, PreparedFile) else picture.content
        return self.url_of(handle)

    async def withdraw(self, handle: str) -> None:
        await (self.withdrawal_gate.wait() if self.withdrawal_gate else asyncio.sleep(0))
        if self.withdrawal_troubles:
            raise self.withdrawal_troubles.popleft()
        self.withdrawn.append(handle)
        self.reachable.pop(handle, None)

    async def check(self) -> str:
        self.checked += 1
        return self.url_of("check.png")

    def url_of(self, handle: str) -> str:
        return f"https://{self.place.replace(' ', '-')}.example/{handle}"


class Checker(HttpPictureChecker):
    """Finds what the hosts serve and every other address, unless `troubles` has another word for it."""

    def __init__(self, *hosts: Host) -> None:
        self.hosts = hosts
        self.troubles: dict[str, Exception] = {}
        self.looked: list[str] = []

    async def look_at_file(self, url: str) -> WebFile:
        self.looked.append(url)
        await asyncio.sleep(0)
        return WebFile("mp4", 1000)

    async def look(self, url: str, *, max_bytes: int) -> WebPicture:
        self.looked.append(url)
        await asyncio.sleep(0)
        if trouble := self.troubles.get(url):
            raise trouble
        for host in self.hosts:
            for handle in host.published:
                if url == host.url_of(handle) and handle not in host.reachable:
                    raise InvalidRequest([Problem("images", "The address answers 404.")])
        return WebPicture("png", 64, 64, min(1000, max_bytes))
