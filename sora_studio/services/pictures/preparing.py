"""Prepares local pictures for publishing, once for the preview, the check and the upload."""

from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import PictureEdit, PreparedPicture
from sora_studio.domain.request import picture_facts
from sora_studio.services.pictures.picture_digest import stamp_of
from sora_studio.services.pictures.shared_work import SharedWork

if TYPE_CHECKING:
    from sora_studio.media.local import LocalMedia

REMEMBERED = 6
"""How many prepared pictures the LRU cache keeps, of at most 10 MB each."""
KNOWN_AS_GOOD = 1000
"""For how many more pictures the cache remembers that they can be published, without their content."""


class Preparation:
    """An LRU cache of prepared pictures and their errors, valid until the file changes."""

    def __init__(self, media: "LocalMedia") -> None:
        self._media = media
        self._shared = SharedWork[PreparedPicture | InvalidRequest]()
        self._good = OrderedDict[Hashable, MediaFacts]()
        self._made = OrderedDict[Hashable, PreparedPicture | InvalidRequest]()

    async def check(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> MediaFacts:
        """Return what is known of what would be published; a known good picture is not prepared again.

        Raises like `LocalMedia.prepare_image`.
        """
        known = self._good.get((path, await stamp_of(path), edit, slot))
        return picture_facts(await self.prepare(path, edit, slot)) if known is None else known

    async def prepare(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
        """Return what would be published; cancelled with its last waiter. Raises like `LocalMedia.prepare_image`."""
        stamp = await stamp_of(path)
        key = (path, stamp, edit, slot)

        async def make() -> PreparedPicture | InvalidRequest:
            made = await self._make(path, edit, slot)
            if stamp is not None:
                self._remember(key, made)
            return made

        made = self._made.get(key)
        if made is None:
            made = await self._shared.result_of(key, make)
        else:
            self._made.move_to_end(key)
        if isinstance(made, InvalidRequest):
            raise made
        return made

    async def _make(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture | InvalidRequest:
        try:
            return await self._media.prepare_image(path, edit, slot)
        except InvalidRequest as invalid:
            return invalid

    def _remember(self, key: Hashable, made: PreparedPicture | InvalidRequest) -> None:
        self._made[key] = made
        if len(self._made) > REMEMBERED:
            self._made.popitem(last=False)
        if isinstance(made, PreparedPicture):
            self._good[key] = picture_facts(made)
            if len(self._good) > KNOWN_AS_GOOD:
                self._good.popitem(last=False)
