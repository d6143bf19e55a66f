"""What stands in the rail: the library's places, saved searches and projects, with live counts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.query_filters import Name, Named, Quote
from sora_studio.viewmodels.library.room_services import RoomServices
from sora_studio.viewmodels.starter import TaskStarter

REFRESH_MS = 500
PLACES = (
    ("All clips", ""),
    ("Not seen", "is:unseen"),
    ("Kept", "kept"),
    ("Expiring", "is:expiring"),
    ("Trash", "is:trashed"),
)


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A line of the rail: its words, the query that it stands for, and how many clips that finds."""

    words: str
    query: str
    count: int
    project: int | None = None
    search: int | None = None


@dataclass(frozen=True, slots=True)
class RailSection:
    """A heading and its lines."""

    title: str
    entries: Sequence[RailEntry]


class RailModel(QObject):
    """Reads the counts again soon after a change, at most twice a second. Signals: `changed()`."""

    changed = Signal()

    def __init__(self, start: TaskStarter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._services: RoomServices | None = None
        self._reading: asyncio.Task[None] | None = None
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self._on_soon_timeout)
        self.sections: Sequence[RailSection] = ()

    def attach(self, services: RoomServices) -> None:
        """Connect the services and read."""
        self._services = services
        self._on_soon_timeout()

    def touch(self) -> None:
        """Something has changed."""
        if not self._soon.isActive():
            self._soon.start()

    def _on_soon_timeout(self) -> None:
        if self._services is None:
            return
        if self._reading is not None and not self._reading.done():
            self._soon.start()
        else:
            self._reading = self._start(self._read(self._services), name="Read the rail")

    async def _read(self, services: RoomServices) -> None:
        places = [RailEntry(words, query, await services.count(query)) for words, query in PLACES]
        searches = [
            RailEntry(search.name, search.query, await services.count(search.query), search=search.id)
            for search in await services.searches()
        ]
        projects = [
            RailEntry(project.name, query := project_query(project.name), await services.count(query), project=project.id)
            for project in await services.projects()
        ]
        if projects:
            projects.append(RailEntry("No project", "project:none", await services.count("project:none")))
        sections = [RailSection("Library", places), RailSection("Saved searches", searches), RailSection("Projects", projects)]
        sections = [section for section in sections if section.entries]
        if sections != self.sections:
            self.sections = sections
            self.changed.emit()


def project_query(name: str) -> str:
    """Return the query for exactly this project."""
    return str(Named(Name.PROJECT, name, Quote.CLOSED))
