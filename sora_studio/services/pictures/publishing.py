"""Checks, prepares and publishes a task's pictures right before the task is sent."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import InvalidRequest, PassingError, Problem, PublicUrlNeeded, PublishingFailed, RouteUnusable
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.picture import PictureEdit, PictureRoute, Publication, picture_name
from sora_studio.domain.ports import PictureHost
from sora_studio.domain.request import GenerationRequest, ImageFacts, ImageRules, check_image, image_rules, is_url
from sora_studio.domain.task import Task
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.preparing import Preparation
from sora_studio.services.pictures.uploads import Parcel, Uploads
from sora_studio.services.pictures.withdrawal import Withdrawal
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.storage.publications import SqlitePublications

JUDGED_AT_ONCE = 4
"""Concurrent checks; enough to keep the decoder and the network busy."""
UNREACHABLE = "The picture's address is on this machine or its network, where the service cannot fetch it."
TEST_MAX_BYTES = 1_000_000
"""A test picture has one pixel, but a host may return a larger version of it."""


class Publishing:
    """Publishes pictures and withdraws them when no task needs them. Each is recorded on disk before it is uploaded.

    `hosts` are the routes that are set up now, `chosen` the one that the settings name. A gateway on this machine needs no
    choice: it uses the private relay.
    """

    def __init__(
        self,
        core: Core,
        preparation: Preparation,
        checker: "HttpPictureChecker",
        publications: "SqlitePublications",
        hosts: Callable[[], Mapping[PictureRoute, PictureHost]],
        chosen: Callable[[], PictureRoute | None],
        *,
        gateway_is_loopback: bool,
        relay_is_private: Callable[[], bool],
    ) -> None:
        self._core = core
        self._preparation = preparation
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

    async def problems(self, request: GenerationRequest, profile: ModelProfile, *, patient: bool) -> list[Problem]:
        """Return what is wrong with the request's pictures, judged by their content.

        With `patient`, a picture that cannot be checked now is no problem: it is checked again before it is sent.
        """
        rules = image_rules(profile)
        if rules is None:
            return []
        disk_space = asyncio.Semaphore(JUDGED_AT_ONCE)

        async def judged(image: str) -> tuple[Problem, ...]:
            async with disk_space:
                return await self._judge(request, image, rules, patient=patient)

        return [problem for problems in await asyncio.gather(*map(judged, request.images)) for problem in problems]

    async def publish(self, task: Task, profile: ModelProfile) -> list[str]:
        """Return an address for each picture of a task that is about to be sent.

        Raises a `UserError` for what the user must change, a `PassingError` for what is worth a retry. Cancelling the caller
        does not stop an upload that has begun; it is withdrawn if the task is over.
        """
        if not self.reaches(task.request):
            raise PublicUrlNeeded
        rules = image_rules(profile)
        return [await self._address(task, image, rules) for image in task.request.images] if rules else []

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
        if task.request.images and task.state.is_over:
            self._withdrawal.wake()

    def ways_changed(self) -> None:
        """Apply changed settings: verify each address before its next use, and retry failed withdrawals."""
        self._uploads.ways_changed()
        self._withdrawal.wake()

    async def stands(self, urls: Sequence[str], request: GenerationRequest) -> bool:
        """Return whether a request's pictures stay available at these addresses for long enough, and none was withdrawn."""
        lent = {url for url, image in zip(urls, request.images, strict=True) if not is_url(image)}
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

    async def _address(self, task: Task, image: str, rules: ImageRules) -> str:
        if is_url(image):
            await self._look(image, rules)
            return image
        picture = await self._preparation.prepare(Path(image), _edit(task.request, image), rules)
        await _require_as_seen(task.request, image)  # after preparing, which may have taken long
        route = self.route_for(task.request)
        if route is None:
            raise PublicUrlNeeded
        parcel = Parcel(picture, route, self._hosts()[route], picture_name(image), task.id, rules.max_bytes)
        url = await self._uploads.address(parcel)
        if not self._core.is_reachable(url):
            for row in await self._publications.at((url,)):
                await self._withdrawal.withdraw(row)
        self._require_reach(url, route)
        return url

    def _require_reach(self, url: str, route: PictureRoute) -> None:
        """Raise if the service cannot reach `url`, which is on this machine or its network.

        Raises `RouteUnusable`, or `PublishingFailed` for an address that a command printed: a command is not retried
        automatically.
        """
        if not self._core.is_reachable(url):
            kind = PublishingFailed if route is PictureRoute.COMMAND else RouteUnusable
            raise kind(UNREACHABLE, advice="Check Settings, Pictures.")

    async def _judge(self, request: GenerationRequest, image: str, rules: ImageRules, *, patient: bool) -> tuple[Problem, ...]:
        try:
            if is_url(image):
                await self._look(image, rules)
            else:
                await self._preparation.check(Path(image), _edit(request, image), rules)
        except InvalidRequest as invalid:
            return tuple(replace(problem, source=image) for problem in invalid.problems)
        except PassingError as error:
            return () if patient else (Problem("images", error.title, image),)
        return ()

    async def _look(self, url: str, rules: ImageRules) -> None:
        """Raise `InvalidRequest` if the service would not take the picture, `ConnectionFailed` if it could not be checked."""
        web = await self._checker.look(url, max_bytes=rules.max_bytes)
        facts = ImageFacts(web.format, web.width, web.height, web.size_bytes or 0)
        if problems := check_image(url, facts, rules):
            raise InvalidRequest(problems)


async def _require_as_seen(request: GenerationRequest, image: str) -> None:
    """Raise `InvalidRequest` if the file is not the picture that was previewed. A missing file fails elsewhere."""
    seen = request.seen.get(image)
    if seen and await digest_of(Path(image)) not in (seen, ""):
        words = f"{picture_name(image)} has changed since this task was made. Open the task in the editor and look at it again."
        raise InvalidRequest([Problem("images", words)])


def _edit(request: GenerationRequest, image: str) -> PictureEdit:
    return request.edits.get(image, PictureEdit())
