"""Inspects a picture before anything is sent: what it is, what would be published, and what is wrong with it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import FolderSilent, InvalidRequest, PassingError
from sora_studio.domain.models.check import check_medium
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.picture import PictureEdit, PreparedPicture, Thumbnail, WebPicture
from sora_studio.domain.request import USUAL_MAX_BYTES, ImageFacts, is_url, web_facts
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.preparing import Preparation

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.media.local import LocalMedia

LOOKED_AT_LATER = "It will be checked again before it is sent."


@dataclass(frozen=True, slots=True)
class PictureLook:
    """The result of inspecting one picture: `facts` of a local file, or `web` of an address.

    `published` is what would be sent of a local file. If it cannot be sent as it is, `offer` is a converted copy that could.
    `problem` is empty if nothing is wrong; `note` is worth knowing although nothing is wrong. `digest` is the local file's
    SHA-256 when it was inspected.
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
    """Inspects pictures, and saves frames of clips as pictures in `folder`."""

    def __init__(self, media: "LocalMedia", preparation: Preparation, checker: "HttpPictureChecker", folder: Path) -> None:
        self._media = media
        self._preparation = preparation
        self._checker = checker
        self._folder = folder

    async def look(self, source: str, edit: PictureEdit, slot: MediaSlot) -> PictureLook:
        """Inspect a picture for a role. Never raises a `StudioError`: problems are part of the result."""
        if is_url(source):
            return await self._look_at_address(source, slot)
        try:
            facts = await self._media.inspect_image(Path(source))
            digest = await digest_of(Path(source))
            return await self._look_at_file(PictureLook(source, facts, digest=digest), edit, slot)
        except (InvalidRequest, FolderSilent) as unreadable:
            return PictureLook(source, problem=unreadable.title)

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        """Return a small, upright thumbnail; None if it cannot be drawn (`look` says why)."""
        try:
            return await self._media.draw_image(path, max_edge=max_edge)
        except (InvalidRequest, FolderSilent):
            return None

    async def save_frame(self, clip_path: Path, at_s: float) -> Path:
        """Save the frame at that time as a picture. Raises like `LocalMedia.save_frame`."""
        return await self._media.save_frame(clip_path, at_s, self._folder)

    async def _look_at_address(self, url: str, slot: MediaSlot) -> PictureLook:
        try:
            web = await self._checker.look(url, max_bytes=slot.max_bytes or USUAL_MAX_BYTES)
        except InvalidRequest as invalid:
            return PictureLook(url, problem=invalid.title)
        except PassingError as error:
            return PictureLook(url, note=f"{error.title} {LOOKED_AT_LATER}")
        refusals = check_medium(Medium(url, MediaKind.IMAGE, web_facts(web)), slot)
        return PictureLook(url, web=web, problem=" ".join(refusal.say for refusal in refusals))

    async def _look_at_file(self, look: PictureLook, edit: PictureEdit, slot: MediaSlot) -> PictureLook:
        path = Path(look.source)
        try:
            return replace(look, published=await self._preparation.prepare(path, edit, slot))
        except InvalidRequest as invalid:
            look = replace(look, problem=invalid.title)
        if edit.convert:
            return look
        try:
            return replace(look, offer=await self._preparation.prepare(path, replace(edit, convert=True), slot))
        except InvalidRequest:
            return look
