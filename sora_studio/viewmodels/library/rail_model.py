"""What stands in the rail: drafts, the library's places, saved searches and projects, with live counts."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.draft import DraftEntry
from sora_studio.domain.project import SavedSearch
from sora_studio.domain.query_filters import Name, Named, Quote
from sora_studio.viewmodels.library.rail_services import RailServices
from sora_studio.viewmodels.starter import TaskStarter

REFRESH_MS = 500
DRAFTS_AT_FIRST = 8
"""More are shown when asked for."""
PLACES = (
    ("All clips", ""),
    ("Not seen", "is:unseen"),
    ("Kept", "kept"),
    ("Expiring", "is:expiring"),
    ("Trash", "is:trashed"),
)
NO_PROJECT = "project:none"


class RailKind(StrEnum):
    """What a line of the rail is."""

    DRAFT = "draft"
    NEW_DRAFT = "new-draft"
    ALL_DRAFTS = "all-drafts"
    DRAFT_TRASH = "draft-trash"
    PLACE = "place"
    SEARCH = "search"
    PROJECT = "project"
    NO_PROJECT = "no-project"
    NEW_PROJECT = "new-project"


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A line of the rail. `query` finds its clips, `count` is how many; `number` is that of its draft, search or project."""

    kind: RailKind
    words: str
    query: str = ""
    count: int | None = None
    number: int = 0
    keys: str = ""
    """The shortcut that does the same."""

    @property
    def is_renamed_here(self) -> bool:
        """Whether its words can be edited in the rail."""
        return self.kind in (RailKind.DRAFT, RailKind.SEARCH, RailKind.PROJECT, RailKind.NEW_PROJECT)

    @property
    def place(self) -> tuple[RailKind, int, str]:
        """What stays the same while its words and count change."""
        return self.kind, self.number, "" if self.number else self.query


@dataclass(frozen=True, slots=True)
class RailSection:
    """A heading and its lines."""

    title: str
    entries: Sequence[RailEntry]


class RailModel(QObject):
    """Reads what stands in the rail again soon after a change, at most twice a second. Signals: `changed()`."""

    changed = Signal()

    def __init__(self, start: TaskStarter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._services: RailServices | None = None
        self._reading: asyncio.Task[None] | None = None
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self._on_soon_timeout)
        self._shows_all_drafts = False
        self._words = ""
        self._counts_are_old = True
        self._places: Sequence[RailEntry] = ()
        self._projects: Sequence[RailEntry] = ()
        self.sections: Sequence[RailSection] = ()
        self.trashed_drafts: Sequence[DraftEntry] = ()
        self.recent_drafts: Sequence[int] = ()
        """All drafts in the rail's order, also those that the filter hides."""
        self.folders: Mapping[int, Path | None] = {}

    def attach(self, services: RailServices) -> None:
        """Connect the services and read."""
        self._services = services
        self._on_soon_timeout()

    def touch(self) -> None:
        """Tasks, clips or projects have changed, so that everything is counted again."""
        self._counts_are_old = True
        self.touch_drafts()

    def touch_drafts(self) -> None:
        """A draft has changed, which happens with every pause of typing: of the clips, only searches can ask for that."""
        if not self._soon.isActive():
            self._soon.start()

    def show_all_drafts(self, shown: bool) -> None:
        """Show all drafts, or the last few only."""
        self._shows_all_drafts = shown
        self._on_soon_timeout()

    @property
    def can_filter(self) -> bool:
        """Whether there are so many drafts that a filter helps."""
        return bool(self._words) or len(self.recent_drafts) > DRAFTS_AT_FIRST

    def filter_drafts(self, words: str) -> None:
        """Show only the drafts with all these words in their text or name; none shows them as usual."""
        if words.strip() != self._words:
            self._words = words.strip()
            self._on_soon_timeout()

    def rename(self, entry: RailEntry, name: str) -> None:
        """Give a draft, search or project another name; a new project gets its first one."""
        services, name = self._services, name.strip()
        if services is None or not (name or entry.kind is RailKind.DRAFT):
            return
        match entry.kind:
            case RailKind.DRAFT:
                work = services.documents.rename(entry.number, name)
            case RailKind.PROJECT:
                work = services.project_keeping.rename(entry.number, name)
            case RailKind.NEW_PROJECT:
                work = services.project_keeping.create(name)
            case RailKind.SEARCH:
                work = services.save_search(SavedSearch(entry.number, name, entry.query))
            case _:
                return
        self._start(self._then_read(work), name="rename")

    def remove(self, entry: RailEntry) -> None:
        """Put a draft into the trash; remove a search or a project, whose clips stay."""
        services = self._services
        if services is None:
            return
        match entry.kind:
            case RailKind.DRAFT:
                work = services.documents.trash([entry.number])
            case RailKind.PROJECT:
                work = services.project_keeping.remove(entry.number)
            case RailKind.SEARCH:
                work = services.project_keeping.remove_search(entry.number)
            case _:
                return
        self._start(self._then_read(work), name="remove")

    def choose_folder(self, project: int, folder: Path | None) -> None:
        """Set where the clips of a project's next tasks go; None for the folder in the settings."""
        if self._services is not None:
            self._start(
                self._then_read(self._services.project_keeping.choose_folder(project, folder)), name="choose a project's folder"
            )

    def move_draft(self, draft: int, project: int | None) -> None:
        """Put a draft into a project, or into none."""
        if self._services is not None:
            self._start(self._then_read(self._services.documents.move_to_project([draft], project)), name="move a draft")

    def restore_draft(self, draft: int) -> None:
        """Take a draft out of the trash."""
        if self._services is not None:
            self._start(self._then_read(self._services.documents.restore([draft])), name="restore a draft")

    async def _then_read(self, work: Awaitable[object]) -> None:
        await work
        self.touch()

    def _on_soon_timeout(self) -> None:
        if self._services is None:
            return
        if self._reading is not None and not self._reading.done():
            self._soon.start()
        else:
            self._reading = self._start(self._read(self._services), name="Read the rail")

    async def _read(self, services: RailServices) -> None:
        drafts = await services.documents.entries()
        self.trashed_drafts = [draft for draft in drafts if draft.trashed_at is not None]
        drafts = [draft for draft in drafts if draft.trashed_at is None]
        self.recent_drafts = [draft.id for draft in drafts]
        if words := self._words:
            found = set(await services.documents.search(words))
            drafts = [draft for draft in drafts if draft.id in found]
        if self._counts_are_old:
            self._counts_are_old = False  # before it is awaited: what changes meanwhile is counted next time
            try:
                await self._count(services)
            except BaseException:
                self._counts_are_old = True
                raise
        searches = [
            RailEntry(RailKind.SEARCH, search.name, search.query, await services.count(search.query), search.id)
            for search in await services.searches()
        ]
        sections = [
            RailSection("Drafts", self._draft_lines(drafts)),
            RailSection("Library", self._places),
            RailSection("Saved searches", searches),
            RailSection("Projects", self._projects),
        ]
        sections = [section for section in sections if section.entries]
        if sections != self.sections:
            self.sections = sections
            self.changed.emit()

    async def _count(self, services: RailServices) -> None:
        """Count the clips of places and projects, which drafts cannot change."""
        self._places = [RailEntry(RailKind.PLACE, words, query, await services.count(query)) for words, query in PLACES]
        known = await services.projects()
        self.folders = {project.id: project.folder for project in known}
        projects = [
            RailEntry(
                RailKind.PROJECT, project.name, query := project_query(project.name), await services.count(query), project.id
            )
            for project in known
        ]
        if projects:
            projects.append(RailEntry(RailKind.NO_PROJECT, "No project", NO_PROJECT, await services.count(NO_PROJECT)))
        self._projects = [*projects, RailEntry(RailKind.NEW_PROJECT, "New project")]

    def _draft_lines(self, drafts: Sequence[DraftEntry]) -> list[RailEntry]:
        shown = drafts if self._shows_all_drafts or self._words else drafts[:DRAFTS_AT_FIRST]
        lines = [RailEntry(RailKind.DRAFT, draft.title, number=draft.id) for draft in shown]
        if self._words:
            return lines
        if len(drafts) > DRAFTS_AT_FIRST:
            words = "Fewer drafts" if self._shows_all_drafts else "All drafts"
            lines.append(RailEntry(RailKind.ALL_DRAFTS, words, count=len(drafts)))
        if self.trashed_drafts:
            lines.append(RailEntry(RailKind.DRAFT_TRASH, "Trashed drafts", count=len(self.trashed_drafts)))
        return [*lines, RailEntry(RailKind.NEW_DRAFT, "New draft", keys="Ctrl+N")]


def project_query(name: str) -> str:
    """Return the query for exactly this project."""
    return str(Named(Name.PROJECT, name, Quote.CLOSED))
