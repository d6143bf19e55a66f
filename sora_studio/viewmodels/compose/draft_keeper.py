"""Autosaves a draft: one write at a time, always the newest state, retried after a failure."""

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
    """`kept` is the draft as last saved, `trouble` why the last write failed (empty if it succeeded).

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

    @property
    def pending(self) -> bool:
        """Whether something has changed since the last write began."""
        return self._autosave.pending

    def touch(self) -> None:
        """Note a change of the draft."""
        self._autosave.touch()

    def holds(self, prompt: str) -> bool:
        """Return whether the prompt is on disk; an empty one needs no saving."""
        return not prompt or (self.kept is not None and self.kept.request.prompt == prompt)

    def take(self, kept: Draft) -> None:
        """Start from a draft that is already on disk."""
        self.kept = kept
        self._autosave.settle()

    async def save(self, drafts: "SqliteDrafts", draft: Callable[[], Draft]) -> bool:
        """Save the newest draft after any running write has ended; return whether there is anything new to say about it."""
        async with self._writing:
            if not self._autosave.pending:
                return False
            self._autosave.settle()
            if (now := draft()) == self.kept:  # what could not be written was taken back
                had_trouble, self.trouble = bool(self.trouble), ""
                return had_trouble
            try:
                self.kept = await drafts.save(now, at=datetime.now(UTC))
            except StudioError as error:
                self.trouble = error.title
                self._autosave.retry()
            except BaseException:
                self._autosave.touch()  # cancelled during the write: it is still unsaved
                raise
            else:
                self.trouble = ""
            return True
