"""What looking at the composer's pictures found: asked off the window's thread, kept by picture, stale answers ignored."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.errors import StudioError
from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.profile import ModelProfile
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Sent

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import PictureLook, Pictures

_Asked = tuple[PictureEdit, str, object]
"""What was asked, for which model, and by whom."""

_AT_ONCE = 2
"""A look may decode a large picture: more would only make every one of them late."""


class PictureLooks(QObject):
    """The last answer about each picture, without its bytes.

    Signals: `changed(str)` with the picture whose answer has come, or is waited for.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen = dict[str, Seen]()
        self._wanted = dict[str, _Asked]()
        self._waiting = set[str]()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._line = asyncio.Semaphore(1)

    @property
    def known(self) -> Mapping[str, Seen]:
        """The last answer about each picture."""
        return self._seen

    def seen(self, source: str) -> Seen | None:
        """The last answer, perhaps about an earlier edit; None before there is one."""
        return self._seen.get(source)

    def is_waiting(self, source: str) -> bool:
        """Whether a newer answer is on its way."""
        return source in self._waiting

    def is_new(self, source: str, edit: PictureEdit, profile: ModelProfile) -> bool:
        """Whether nobody has asked about just this yet."""
        return (wanted := self._wanted.get(source)) is None or wanted[:2] != (edit, profile.slug)

    @property
    def shown(self) -> dict[str, str]:
        """What the local pictures held when they were looked at, as their digests."""
        return {source: seen.digest for source, seen in self._seen.items() if seen.digest}

    def doubt(self) -> None:
        """Some picture may be another by now: each is new to whoever looks next. What was seen stands until then."""
        self._wanted.clear()

    def keep_only(self, sources: tuple[str, ...]) -> None:
        """The other pictures are gone; one that comes back is looked at anew."""
        for known in (self._seen, self._wanted):
            for source in [*known]:
                if source not in sources:
                    del known[source]
        self._waiting.intersection_update(sources)

    def look(
        self, pictures: "Pictures", source: str, edit: PictureEdit, profile: ModelProfile, *, patient: bool = False
    ) -> Coroutine[object, object, None]:
        """Ask about a picture, to be awaited. Who asks later about the same one is answered; the earlier answer is dropped.

        However many are `patient`, only one of them at a time stands in the way of those that are not.
        """
        asked = (edit, profile.slug, object())
        self._wanted[source] = asked
        self._waiting.add(source)
        self.changed.emit(source)
        line = self._line if patient else contextlib.nullcontext()
        return self._answer(asked, pictures, source, profile, line)

    async def _answer(
        self,
        asked: _Asked,
        pictures: "Pictures",
        source: str,
        profile: ModelProfile,
        line: "contextlib.AbstractAsyncContextManager[object]",
    ) -> None:
        try:
            async with line, self._turn:
                if self._wanted.get(source) is not asked:
                    return
                found = await _look(pictures, source, asked[0], profile)
        except BaseException:
            if self._wanted.get(source) is asked:
                self._wanted.pop(source, None)
                self._waiting.discard(source)
            raise
        if self._wanted.get(source) is asked:
            self._waiting.discard(source)
            self._seen[source] = found
            self.changed.emit(source)


async def _look(pictures: "Pictures", source: str, edit: PictureEdit, profile: ModelProfile) -> Seen:
    try:
        look = await pictures.look(source, edit, profile)
    except StudioError as error:
        return Seen(edit, problem=error.sentence)
    return _seen(look, edit)


def _seen(look: "PictureLook", edit: PictureEdit) -> Seen:
    return Seen(
        edit,
        look.facts,
        look.web,
        Sent.of(look.published) if look.published else None,
        Sent.of(look.offer) if look.offer else None,
        look.problem,
        look.note,
        look.digest,
    )
