"""A picture looked at before anything is sent: what it is, what would be published of it, and what is wrong with it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import FolderSilent, InvalidRequest, PassingError
from sora_studio.domain.picture import PictureEdit, PreparedPicture, Thumbnail, WebPicture
from sora_studio.domain.profile import ImageRules, ModelProfile
from sora_studio.domain.request import ImageFacts, check_image, is_url
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.preparing import Preparation

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.media.local import LocalMedia

LOOKED_AT_LATER = "It will be looked at again before it is sent."


@dataclass(frozen=True, slots=True)
class PictureLook:
    """`facts` are a local picture's, `web` those of an address. `published` is what would be sent of a local one.

    When it cannot be sent as it is, `offer` is a copy that could, and `problem` says what is wrong in any case. `note` is what
    a person should know although nothing is wrong. `digest` is what a local file held when it was looked at.
    """

    source: str
    facts: ImageFacts | None = None
    web: WebPicture | None = None
    published: PreparedPicture | None = None
    offer: PreparedPicture | None = None
    problem: str = ""
    note: str = ""
    digest: str = ""


class Pictures:
    """Looks at pictures, and makes them of films' frames, in `folder`."""

    def __init__(self, media: "LocalMedia", preparation: Preparation, checker: "HttpPictureChecker", folder: Path) -> None:
        self._media = media
        self._preparation = preparation
        self._checker = checker
        self._folder = folder

    async def look(self, source: str, edit: PictureEdit, profile: ModelProfile) -> PictureLook:
        """Never raises a `StudioError`: what is wrong is part of the look."""
        if profile.images is None:
            return PictureLook(source, problem=f"{profile.title} takes no images.")
        if is_url(source):
            return await self._look_at_address(source, profile.images)
        try:
            facts = await self._media.inspect_image(Path(source))
            digest = await digest_of(Path(source))
            return await self._look_at_file(PictureLook(source, facts, digest=digest), edit, profile.images)
        except (InvalidRequest, FolderSilent) as unreadable:
            return PictureLook(source, problem=unreadable.title)

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        """The picture small and upright; None when it cannot be drawn. Why not, `look` says."""
        try:
            return await self._media.draw_image(path, max_edge=max_edge)
        except (InvalidRequest, FolderSilent):
            return None

    async def save_frame(self, clip_path: Path, at_s: float) -> Path:
        """The frame that is seen at that time, as a picture. Raises like `LocalMedia.save_frame`."""
        return await self._media.save_frame(clip_path, at_s, self._folder)

    async def _look_at_address(self, url: str, rules: ImageRules) -> PictureLook:
        try:
            web = await self._checker.look(url, max_bytes=rules.max_bytes)
        except InvalidRequest as invalid:
            return PictureLook(url, problem=invalid.title)
        except PassingError as error:
            return PictureLook(url, note=f"{error.title} {LOOKED_AT_LATER}")
        problems = check_image(url, ImageFacts(web.format, web.width, web.height, web.size_bytes or 0), rules)
        return PictureLook(url, web=web, problem=" ".join(problem.message for problem in problems))

    async def _look_at_file(self, look: PictureLook, edit: PictureEdit, rules: ImageRules) -> PictureLook:
        path = Path(look.source)
        try:
            return replace(look, published=await self._preparation.prepare(path, edit, rules))
        except InvalidRequest as invalid:
            look = replace(look, problem=invalid.title)
        if edit.convert:
            return look
        try:
            return replace(look, offer=await self._preparation.prepare(path, replace(edit, convert=True), rules))
        except InvalidRequest:
            return look
