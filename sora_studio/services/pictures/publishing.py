"""Checks, prepares and publishes a task's pictures right before the task is sent."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import InvalidRequest, PassingError, Problem, PublicUrlNeeded, PublishingFailed, RouteUnusable
from sora_studio.domain.events import CopyProgressed
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.models.check import check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot, ModelProfile
from sora_studio.domain.picture import PictureRoute, PreparedPicture, Publication, picture_name
from sora_studio.domain.ports import PictureHost
from sora_studio.domain.request import (
    USUAL_MAX_BYTES,
    GenerationRequest,
    as_draft,
    check_request,
    is_url,
    slot_of,
    web_facts,
)
from sora_studio.domain.task import Task
from sora_studio.services.pictures.copies import Copies
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.uploads import Parcel, Uploads
from sora_studio.services.pictures.withdrawal import Withdrawal
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.storage.publications import SqlitePublications

JUDGED_AT_ONCE = 4
"""Concurrent checks; enough to keep the decoder and the network busy."""
UNREACHABLE = "The file's address is on this machine or its network, where the service cannot fetch it."
TEST_MAX_BYTES = 1_000_000
"""A test picture has one pixel, but a host may return a larger version of it."""


@dataclass(frozen=True, slots=True)
class MediaFindings:
    """`facts` is what is known of the media as they would be sent, by path or address, of those without problems."""

    problems: tuple[Problem, ...] = ()
    facts: Mapping[str, MediaFacts] = field(default_factory=dict[str, MediaFacts])


class Publishing:
    """Publishes pictures and withdraws them when no task needs them. Each is recorded on disk before it is uploaded.

    `hosts` are the routes that are set up now, `chosen` the one that the settings name. A gateway on this machine needs no
    choice: it uses the private relay.
    """

    def __init__(
        self,
        core: Core,
        copies: Copies,
        checker: "HttpPictureChecker",
        publications: "SqlitePublications",
        hosts: Callable[[], Mapping[PictureRoute, PictureHost]],
        chosen: Callable[[], PictureRoute | None],
        *,
        gateway_is_loopback: bool,
        relay_is_private: Callable[[], bool],
    ) -> None:
        self._core = core
        self._copies = copies
        self._checker = checker
        self._publications = publications
        self._hosts = hosts
        self._chosen = chosen
        self._gateway_is_loopback = gateway_is_loopback
        self._relay_is_private = relay_is_private
        self._uploads = Uploads(core, checker, publications)
        self._withdrawal = Withdrawal(core, publications, self._uploads, hosts)
        self._works = False

    @property
    def routes(self) -> tuple[PictureRoute, ...]:
        """The routes that are set up."""
        hosts = self._hosts()
        return tuple(route for route in PictureRoute if route in hosts)

    def route_for(self, request: GenerationRequest) -> PictureRoute | None:
        """Return the route for this request's local pictures; None if the wanted one is not set up."""
        wanted, hosts = request.pictures_by or self._chosen(), self._hosts()
        if wanted not in hosts and self._gateway_is_loopback:
            wanted = PictureRoute.RELAY
        return wanted if wanted in hosts else None

    def stays_here(self, route: PictureRoute) -> bool:
        """Return whether this route's pictures can be fetched from this machine only: both service and relay are local."""
        return route is PictureRoute.RELAY and self._gateway_is_loopback and self._relay_is_private()

    def reaches(self, request: GenerationRequest) -> bool:
        """Return whether the service could fetch all of the request's pictures."""
        return not request.files or self.route_for(request) is not None

    async def inspect(self, request: GenerationRequest, profile: ModelProfile, *, patient: bool) -> MediaFindings:
        """Return what is known of the request's media, and what is wrong with their content, each and together.

        With `patient`, a medium that cannot be checked now is no problem: it is checked again before it is sent.
        """
        at_once = asyncio.Semaphore(JUDGED_AT_ONCE)

        async def judged(medium: Medium, slot: MediaSlot) -> MediaFacts | tuple[Problem, ...]:
            async with at_once:
                return await self._judge(request, medium, slot, patient=patient)

        placed = list(_placed(request, profile))
        found = await asyncio.gather(*(judged(medium, slot) for medium, slot in placed))
        alone = [problem for problems in found if isinstance(problems, tuple) for problem in problems]
        pairs = zip(placed, found, strict=True)
        facts = {medium.address: known for (medium, _), known in pairs if isinstance(known, MediaFacts)}
        parts = [part.completed(profile) for part in request.split(profile)]
        together = [problem for part in parts for problem in check_request(part, profile, facts) if problem.field == "images"]
        return MediaFindings(tuple(dict.fromkeys([*alone, *together])), facts)

    async def publish(self, task: Task, profile: ModelProfile) -> dict[str, str]:
        """Return an address for each medium of a task that is about to be sent, by its source.

        Raises a `UserError` for what the user must change, a `PassingError` for what is worth a retry. Cancelling the caller
        does not stop an upload that has begun; it is withdrawn if the task is over.
        """
        if not self.reaches(task.request):
            raise PublicUrlNeeded
        placed = _placed(task.request, profile)
        return {medium.address: await self._address(task, medium, slot) for medium, slot in placed}

    async def standing(self) -> list[Publication]:
        """Return the publications that are, or may be, public, newest first."""
        return await self._publications.standing()

    async def withdraw(self, publication: int) -> bool:
        """Withdraw a picture now, even if tasks need it: a waiting one publishes it again.

        Return False if it is still public. An upload in progress can be withdrawn only by the process that runs it.
        """
        found = await self._publications.get(publication)
        if found is None or found.withdrawn_at is not None:
            return True
        return bool(found.url or self._works) and await self._withdrawal.withdraw(found)

    async def check(self, route: PictureRoute) -> None:
        """Publish and remove a test picture on this route.

        Raises `PublicUrlNeeded` if the route is not set up, else like `PictureHost`. A command's test picture cannot be
        withdrawn; it is fetched instead, which raises like `HttpPictureChecker.look`.
        """
        host = self._hosts().get(route)
        if host is None:
            raise PublicUrlNeeded("This is not set up yet.", advice="Fill in its settings first.")
        url = await host.check()
        self._require_reach(url, route)
        if route is PictureRoute.COMMAND:  # it stays there, as every picture will
            await self._checker.look(url, max_bytes=TEST_MAX_BYTES)

    def task_changed(self, task: Task) -> None:
        """Withdraw a task's pictures soon after it is over."""
        if task.request.media and task.state.is_over:
            self._withdrawal.wake()

    def ways_changed(self) -> None:
        """Apply changed settings: verify each address before its next use, and retry failed withdrawals."""
        self._uploads.ways_changed()
        self._withdrawal.wake()

    async def stands(self, urls: Mapping[str, str]) -> bool:
        """Return whether media stay available at these addresses, by source, for long enough, and none was withdrawn."""
        lent = {url for source, url in urls.items() if not is_url(source)}
        return not lent or lent <= {row.url for row in await self._publications.at(lent) if self._uploads.lasts(row)}

    async def finish(self, within_s: float) -> None:
        """Withdraw idle pictures at the end of the program, within `within_s`."""
        if self._works:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._withdrawal.finish()

    async def run(self) -> None:
        """Withdraw idle pictures until cancelled. Only the owner of the data folder runs this."""
        self._works = True
        await self._withdrawal.run()

    async def _address(self, task: Task, medium: Medium, slot: MediaSlot) -> str:
        source = medium.address
        if is_url(source):
            await self._look(medium, slot)
            return source
        picture = await self._prepare(task, medium, slot)
        await _require_as_seen(task.request, source)  # after preparing, which may have taken long
        route = self.route_for(task.request)
        if route is None:
            raise PublicUrlNeeded
        parcel = Parcel(picture, route, self._hosts()[route], picture_name(source), task.id, _max_bytes(slot))
        url = await self._uploads.address(parcel)
        if not self._core.is_reachable(url):
            for row in await self._publications.at((url,)):
                await self._withdrawal.withdraw(row)
        self._require_reach(url, route)
        return url

    async def _prepare(self, task: Task, medium: Medium, slot: MediaSlot) -> PreparedPicture | PreparedFile:
        """Make the copy of a task's medium, and tell how far it is. Cancelled, it leaves nothing behind."""
        is_told = False

        def tell(fraction: float) -> None:
            nonlocal is_told
            is_told = True
            self._core.events.publish(CopyProgressed(task.id, medium.name, fraction))

        try:
            return await self._copies.prepare(task.request, medium, slot, tell)
        finally:
            if is_told:
                tell(1.0)

    def _require_reach(self, url: str, route: PictureRoute) -> None:
        """Raise if the service cannot reach `url`, which is on this machine or its network.

        Raises `RouteUnusable`, or `PublishingFailed` for an address that a command printed: a command is not retried
        automatically.
        """
        if not self._core.is_reachable(url):
            kind = PublishingFailed if route is PictureRoute.COMMAND else RouteUnusable
            raise kind(UNREACHABLE, advice="Check Settings, Pictures.")

    async def _judge(
        self, request: GenerationRequest, medium: Medium, slot: MediaSlot, *, patient: bool
    ) -> MediaFacts | tuple[Problem, ...]:
        """Return what is known of the medium as it would be sent, or what is wrong with it."""
        source = medium.address
        try:
            if is_url(source):
                return await self._look(medium, slot)
            return await self._copies.check(request, medium, slot)
        except InvalidRequest as invalid:
            return tuple(replace(problem, field="images", source=source) for problem in invalid.problems)
        except PassingError as error:
            return MediaFacts() if patient else (Problem("images", error.title, source),)

    async def _look(self, medium: Medium, slot: MediaSlot) -> MediaFacts:
        """Return what is known of a medium at a web address.

        Raises `InvalidRequest` if the service would not take it, `ConnectionFailed` if it could not be checked.
        """
        if medium.kind is MediaKind.LORA:
            return MediaFacts()
        if medium.kind is MediaKind.IMAGE:
            facts = web_facts(await self._checker.look(medium.address, max_bytes=_max_bytes(slot)))
        else:
            facts = await self._copies.recordings.look_at_address(medium.address)
        if refusals := check_medium(replace(medium, facts=facts), slot):
            raise InvalidRequest([Problem("images", refusal.say) for refusal in refusals])
        return facts


def _placed(request: GenerationRequest, profile: ModelProfile) -> Iterator[tuple[Medium, MediaSlot]]:
    """Yield the media with what the request's mode takes in their roles; others are refused before they are looked at."""
    draft = as_draft(request, profile)
    for role, media in draft.media.items():
        if (slot := slot_of(profile, draft.mode, role)) is not None:
            yield from ((medium, slot) for medium in media)


def _max_bytes(slot: MediaSlot) -> int:
    return slot.max_bytes or USUAL_MAX_BYTES


async def _require_as_seen(request: GenerationRequest, image: str) -> None:
    """Raise `InvalidRequest` if the file is not the picture that was previewed. A missing file fails elsewhere."""
    seen = request.seen.get(image)
    if seen and await digest_of(Path(image)) not in (seen, ""):
        words = f"{picture_name(image)} has changed since this task was made. Open the task in the editor and look at it again."
        raise InvalidRequest([Problem("images", words)])
