"""How a local picture reaches the service: one small seam, with one route for now, lending to a gateway on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sora_studio.domain.errors import InvalidRequest, Problem, PublicUrlNeeded
from sora_studio.domain.ports import Media
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.request import check_image, is_url

LENT_FOR_S = 6 * 3600.0
"""Long enough for a task that waits in the service's own queue."""


class Lender(Protocol):
    """Gives a local file an address that only this machine can reach, and only who knows it can guess."""

    async def lend(self, path: Path, *, lifetime_s: float) -> str:
        """The file's address, valid for so long."""
        ...


class Publishing:
    """Checks local pictures and gives them addresses right before a task is sent."""

    def __init__(self, media: Media, lender: Lender, *, gateway_is_loopback: bool) -> None:
        self._media = media
        self._lender = lender
        self._gateway_is_loopback = gateway_is_loopback

    def reaches(self, images: Sequence[str]) -> bool:
        """Whether the service could fetch all of these."""
        return self._gateway_is_loopback or all(is_url(image) for image in images)

    async def problems(self, images: Sequence[str], profile: ModelProfile) -> list[Problem]:
        """What is wrong with the local ones, by their content."""
        found = list[Problem]()
        for image in images:
            if profile.images is None or is_url(image):
                continue
            try:
                facts = await self._media.inspect_image(Path(image))
            except InvalidRequest as invalid:
                found.extend(invalid.problems)
            else:
                found.extend(check_image(image, facts, profile.images))
        return found

    async def publish(self, images: Sequence[str], profile: ModelProfile) -> list[str]:
        """An address for each image. Raises `InvalidRequest` or `PublicUrlNeeded` for what cannot be sent any more."""
        if not self.reaches(images):
            raise PublicUrlNeeded
        if problems := await self.problems(images, profile):
            raise InvalidRequest(problems)
        return [image if is_url(image) else await self._lender.lend(Path(image), lifetime_s=LENT_FOR_S) for image in images]
