"""Checks of the composer's pictures: run off the UI thread, cached by picture, stale results dropped."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.errors import StudioError
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import PictureEdit
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Sent

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import PictureLook, Pictures

_Asked = tuple[PictureEdit, MediaSlot, object]
"""The edit, what the picture's role takes, and a unique marker of the call."""

_AT_ONCE = 2
"""Concurrency limit: a check may decode a large picture, and more at once would slow down all of them."""


class PictureLooks(QObject):
    """The last result for each picture, without its bytes.

    Signals: `changed(str)` with the picture whose check has started or finished.
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
        """The last result for each picture."""
        return self._seen

    def seen(self, source: str) -> Seen | None:
        """Return the last result, possibly for an earlier edit, or None."""
        return self._seen.get(source)

    def is_waiting(self, source: str) -> bool:
        """Return whether a check is running or queued."""
        return source in self._waiting

    def is_new(self, source: str, edit: PictureEdit, slot: MediaSlot) -> bool:
        """Return whether this picture, edit and role have not been checked yet."""
        return (wanted := self._wanted.get(source)) is None or wanted[:2] != (edit, slot)

    @property
    def shown(self) -> dict[str, str]:
        """The digests of local pictures at their last check."""
        return {source: seen.digest for source, seen in self._seen.items() if seen.digest}

    def doubt(self) -> None:
        """Mark all results as possibly stale, so that `is_new` is true; they are kept until the next check."""
        self._wanted.clear()

    def keep_only(self, sources: tuple[str, ...]) -> None:
        """Forget other pictures; one that returns is checked again."""
        for known in (self._seen, self._wanted):
            for source in [*known]:
                if source not in sources:
                    del known[source]
        self._waiting.intersection_update(sources)

    def look(
        self, pictures: "Pictures", source: str, edit: PictureEdit, slot: MediaSlot, *, patient: bool = False
    ) -> Coroutine[object, object, None]:
        """Return a coroutine that checks a picture. A later call for the same picture makes the earlier one's result stale.

        At most one `patient` check runs at a time, so that they do not delay the others.
        """
        asked = (edit, slot, object())
        self._wanted[source] = asked
        self._waiting.add(source)
        self.changed.emit(source)
        line = self._line if patient else contextlib.nullcontext()
        return self._answer(asked, pictures, source, slot, line)

    async def _answer(
        self,
        asked: _Asked,
        pictures: "Pictures",
        source: str,
        slot: MediaSlot,
        line: "contextlib.AbstractAsyncContextManager[object]",
    ) -> None:
        try:
            async with line, self._turn:
                if self._wanted.get(source) is not asked:
                    return
                found = await _look(pictures, source, asked[0], slot)
        except BaseException:
            if self._wanted.get(source) is asked:
                self._wanted.pop(source, None)
                self._waiting.discard(source)
            raise
        if self._wanted.get(source) is asked:
            self._waiting.discard(source)
            self._seen[source] = found
            self.changed.emit(source)


async def _look(pictures: "Pictures", source: str, edit: PictureEdit, slot: MediaSlot) -> Seen:
    try:
        look = await pictures.look(source, edit, slot)
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
