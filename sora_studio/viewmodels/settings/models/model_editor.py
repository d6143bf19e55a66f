"""One profile's text while it is edited: its errors, the sample draft, and saving. Nothing typed is lost."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.models.diagnosis import Diagnosis, diagnose
from sora_studio.domain.models.duplicate import duplicate
from sora_studio.domain.models.model_file import ModelText, Origin
from sora_studio.viewmodels.settings.models.model_words import NEXT_START
from sora_studio.viewmodels.settings.models.sample import Sample

if TYPE_CHECKING:
    from sora_studio.services.models.model_library import ModelLibrary

_ORIGINS = {
    Origin.SHIPPED: "Shipped profile. Saving makes your own file, which is used instead.",
    Origin.OWN: "Your own file.",
    Origin.REPLACES: "Your own file, used instead of the shipped one.",
}
_PROPOSAL = "Proposal, not installed. Saving installs it. What is open is listed at its end."


class ModelEditorModel(QObject):
    """The text of one file. An unsaved text is kept on the disk by `keep`, and comes back at the next opening.

    Signals: `opened()` after another file was opened, `diagnosed()` after the text was read, `changed()` after the text or the
    file has changed, `sample_changed()`.
    """

    opened = Signal()
    diagnosed = Signal()
    changed = Signal()
    sample_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file: ModelText | None = None
        self.text = ""
        self.diagnosis = Diagnosis(None)
        self.sample: Sample | None = None
        """That of the last text that could be read."""
        self._library: ModelLibrary | None = None
        self._kept: str | None = None
        self._writing = asyncio.Lock()

    @property
    def is_dirty(self) -> bool:
        """Whether the text differs from the file that was opened."""
        return self.file is not None and self.text != self.file.text

    @property
    def is_unsaved(self) -> bool:
        """Whether there is something to save: a change, or a proposal."""
        return self.is_dirty or (self.file is not None and self.file.proposal is not None)

    @property
    def can_restore(self) -> bool:
        """Whether there is an own file in place of a shipped one."""
        return self.file is not None and self.file.proposal is None and self.file.origin is Origin.REPLACES

    @property
    def state(self) -> str:
        """What the text is, in a sentence or two."""
        if self.file is None:
            return ""
        origin = _PROPOSAL if self.file.proposal else _ORIGINS[self.file.origin]
        return f"{origin} Unsaved changes are kept." if self.is_dirty else origin

    async def open(self, library: "ModelLibrary", *, name: str = "", proposal: Path | None = None) -> None:
        """Open a file or a proposal, with what was typed earlier; the text before is kept. Raises what the service raises."""
        while True:
            await self.keep()
            file = await (library.open(name) if proposal is None else library.open_proposal(proposal))
            text = file.text if file.unsaved is None else file.unsaved
            diagnosis = await asyncio.to_thread(diagnose, text, file.name)
            if not self._must_be_kept:  # else something was typed meanwhile
                break
        self._library, self.file, self.text, self._kept = library, file, text, file.unsaved
        self.sample = None
        self._take(diagnosis)
        self.opened.emit()

    async def diagnose(self) -> None:
        """Read the text in a thread, so that typing never waits; again if it has changed meanwhile."""
        while self.file is not None:
            name, text = self.file.name, self.text
            diagnosis = await asyncio.to_thread(diagnose, text, name)
            if (name, text) == (self.file.name, self.text):
                break
        else:
            return
        self._take(diagnosis)
        self.diagnosed.emit()

    def set_text(self, text: str) -> None:
        """Take what was typed; call `diagnose` and `keep` once typing pauses."""
        if text != self.text:
            self.text = text
            self.changed.emit()

    def set_sample(self, sample: Sample) -> None:
        """Take what was chosen in the form."""
        self.sample = sample
        self.sample_changed.emit()

    @property
    def _must_be_kept(self) -> bool:
        return self._library is not None and self.is_dirty and self.text != self._kept

    def _take(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis
        if diagnosis.profile is not None:
            self.sample = Sample.of(diagnosis.profile, self.sample)

    async def keep(self) -> None:
        """Keep an unsaved text on the disk, or forget it once it is saved. Raises what the service raises."""
        async with self._writing:
            if self._library is None or self.file is None:
                return
            file, text = self.file, self.text if self.is_dirty else None
            if text == self._kept:
                return
            if text is None:
                await self._library.forget_unsaved(file)
            else:
                await self._library.keep_unsaved(file, text)
            self._kept = text

    async def save(self) -> str:
        """Save the text as the user's own file, and return a sentence about it. Raises what the service raises."""
        assert self._library is not None
        assert self.file is not None
        async with self._writing:
            file, text = self.file, self.text
            backup = await self._library.save(file.name, text, over=None if file.proposal else file.own)
            if self._kept is not None:
                await self._library.forget_unsaved(file)
            self._kept = None
            self.file = replace(file, text=text, own=text, proposal=None)
        self.changed.emit()
        if not backup:
            return f"Saved. {NEXT_START}"
        what = "Your former file is" if file.proposal else "The file had been changed elsewhere; that version is"
        return f"Saved. {NEXT_START} {what} kept as {backup}."

    async def restore(self) -> str:
        """Set the user's own file aside and open the shipped one; return the backup's name. Unsaved changes are in it."""
        assert self._library is not None
        assert self.file is not None
        name = self.file.name
        if self.is_dirty:
            await self.save()
        backup = await self._library.restore(name)
        await self.open(self._library, name=name)
        return backup

    async def undo_restore(self, backup: str) -> bool:
        """Put the user's own file back; return whether that was possible."""
        assert self._library is not None
        assert self.file is not None
        name = self.file.name
        done = await self._library.undo_restore(name, backup)
        await self.open(self._library, name=name)
        return done

    async def duplicate(self, slug: str) -> None:
        """Save the text as it stands under another slug, and open that file."""
        assert self._library is not None
        name = f"{slug}.toml"
        await self._library.save(name, duplicate(self.text, slug), over=None)
        await self.open(self._library, name=name)
