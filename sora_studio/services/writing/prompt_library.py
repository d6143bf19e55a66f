"""A person's snippets, cards and templates: read, changed, shared as files; each change can be taken back."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.events import PromptLibraryChanged
from sora_studio.domain.writing.prompt_collection import KeptItem, PromptCollection
from sora_studio.domain.writing.prompt_item import PromptItem, title_of
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.undo_steps import PutBack, UndoSteps

if TYPE_CHECKING:
    from sora_studio.storage.prompt_item_files import Changes, PromptItemFiles

T = TypeVar("T")


class PromptLibrary:
    """Runs everything that touches the disk off the loop, announces changes, and makes each a step of `UndoSteps`.

    All methods raise `FolderSilent`, `StorageFull` and `DataFolderUnusable`.
    """

    def __init__(self, core: Core, files: "PromptItemFiles", steps: UndoSteps) -> None:
        self._core, self._files, self._steps = core, files, steps

    async def read(self) -> PromptCollection:
        """Return what there is now, and why some files cannot be used."""
        return await self._do(self._files.read)

    async def save(self, item: PromptItem, *, instead_of: KeptItem | None = None) -> KeptItem:
        """Save a new item, or an edited one. Raises `InvalidSetting` for a name that is taken or a picture that is gone."""
        kept, changes = await self._do(partial(self._files.save, item, instead_of=instead_of))
        self._note(f"{title_of(kept.item)} {'changed' if instead_of else 'added'}", changes)
        return kept

    async def remove(self, kept: Sequence[KeptItem]) -> None:
        """Move the user's own items to the trash; shipped ones stay."""
        changes = await self._do(partial(self._files.remove, kept))
        words = title_of(kept[0].item) if len(kept) == 1 else f"{len(changes)} items"
        self._note(f"{words} removed", changes)

    async def read_trash(self) -> tuple[KeptItem, ...]:
        """Return what is in the trash, the newest first."""
        return await self._do(self._files.read_trash)

    async def restore(self, trashed: KeptItem) -> KeptItem:
        """Take an item out of the trash. Raises `InvalidSetting` if another one has its name."""
        kept, changes = await self._do(partial(self._files.restore, trashed))
        self._note(f"{title_of(kept.item)} restored", changes)
        return kept

    async def import_file(self, path: Path) -> KeptItem:
        """Add the item of a file. Raises like `save`, and `ProfileError` for a file that is none."""
        kept, changes = await on_disk(path.parent, partial(self._files.import_file, path), within_s=WORK_WITHIN_S)
        self._note(f"{title_of(kept.item)} imported", changes)
        return kept

    async def export(self, kept: KeptItem, to: Path, *, replaces: bool) -> None:
        """Write an item to a file, with its picture beside it. Raises `InvalidSetting`."""
        await on_disk(to.parent, partial(self._files.export, kept, to, replaces=replaces), within_s=WORK_WITHIN_S)

    def _note(self, words: str, changes: "Changes") -> None:
        if changes:
            self._steps.add(words, self._putting_back(changes))
            self._core.events.publish(PromptLibraryChanged())

    def _putting_back(self, changes: "Changes") -> PutBack:
        async def put_back() -> PutBack:
            now = await self._do(partial(self._files.put_back, changes))
            self._core.events.publish(PromptLibraryChanged())
            return self._putting_back(now)

        return put_back

    async def _do(self, work: Callable[[], T]) -> T:
        return await on_disk(self._files.folder, work, within_s=WORK_WITHIN_S)
