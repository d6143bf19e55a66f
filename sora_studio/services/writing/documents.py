"""The drafts as a person keeps them: named, copied, in projects, in the trash."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sora_studio.domain.draft import Draft, DraftEntry
from sora_studio.domain.events import DraftsChanged
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.undo_steps import PutBack, UndoSteps

if TYPE_CHECKING:
    from sora_studio.storage.draft_search import DraftSearch
    from sora_studio.storage.drafts import Shelved, SqliteDrafts


class Documents:
    """Reads and changes drafts. Renaming, moving and trashing are steps of `UndoSteps`, announced as `DraftsChanged`."""

    def __init__(self, core: Core, drafts: "SqliteDrafts", search: "DraftSearch", steps: UndoSteps) -> None:
        self._core = core
        self._drafts = drafts
        self._search = search
        self._steps = steps

    async def entries(self) -> list[DraftEntry]:
        """Return all drafts, the one that was saved last first; those in the trash, too."""
        return await self._drafts.entries()

    async def search(self, words: str) -> list[int]:
        """Return the drafts with all these words in their text or name, the one that was saved last first."""
        return await self._search.find(words)

    async def open(self, document: int) -> Draft | None:
        """Return the draft of a document for editing; from then on it is in the list. None if there is no such document."""
        draft = await self._drafts.open_document(document, at=self._core.clock.now())
        self._core.events.publish(DraftsChanged())
        return draft

    async def duplicate(self, draft: int) -> Draft | None:
        """Copy a draft's text, options and media into a new one; None if it is gone."""
        found = await self._drafts.get(draft)
        if found is None:
            return None
        copy = await self._drafts.save(replace(found, id=0), at=self._core.clock.now())
        self._core.events.publish(DraftsChanged())
        return copy

    async def rename(self, draft: int, name: str) -> None:
        """Give a draft a name; an empty one lets its first line be its title again."""
        await self._change("Draft renamed", await self._drafts.rename(draft, name))

    async def move_to_project(self, drafts: Sequence[int], project: int | None) -> None:
        """Put drafts into a project, or into none."""
        words = f"{_count(drafts)} moved {'to a project' if project is not None else 'out of the project'}"
        await self._change(words, await self._drafts.move_to_project(drafts, project))

    async def trash(self, drafts: Sequence[int]) -> None:
        """Put drafts into the trash."""
        words = f"{_count(drafts)} moved to the trash"
        await self._change(words, await self._drafts.trash(drafts, at=self._core.clock.now()))

    async def restore(self, drafts: Sequence[int]) -> None:
        """Take drafts out of the trash."""
        await self._change(f"{_count(drafts)} restored", await self._drafts.trash(drafts, at=None))

    async def _change(self, words: str, former: "Shelved") -> None:
        if former:
            self._steps.add(words, self._putting_back(former))
            self._core.events.publish(DraftsChanged())

    def _putting_back(self, former: "Shelved") -> PutBack:
        async def put_back() -> PutBack:
            now = await self._drafts.put_back(former)
            self._core.events.publish(DraftsChanged())
            return self._putting_back(now)

        return put_back


def _count(drafts: Sequence[int]) -> str:
    return "1 draft" if len(drafts) == 1 else f"{len(drafts)} drafts"
