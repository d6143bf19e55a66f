"""Keeps a draft on disk while it changes: one write at a time, the newest state, and tried again after a failure."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import StudioError
from sora_studio.viewmodels.compose.autosave import Autosave

if TYPE_CHECKING:
    from sora_studio.storage.drafts import SqliteDrafts


class DraftKeeper(QObject):
    """`kept` is the draft as it was kept last, `trouble` why the last write failed.

    Signals: `due()` when `save` should run.
    """

    due = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.kept: Draft | None = None
        self.trouble = ""
        self._writing = asyncio.Lock()
        self._autosave = Autosave(self)
        self._autosave.due.connect(self.due)

    def touch(self) -> None:
        """The draft has changed."""
        self._autosave.touch()

    def holds(self, prompt: str) -> bool:
        """Whether the prompt, if there is any, is on disk."""
        return not prompt or (self.kept is not None and self.kept.request.prompt == prompt)

    def take(self, kept: Draft) -> None:
        """Begin with the draft that is on disk."""
        self.kept = kept
        self._autosave.settle()

    async def save(self, drafts: "SqliteDrafts", draft: Callable[[], Draft]) -> bool:
        """Write the draft as it stands when its turn has come; says whether there was anything to write."""
        async with self._writing:
            if not self._autosave.pending:
                return False
            self._autosave.settle()
            if (now := draft()) == self.kept:
                return False
            try:
                self.kept = await drafts.save(now, at=datetime.now(UTC))
            except StudioError as error:
                self.trouble = error.title
                self._autosave.retry()
            except BaseException:
                self._autosave.touch()  # cancelled half-way: it still has to be written
                raise
            else:
                self.trouble = ""
            return True
