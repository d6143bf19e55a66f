"""The variants of the text that is being written: other light, other camera, other pace."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.viewmodels.starter import Starter

if TYPE_CHECKING:
    from sora_studio.services.writing.hinting import Hinting, Proposal


class RemixModel(QObject):
    """Proposes variants while they are watched. `source` is the text that they were made of. Signals: `changed()`."""

    changed = Signal()

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._hinting: Hinting | None = None
        self._wanted: str | None = None
        self._is_watched = False
        self.source = ""
        self.proposals: Sequence[Proposal] = ()

    def attach(self, hinting: "Hinting") -> None:
        """Connect the service."""
        self._hinting = hinting

    def watch(self, *, is_watched: bool) -> None:
        """Say whether the variants are visible."""
        self._is_watched = is_watched

    def follow(self, text: str) -> None:
        """Propose variants of a changed text, if they are visible."""
        if self._is_watched:
            self.propose(text)

    def propose(self, text: str) -> None:
        """Propose variants of a text."""
        if self._hinting is not None and text != self._wanted:
            self._wanted = text
            self._start(self._propose(self._hinting, text), name="remix")

    async def _propose(self, hinting: "Hinting", text: str) -> None:
        found = await hinting.remix(text) if text.strip() else ()
        if text == self._wanted:  # else another one was asked about meanwhile
            self.source, self.proposals = text, found
            self.changed.emit()
