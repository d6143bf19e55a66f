"""Local pictures as they would be published, made once for whoever asks: the preview, the check, and the sending."""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.picture import PictureEdit, PreparedPicture
from sora_studio.domain.ports import Media
from sora_studio.domain.profile import ImageRules

REMEMBERED = 6
"""Pictures, of at most 10 MB each."""
KNOWN_AS_GOOD = 1000
"""Pictures of which it is only remembered that they can be published."""


class Preparation:
    """Remembers the last few pictures, or what is wrong with them, for as long as their files stay the same."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._good = OrderedDict[Hashable, None]()
        self._made = OrderedDict[Hashable, asyncio.Future[PreparedPicture]]()

    async def check(self, path: Path, edit: PictureEdit, rules: ImageRules) -> None:
        """Whether it could be published; at once when that was seen before. Raises like `Media.prepare_image`."""
        stamp = await asyncio.to_thread(_stamp, path)
        if (path, stamp, edit, rules.formats, rules.max_bytes) not in self._good:
            await self.prepare(path, edit, rules)

    async def prepare(self, path: Path, edit: PictureEdit, rules: ImageRules) -> PreparedPicture:
        """What would be published. Raises like `Media.prepare_image`."""
        stamp = await asyncio.to_thread(_stamp, path)
        key = (path, stamp, edit, rules.formats, rules.max_bytes)
        if (making := self._made.get(key)) is None:
            making = asyncio.ensure_future(
                self._media.prepare_image(path, edit, formats=rules.formats, max_bytes=rules.max_bytes)
            )
            self._made[key] = making
            making.add_done_callback(lambda made: self._settle(key, made, lasts=stamp is not None))
            if len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return await asyncio.shield(making)

    def _settle(self, key: Hashable, made: "asyncio.Future[PreparedPicture]", *, lasts: bool) -> None:
        """What may turn out otherwise the next time is not remembered."""
        error = None if made.cancelled() else made.exception()
        if made.cancelled() or not lasts or not (error is None or isinstance(error, InvalidRequest)):
            self._made.pop(key, None)
        elif error is None:
            self._good[key] = None
            if len(self._good) > KNOWN_AS_GOOD:
                self._good.popitem(last=False)


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file does; None when there is none."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
