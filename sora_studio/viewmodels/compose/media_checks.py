"""Checks of the composer's media: run off the UI thread, cached by medium, stale results dropped."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.request import MediaEdit


class Checked(Protocol):
    """The result of checking a medium."""

    @property
    def digest(self) -> str:
        """The local file's SHA-256 when it was checked; empty if it is not known."""
        ...


AnyChecked = TypeVar("AnyChecked", bound=Checked)
_Asked = tuple[MediaEdit, MediaSlot, object]
"""The edit, what the medium's role takes, and a unique marker of the call."""

_AT_ONCE = 2
"""Concurrency limit: a check may decode a large file, and more at once would slow down all of them."""


class MediaLooks(QObject, Generic[AnyChecked]):
    """The last result for each medium of a kind.

    Signals: `changed(str)` with the medium whose check has started or finished.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen = dict[str, AnyChecked]()
        self._wanted = dict[str, _Asked]()
        self._waiting = set[str]()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._line = asyncio.Semaphore(1)

    @property
    def known(self) -> Mapping[str, AnyChecked]:
        """The last result for each medium."""
        return self._seen

    def seen(self, source: str) -> AnyChecked | None:
        """Return the last result, possibly for an earlier edit, or None."""
        return self._seen.get(source)

    def is_waiting(self, source: str) -> bool:
        """Return whether a check is running or queued."""
        return source in self._waiting

    def is_new(self, source: str, edit: MediaEdit, slot: MediaSlot) -> bool:
        """Return whether this medium, edit and role have not been checked yet."""
        return (wanted := self._wanted.get(source)) is None or wanted[:2] != (edit, slot)

    @property
    def shown(self) -> dict[str, str]:
        """The digests of local files at their last check."""
        return {source: seen.digest for source, seen in self._seen.items() if seen.digest}

    def doubt(self) -> None:
        """Mark all results as possibly stale, so that `is_new` is true; they are kept until the next check."""
        self._wanted.clear()

    def keep_only(self, sources: tuple[str, ...]) -> None:
        """Forget other media; one that returns is checked again."""
        for known in (self._seen, self._wanted):
            for source in [*known]:
                if source not in sources:
                    del known[source]
        self._waiting.intersection_update(sources)

    def begin(
        self,
        check: Callable[[], Awaitable[AnyChecked]],
        source: str,
        edit: MediaEdit,
        slot: MediaSlot,
        *,
        patient: bool = False,
    ) -> Coroutine[object, object, None]:
        """Return a coroutine that runs a check. A later call for the same medium makes the earlier one's result stale.

        At most one `patient` check runs at a time, so that they do not delay the others.
        """
        asked = (edit, slot, object())
        self._wanted[source] = asked
        self._waiting.add(source)
        self.changed.emit(source)
        line = self._line if patient else contextlib.nullcontext()
        return self._answer(asked, check, source, line)

    async def _answer(
        self,
        asked: _Asked,
        check: Callable[[], Awaitable[AnyChecked]],
        source: str,
        line: "contextlib.AbstractAsyncContextManager[object]",
    ) -> None:
        try:
            async with line, self._turn:
                if self._wanted.get(source) is not asked:
                    return
                found = await check()
        except BaseException:
            if self._wanted.get(source) is asked:
                self._wanted.pop(source, None)
                self._waiting.discard(source)
            raise
        if self._wanted.get(source) is asked:
            self._waiting.discard(source)
            self._seen[source] = found
            self.changed.emit(source)
