"""Local pictures as they would be published, made once for whoever asks: the preview, the check, and the sending."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.picture import PictureEdit, PreparedPicture
from sora_studio.domain.profile import ImageRules

if TYPE_CHECKING:
    from sora_studio.media.local import LocalMedia

REMEMBERED = 6
"""Pictures, of at most 10 MB each."""
KNOWN_AS_GOOD = 1000
"""Pictures of which it is only remembered that they can be published."""


@dataclass(eq=False, slots=True)
class _Making:
    """A picture that is being made, or was, and how many wait for it."""

    picture: "asyncio.Future[PreparedPicture]"
    waiting: int = 0


class Preparation:
    """Remembers the last few pictures, or what is wrong with them, for as long as their files stay the same."""

    def __init__(self, media: "LocalMedia") -> None:
        self._media = media
        self._good = OrderedDict[Hashable, None]()
        self._made = OrderedDict[Hashable, _Making]()

    async def check(self, path: Path, edit: PictureEdit, rules: ImageRules) -> None:
        """Whether it could be published; at once when that was seen before. Raises like `LocalMedia.prepare_image`."""
        stamp = await on_disk(path.parent, lambda: _stamp(path))
        if (path, stamp, edit, rules.formats, rules.max_bytes) not in self._good:
            await self.prepare(path, edit, rules)

    async def prepare(self, path: Path, edit: PictureEdit, rules: ImageRules) -> PreparedPicture:
        """Return what would be published; cancelled with its last waiter. Raises like `LocalMedia.prepare_image`."""
        stamp = await on_disk(path.parent, lambda: _stamp(path))
        key = (path, stamp, edit, rules.formats, rules.max_bytes)
        if (making := self._made.get(key)) is None:
            making = self._begin(key, path, edit, rules, lasts=stamp is not None)
        self._made.move_to_end(key)
        making.waiting += 1
        try:
            return await asyncio.shield(making.picture)
        finally:
            making.waiting -= 1
            if not making.waiting and not making.picture.done():
                making.picture.cancel()
                self._forget(key, making)  # at once: who comes now must not wait for what will never be

    def _begin(self, key: Hashable, path: Path, edit: PictureEdit, rules: ImageRules, *, lasts: bool) -> _Making:
        making = _Making(
            asyncio.ensure_future(self._media.prepare_image(path, edit, formats=rules.formats, max_bytes=rules.max_bytes))
        )
        making.picture.add_done_callback(lambda _: self._settle(key, making, lasts=lasts))
        self._made[key] = making
        if len(self._made) > REMEMBERED:
            self._made.popitem(last=False)
        return making

    def _settle(self, key: Hashable, making: _Making, *, lasts: bool) -> None:
        """What may turn out otherwise the next time is not remembered."""
        made = making.picture
        error = None if made.cancelled() else made.exception()
        if made.cancelled() or not lasts or not (error is None or isinstance(error, InvalidRequest)):
            self._forget(key, making)
        elif error is None:
            self._good[key] = None
            if len(self._good) > KNOWN_AS_GOOD:
                self._good.popitem(last=False)

    def _forget(self, key: Hashable, making: _Making) -> None:
        if self._made.get(key) is making:
            del self._made[key]


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file does; None when there is none."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
