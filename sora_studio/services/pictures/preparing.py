"""Prepares local pictures for publishing, once for the preview, the check and the upload."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import PictureEdit, PreparedPicture
from sora_studio.domain.request import picture_facts

if TYPE_CHECKING:
    from sora_studio.media.local import LocalMedia

REMEMBERED = 6
"""How many prepared pictures the LRU cache keeps, of at most 10 MB each."""
KNOWN_AS_GOOD = 1000
"""For how many more pictures the cache remembers that they can be published, without their content."""


@dataclass(eq=False, slots=True)
class _Making:
    """A picture that is being prepared, or was, and how many callers wait for it."""

    picture: "asyncio.Future[PreparedPicture]"
    waiting: int = 0


class Preparation:
    """An LRU cache of prepared pictures and their errors, valid until the file changes."""

    def __init__(self, media: "LocalMedia") -> None:
        self._media = media
        self._good = OrderedDict[Hashable, MediaFacts]()
        self._made = OrderedDict[Hashable, _Making]()

    async def check(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> MediaFacts:
        """Return what is known of what would be published; a known good picture is not prepared again.

        Raises like `LocalMedia.prepare_image`.
        """
        stamp = await on_disk(path.parent, lambda: _stamp(path))
        known = self._good.get((path, stamp, edit, slot))
        return picture_facts(await self.prepare(path, edit, slot)) if known is None else known

    async def prepare(self, path: Path, edit: PictureEdit, slot: MediaSlot) -> PreparedPicture:
        """Return what would be published; cancelled with its last waiter. Raises like `LocalMedia.prepare_image`."""
        stamp = await on_disk(path.parent, lambda: _stamp(path))
        key = (path, stamp, edit, slot)
        if (making := self._made.get(key)) is None:
            making = self._begin(key, path, edit, slot, lasts=stamp is not None)
        self._made.move_to_end(key)
        making.waiting += 1
        try:
            return await asyncio.shield(making.picture)
        finally:
            making.waiting -= 1
            if not making.waiting and not making.picture.done():
                making.picture.cancel()
                self._forget(key, making)  # now: a new caller must not wait for a cancelled future

    def _begin(self, key: Hashable, path: Path, edit: PictureEdit, slot: MediaSlot, *, lasts: bool) -> _Making:
        making = _Making(asyncio.ensure_future(self._media.prepare_image(path, edit, slot)))
        making.picture.add_done_callback(lambda _: self._settle(key, making, lasts=lasts))
        self._made[key] = making
        if len(self._made) > REMEMBERED:
            self._made.popitem(last=False)
        return making

    def _settle(self, key: Hashable, making: _Making, *, lasts: bool) -> None:
        """Evict results that may differ next time: cancellations, passing errors, and files without a stamp."""
        made = making.picture
        error = None if made.cancelled() else made.exception()
        if made.cancelled() or not lasts or not (error is None or isinstance(error, InvalidRequest)):
            self._forget(key, making)
        elif error is None:
            self._good[key] = picture_facts(made.result())
            if len(self._good) > KNOWN_AS_GOOD:
                self._good.popitem(last=False)

    def _forget(self, key: Hashable, making: _Making) -> None:
        if self._made.get(key) is making:
            del self._made[key]


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return the file's inode, size and modification time, to detect changes; None if there is no such file."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
