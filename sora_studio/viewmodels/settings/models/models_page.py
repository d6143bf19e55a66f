"""The installed models as a list, and what a check for new ones has found."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.models.duplicate import duplicate
from sora_studio.domain.models.model_file import ModelFile, Origin
from sora_studio.domain.models.names import is_slug
from sora_studio.viewmodels.settings.models.model_words import install_question

if TYPE_CHECKING:
    from sora_studio.services.models.model_check import ModelChange, ModelReport
    from sora_studio.services.models.model_library import ModelLibrary

NO_CHANGE = "No model is new, changed or gone."
_STATES = {"new": "New", "changed": "Changed", "gone": "Gone"}
_GONE = "The service no longer lists this model. Its profile stays; you can set its status in the editor."
_NO_PROPOSAL = "No profile is proposed: the schema does not say enough."


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One model in the result of a check: its state in a word, and a sentence for each difference or uncertainty."""

    title: str
    slug: str
    state: str
    lines: tuple[str, ...]
    proposal: Path | None = None


@dataclass(frozen=True, slots=True)
class ProposalWords:
    """What a proposal leaves open, a line each, and what installing it would do."""

    open_ends: tuple[str, ...]
    question: str


class ModelsModel(QObject):
    """Signals: `changed()` after the list of files was read, `checked()` after a check."""

    changed = Signal()
    checked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.files: tuple[ModelFile, ...] = ()
        self.rows: tuple[ChangeRow, ...] = ()
        self.summary = ""
        self.library: ModelLibrary | None = None

    def attach(self, library: "ModelLibrary | None") -> None:
        """Attach the service; None while the studio has not started."""
        self.library = library

    async def refresh(self) -> None:
        """Read the list of files again. Raises what the service raises."""
        if self.library is not None:
            self.files = tuple(await self.library.list())
            self.changed.emit()

    async def check(self) -> None:
        """Check for new models; only ever called because the user asked for it. Raises what the service raises."""
        if self.library is None:
            return
        report = await self.library.check()
        self.rows = (*map(_change_row, report.changes), *_unread_rows(report))
        self.summary = _summary(report)
        self.checked.emit()

    async def look_at(self, proposal: Path) -> ProposalWords:
        """Return what is open in a proposal and what installing it would do. Raises what the service raises."""
        from sora_studio.domain.models.proposal import left_open  # noqa: PLC0415 - not needed for the start

        assert self.library is not None
        opened = await self.library.open_proposal(proposal)
        origin = opened.origin if opened.own is not None or opened.is_shipped else None
        title = next((row.title for row in self.rows if row.proposal == proposal), opened.name)
        return ProposalWords(left_open(opened.text), install_question(title, opened.name, origin))

    async def install(self, row: ChangeRow) -> str:
        """Install a row's proposal and return the name of a backup, if one was made. Raises what the service raises."""
        assert self.library is not None
        assert row.proposal is not None
        backup = await self.library.install(row.proposal)
        await self.refresh()
        return backup

    async def restore(self, file: ModelFile) -> str:
        """Use the shipped file instead of the user's own; return the name under which that is kept."""
        assert self.library is not None
        backup = await self.library.restore(file.name)
        await self.refresh()
        return backup

    async def undo_restore(self, file: ModelFile, backup: str) -> bool:
        """Put the user's own file back; return whether that was possible."""
        assert self.library is not None
        done = await self.library.undo_restore(file.name, backup)
        await self.refresh()
        return done

    async def copy(self, name: str, slug: str) -> str:
        """Save a copy of a file under another slug, and return the name of the new file."""
        assert self.library is not None
        opened = await self.library.open(name)
        await self.library.save(f"{slug}.toml", duplicate(opened.text, slug), over=None)
        await self.refresh()
        return f"{slug}.toml"

    def why_not(self, slug: str) -> str:
        """Return why a slug cannot be that of a new model; empty if it can."""
        if not is_slug(slug):
            return "A slug has letters and digits, with '-', '.' and '_' between them, at most 64."
        taken = {file.name.casefold() for file in self.files}
        if f"{slug}.toml".casefold() in taken:  # many file systems do not tell the cases apart
            return "There is already a model with this slug."
        return ""

    def free_slug(self, name: str) -> str:
        """Return a slug for a copy that is not taken."""
        stem, number = name.removesuffix(".toml"), 2
        while self.why_not(f"{stem}-{number}") and number < len(self.files) + 3:
            number += 1
        return f"{stem}-{number}"


def can_be_restored(file: ModelFile) -> bool:
    """Return whether a shipped file is behind the user's own."""
    return file.origin is Origin.REPLACES


def _change_row(change: "ModelChange") -> ChangeRow:
    lines = list(change.differences)
    if change.change == "gone":
        lines.append(_GONE)
    elif change.proposal is None:
        lines.append(_NO_PROPOSAL)
    elif not lines:
        lines.append("The service lists this model, and no profile is installed for it.")
    return ChangeRow(change.title, change.slug, _STATES[change.change], tuple(lines), change.proposal)


def _unread_rows(report: "ModelReport") -> list[ChangeRow]:
    return [ChangeRow(remark.slug or "The list", remark.slug, "Not compared", (remark.sentence,)) for remark in report.remarks]


def _summary(report: "ModelReport") -> str:
    if not report.changes:
        return NO_CHANGE
    counts = {state: sum(change.change == state for change in report.changes) for state in _STATES}
    told = [f"{count} {state}" for state, count in counts.items() if count]
    return f"{', '.join(told)}. Nothing is installed by itself."
