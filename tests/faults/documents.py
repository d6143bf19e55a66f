"""Several drafts that are written, undone, switched and killed at random, beside a plain account of what each must be."""

from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path

from sora_studio.domain.draft import Draft
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.ui.compose.prompt_editor import PromptEditor
from tests.faults.drafts import Account, DraftWalk, addresses

MOST_DRAFTS = 12


@dataclass
class Page(Account):
    """A draft's account, with the undo steps of its text. `number` is 0 until it was saved."""

    number: int = 0
    texts: list[str] = field(default_factory=list[str])
    undone: list[str] = field(default_factory=list[str])
    was_used: bool = False

    @property
    def has_content(self) -> bool:
        return bool(self.text or self.media)


class DocumentWalk(DraftWalk):
    """As the walk through one draft, with an editor and other drafts beside it."""

    actions = (
        *("write", "write", "write", "undo_text", "undo_text", "redo_text", "switch", "change_mode", "choose", "add", "add"),
        *("remove", "undo", "redo", "save", "open", "open", "open", "new", "kill"),
    )

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder, seed)
        self._account: Page = Page()
        self._pages = list[Page]()
        """All drafts on disk, the one that was saved last at the end."""
        self._removals = list[Coroutine[object, object, object]]()

    @property
    def kept(self) -> int:
        return len(self._pages)

    # --- what a person does -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        text = "".join(self._rng.choices("ab 🎬\n", k=self._rng.randrange(40)))
        if text != self._account.text:
            self._account.texts.append(self._account.text)
            self._account.undone.clear()
            self._account.text = text
        self._editor.replace(text)

    def _undo_text(self) -> None:
        if self._account.texts:
            self._account.undone.append(self._account.text)
            self._account.text = self._account.texts.pop()
        self._editor.undo()

    def _redo_text(self) -> None:
        if self._account.undone:
            self._account.texts.append(self._account.text)
            self._account.text = self._account.undone.pop()
        self._editor.redo()

    async def _save(self) -> None:
        await self._model.save()
        self._note_saved(self._model.draft)

    async def _new(self) -> None:
        if len(self._pages) < MOST_DRAFTS:
            await self._leave_for(None, Page())

    async def _open(self) -> None:
        others = [page for page in self._pages if page is not self._account]
        if others:
            page = self._rng.choice(others)
            draft = await SqliteDrafts(self._database).get(page.number)
            self._expect(draft is not None, f"draft {page.number} on disk")
            await self._leave_for(draft, page)

    async def _kill(self) -> None:
        await self._database.close()
        for page in self._pages:
            saved = page.saved
            assert saved is not None
            page.text, page.media = saved.prompt, addresses(saved.media, saved.set_aside)
            for steps in (page.texts, page.undone, page.back, page.ahead):
                steps.clear()
            page.left.clear()
        self._account = self._pages[-1] if self._pages else Page()
        self._account.was_used = self._account.has_content
        await self._begin()
        if self._pages:
            self._expect(replace(self._model.request, seen={}) == self._account.saved, "what was saved last")

    # --- the account --------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        await super()._begin()
        self._editor = PromptEditor()
        self._editor.edited.connect(self._model.set_prompt)
        self._show(leaving=0)

    async def _leave_for(self, draft: Draft | None, page: Page) -> None:
        left = await self._model.open(draft)
        assert left is not None
        self._note_saved(left)
        while self._removals:
            await self._removals.pop()
        if left.id and not self._account.was_used:
            self._pages.remove(self._account)
        page.was_used = page.has_content
        self._account = page
        self._show(leaving=left.id)

    def _show(self, *, leaving: int) -> None:
        shown = self._model.draft
        self._editor.show_draft(
            shown.id, shown.request.prompt, caret=shown.caret, leaving=leaving, earlier=self._model.earlier_texts
        )

    def _note_saved(self, draft: Draft) -> None:
        """What is on disk now of the draft that was written in."""
        page, now = self._account, replace(draft.request, seen={})
        if draft.id and (page.number != draft.id or page.saved != now):
            page.number, page.saved = draft.id, now
            self._pages = [other for other in self._pages if other is not page] + [page]

    def _start(self, work: Coroutine[object, object, object], **about: object) -> None:
        if about.get("name") == "remove an empty draft":
            self._removals.append(work)
        else:
            work.close()

    def _compare(self) -> None:
        super()._compare()
        self._account.was_used = self._account.was_used or self._account.has_content
        self._expect(self._editor.text() == self._account.text, f"{self._account.text!r} in the editor")
        self._expect(self._model.draft.id == self._account.number, f"draft {self._account.number} open")
