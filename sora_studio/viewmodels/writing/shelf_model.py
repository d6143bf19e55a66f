"""The templates, snippets and cards that the window shows, and what is done with them."""

from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.errors import StudioError
from sora_studio.domain.writing.prompt_collection import KeptItem, PromptCollection
from sora_studio.domain.writing.prompt_item import PromptItem
from sora_studio.viewmodels.starter import Starter

if TYPE_CHECKING:
    from sora_studio.services.writing.prompt_library import PromptLibrary


class ShelfModel(QObject):
    """Signals: `changed()` after the files were read, `saved(KeptItem)` after one was saved or imported, `refused(str)`."""

    changed = Signal()
    saved = Signal(object)
    refused = Signal(str)

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._library: PromptLibrary | None = None
        self._is_reading = self._is_stale = self._is_saving = False
        self.collection = PromptCollection()

    def attach(self, library: "PromptLibrary") -> None:
        """Connect the service, and read the files."""
        self._library = library
        self.touch()

    def touch(self) -> None:
        """Read the files again, after the present reading has ended."""
        self._is_stale = True
        if self._library is not None and not self._is_reading:
            self._is_reading = True
            self._start(self._read(self._library), name="read snippets, cards and templates")

    def save(self, item: PromptItem, *, instead_of: KeptItem | None = None) -> None:
        """Save a new item, or an edited one, unless one is being saved: a second press of the button is the same wish."""
        if self._library is not None and not self._is_saving:
            self._is_saving = True
            self._start(self._tell(self._library.save(item, instead_of=instead_of)), name="save a prompt part")

    def remove(self, kept: KeptItem) -> None:
        """Move one of the user's own items to the trash."""
        if self._library is not None:
            self._start(self._do(self._library.remove([kept])), name="remove a prompt part")

    def import_file(self, path: Path) -> None:
        """Add the item of a file."""
        if self._library is not None:
            self._start(self._tell(self._library.import_file(path)), name="import a prompt part")

    def export(self, kept: KeptItem, to: Path) -> None:
        """Write an item to a new file."""
        if self._library is not None:
            self._start(self._do(self._library.export(kept, to, replaces=False)), name="export a prompt part")

    async def _tell(self, work: Awaitable[KeptItem]) -> None:
        try:
            kept = await work
        except StudioError as error:
            self.refused.emit(error.sentence)
        else:
            self.refused.emit("")
            self.saved.emit(kept)
        finally:
            self._is_saving = False

    async def _do(self, work: Awaitable[None]) -> None:
        try:
            await work
        except StudioError as error:
            self.refused.emit(error.sentence)
        else:
            self.refused.emit("")

    async def _read(self, library: "PromptLibrary") -> None:
        try:
            while self._is_stale:
                self._is_stale = False
                self.collection = await library.read()
                self.changed.emit()
        except StudioError as error:
            self.refused.emit(error.sentence)
        finally:
            self._is_reading = False
