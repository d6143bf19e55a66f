"""How a picture reaches the service: checked, prepared and made reachable right before its task is sent."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import InvalidRequest, PassingError, Problem, PublicUrlNeeded, PublishingFailed, RouteUnusable
from sora_studio.domain.picture import PictureEdit, PictureRoute, Publication, picture_name
from sora_studio.domain.ports import PictureHost
from sora_studio.domain.profile import ImageRules, ModelProfile
from sora_studio.domain.request import GenerationRequest, ImageFacts, check_image, is_url
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
"""Enough to keep who prepares pictures, and who looks at addresses, at work."""
UNREACHABLE = "The picture's address is on this machine or its network, where the service cannot fetch it."
TEST_MAX_BYTES = 1_000_000
"""A test picture has one pixel, but a host may dress it up."""


class Publishing:
    """Nothing becomes public that is not on disk before, and nothing stays so once no task needs it.

    `hosts` are the routes that are set up now, `chosen` the one that the settings name. A gateway on this machine needs no
    choice: it uses the relay that nobody else reaches.
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
        """Those that are set up."""
        hosts = self._hosts()
        return tuple(route for route in PictureRoute if route in hosts)

    def route_for(self, request: GenerationRequest) -> PictureRoute | None:
        """The way that this request's local pictures would go; None when the one that is wanted is not set up."""
        wanted, hosts = request.pictures_by or self._chosen(), self._hosts()
        if wanted not in hosts and self._gateway_is_loopback:
            wanted = PictureRoute.RELAY
        return wanted if wanted in hosts else None

    def stays_here(self, route: PictureRoute) -> bool:
        """Whether only this machine can fetch what goes that way: the service is here too, and so is the relay."""
        return route is PictureRoute.RELAY and self._gateway_is_loopback and self._relay_is_private()

    def reaches(self, request: GenerationRequest) -> bool:
        """Whether the service could fetch all of its pictures."""
        return not request.files or self.route_for(request) is not None

    async def problems(self, request: GenerationRequest, profile: ModelProfile, *, patient: bool) -> list[Problem]:
        """What is wrong with its pictures, by their content. `patient`: what nobody could look at now is looked at later."""
        rules = profile.images
        if rules is None:
            return []
        disk_space = asyncio.Semaphore(JUDGED_AT_ONCE)

        async def judged(image: str) -> tuple[Problem, ...]:
            async with disk_space:
                return await self._judge(request, image, rules, patient=patient)

        return [problem for problems in await asyncio.gather(*map(judged, request.images)) for problem in problems]

    async def publish(self, task: Task, profile: ModelProfile) -> list[str]:
        """An address for each picture of a task that is about to be sent.

        Raises a `UserError` for what a person must change, a `PassingError` for what is to be tried again. When only who waits
        is cancelled, what has begun to leave goes on, and is withdrawn if the task is over.
        """
        if not self.reaches(task.request):
            raise PublicUrlNeeded
        rules = profile.images
        return [await self._address(task, image, rules) for image in task.request.images] if rules else []

    async def standing(self) -> list[Publication]:
        """What is public, or may be, newest first."""
        return await self._publications.standing()

    async def withdraw(self, publication: int) -> bool:
        """Take a picture back at once, whoever needs it: a waiting task publishes it anew. False when it stands all the same.

        What is on its way is withdrawn only by the process that publishes it.
        """
        found = await self._publications.get(publication)
        if found is None or found.withdrawn_at is not None:
            return True
        return bool(found.url or self._works) and await self._withdrawal.withdraw(found)

    async def check(self, route: PictureRoute) -> None:
        """Prove that pictures could go this way. Raises `PublicUrlNeeded` when it is not set up, else like `PictureHost`.

        What a test picture's address answers that cannot be withdrawn is raised like `HttpPictureChecker.look`.
        """
        host = self._hosts().get(route)
        if host is None:
            raise PublicUrlNeeded("This way is not set up.", advice="Fill in its settings first.")
        url = await host.check()
        self._require_reach(url, route)
        if route is PictureRoute.COMMAND:  # it stays there, as every picture will
            await self._checker.look(url, max_bytes=TEST_MAX_BYTES)

    def task_changed(self, task: Task) -> None:
        """A row as it stands now: once it is over, its pictures may go."""
        if task.request.images and task.state.is_over:
            self._withdrawal.wake()

    def ways_changed(self) -> None:
        """The settings have: no address is used again without a look, and what could not be withdrawn may be now."""
        self._uploads.ways_changed()
        self._withdrawal.wake()

    async def stands(self, urls: Sequence[str], request: GenerationRequest) -> bool:
        """Whether a request's pictures can be fetched where it was said, and for long enough: nobody took one back since."""
        lent = {url for url, image in zip(urls, request.images, strict=True) if not is_url(image)}
        return not lent or lent <= {row.url for row in await self._publications.at(lent) if self._uploads.lasts(row)}

    async def finish(self, within_s: float) -> None:
        """Withdraw what is idle at the end of the program, as far as its hosts answer in time."""
        if self._works:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._withdrawal.finish()

    async def run(self) -> None:
        """Withdraw what is idle, until cancelled; only for the owner of the data folder."""
        self._works = True
        await self._withdrawal.run()

    async def _address(self, task: Task, image: str, rules: ImageRules) -> str:
        if is_url(image):
            await self._look(image, rules)
            return image
        picture = await self._preparation.prepare(Path(image), _edit(task.request, image), rules)
        await _require_as_seen(task.request, image)  # only now: the wait for its preparation may have been long
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
        """Raises `RouteUnusable` for an address of this machine, or of its network, when the service is elsewhere; for what a
        command has printed `PublishingFailed`: it is not run again by itself.
        """
        if not self._core.is_reachable(url):
            kind = PublishingFailed if route is PictureRoute.COMMAND else RouteUnusable
            raise kind(UNREACHABLE, advice="Look at Settings, Pictures.")

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
        """Raises `InvalidRequest` for what the service would not take, `ConnectionFailed` when nobody could look."""
        web = await self._checker.look(url, max_bytes=rules.max_bytes)
        facts = ImageFacts(web.format, web.width, web.height, web.size_bytes or 0)
        if problems := check_image(url, facts, rules):
            raise InvalidRequest(problems)


async def _require_as_seen(request: GenerationRequest, image: str) -> None:
    """Raises `InvalidRequest` when another picture stands there than the one that the person sent. One that is gone says so."""
    seen = request.seen.get(image)
    if seen and await digest_of(Path(image)) not in (seen, ""):
        words = f"{picture_name(image)} has changed since this task was made. Open the task in the editor and look at it again."
        raise InvalidRequest([Problem("images", words)])


def _edit(request: GenerationRequest, image: str) -> PictureEdit:
    return request.edits.get(image, PictureEdit())
