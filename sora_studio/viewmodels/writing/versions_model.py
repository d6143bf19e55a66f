"""The versions of the draft in the editor, or of the clip that is selected, and the comparison of two of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.version import Version, VersionEntry
from sora_studio.domain.writing.comparison import Comparison
from sora_studio.viewmodels.starter import TaskStarter
from sora_studio.viewmodels.writing.version_words import NOW, DaySection, sections, title_of

if TYPE_CHECKING:
    from sora_studio.viewmodels.writing.versions_services import VersionsServices

REFRESH_MS = 300


class VersionsModel(QObject):
    """Reads only while it is watched. `chosen` is compared with `other`, or with what is written now.

    `shown` is the chosen version, or the usual one when none is.

    Signals: `changed()` with another list, `compared()` with another comparison, `counted(int, int)` with the number of the
    document's versions that are kept for ever and the newest of them, also while it is not watched.
    """

    changed = Signal()
    compared = Signal()
    counted = Signal(int, int)

    def __init__(
        self, start: TaskStarter, written: Callable[[int], GenerationRequest | None], parent: QObject | None = None
    ) -> None:
        """`written` returns what the editor holds if that document is open there."""
        super().__init__(parent)
        self._start = start
        self._written = written
        self._services: VersionsServices | None = None
        self._reading: asyncio.Task[None] | None = None
        self._is_watched = False
        self._takes: tuple[int, ...] = ()
        self._wanted: int | None = None  # the version to be chosen once the list has been read
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self._read_now)
        self._count_soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._count_soon.timeout.connect(self._count_now)
        self._entries: Sequence[VersionEntry] = ()
        self.document = 0
        self.sections: Sequence[DaySection] = ()
        self.chosen: Version | None = None
        self.other: Version | None = None
        self.shown: Version | None = None
        self.comparison: Comparison | None = None
        self.titles = ("", "")

    @property
    def versions(self) -> list[Version]:
        """All versions, the newest first."""
        return [entry.version for entry in self._entries]

    def attach(self, services: "VersionsServices") -> None:
        """Connect the services."""
        self._services = services
        self._count_now()
        self._read_now()

    def watch(self, *, is_watched: bool) -> None:
        """Say whether the panel is visible."""
        self._is_watched = is_watched
        if is_watched:
            self._read_now()

    def show_document(self, document: int) -> None:
        """Show the versions of a document; 0 for none."""
        if self._takes:
            self._takes = ()
            self.touch()
        if document != self.document:
            self.document, self.chosen, self.other = document, None, None
            self._count_now()
            self._read_now()

    def show_takes(self, tasks: Sequence[int]) -> None:
        """Show the versions of a task's document; two tasks are compared with one another."""
        self._takes = tuple(tasks[:2]) if len(tasks) <= 2 else ()
        self._read_now()

    def touch(self) -> None:
        """A version, a clip or the draft has changed."""
        if not self._count_soon.isActive():
            self._count_soon.start()
        if self._is_watched and not self._soon.isActive():
            self._soon.start()

    def choose(self, version: Version | None, other: Version | None = None) -> None:
        """Compare a version with another one, or with what is written now (None)."""
        if version is not None and other is not None and other.id < version.id:
            version, other = other, version
        if (version, other) != (self.chosen, self.other) or len(self._takes) > 1:
            self.chosen, self.other, self._takes = version, other, ()
            self.shown = version
            self._read_now()

    def name(self, version: Version, name: str) -> None:
        """Give a version a name; an empty one takes it away."""
        if self._services is not None:
            self._start(self._services.versions.name(version, name), name="name a version")

    def _read_now(self) -> None:
        if self._services is None or not self._is_watched:
            return
        if self._reading is not None and not self._reading.done():
            self._soon.start()
        else:
            self._reading = self._start(self._read(self._services), name="read versions")

    def _count_now(self) -> None:
        if self._services is not None:
            self._start(self._count(self._services), name="count versions")

    async def _count(self, services: "VersionsServices") -> None:
        document = self.document
        count, newest = await services.versions.count(document) if document else (0, 0)
        if document == self.document:
            self.counted.emit(count, newest)

    async def _read(self, services: "VersionsServices") -> None:
        if self._takes:
            await self._follow_takes(services)
        document = self.document
        now = await self._now(services, document)
        entries = await services.versions.listed(document) if document else ()
        versions = [entry.version for entry in entries]
        changes = await services.versions.changes(versions)
        if document != self.document:  # another one was chosen meanwhile
            self._soon.start()
            return
        current = versions[0].id if versions and now is not None and versions[0].request.as_written == now.prompt else None
        self._entries = entries
        known = {version.id: version for version in versions}
        wanted, self._wanted = self._wanted or (self.chosen.id if self.chosen else 0), None
        self.chosen = known.get(wanted)
        self.other = known.get(self.other.id) if self.other else None
        found = sections(entries, changes, current=current, today=datetime.now().astimezone().date())
        if found != self.sections:
            self.sections = found
            self.changed.emit()
        await self._compare(services, now, current)

    async def _compare(self, services: "VersionsServices", now: GenerationRequest | None, current: int | None) -> None:
        asked = self._asked
        before, after, titles = await self._sides(services, now, current)
        comparison = await services.versions.compare(before, after) if before is not None and after is not None else None
        if asked != self._asked:  # another one was chosen meanwhile, and is compared next
            return
        self.comparison, self.titles = comparison, titles
        self.compared.emit()

    async def _sides(
        self, services: "VersionsServices", now: GenerationRequest | None, current: int | None
    ) -> tuple[GenerationRequest | None, GenerationRequest | None, tuple[str, str]]:
        """Return the two requests that are compared, and what they are called."""
        self.shown = None
        if len(self._takes) > 1:
            tasks = [await services.task(task) for task in sorted(self._takes)]
            requests = [task.request if task else None for task in tasks]
            return requests[0], requests[1], (f"Task {min(self._takes)}", f"task {max(self._takes)}")
        chosen = self.shown = self.chosen or self._usual(current)
        if chosen is None:
            return None, None, ("", "")
        if self.other is not None:
            title = title_of(self.other)
            return chosen.request, self.other.request, (title_of(chosen), title[:1].lower() + title[1:])
        if now is None:  # a text that was sent from elsewhere and never opened here
            return chosen.request, self.versions[0].request, (title_of(chosen), "the newest")
        return _as_written(chosen.request), now, (title_of(chosen), NOW)

    @property
    def _asked(self) -> tuple[object, ...]:
        """What is to be compared."""
        return self.document, self.chosen, self.other, self._takes

    def _usual(self, current: int | None) -> Version | None:
        """Return the newest version that is not the text of now: what was done since is of most interest."""
        return next((version for version in self.versions if version.id != current), None)

    async def _follow_takes(self, services: "VersionsServices") -> None:
        """Go to the document of the takes; the version of a single one is chosen."""
        task = await services.task(self._takes[0])
        if task is None:
            self._takes = ()
            return
        if task.document != self.document:
            self.document, self.chosen, self.other = task.document, None, None
        if len(self._takes) == 1:
            self._takes, self._wanted = (), task.version

    async def _now(self, services: "VersionsServices", document: int) -> GenerationRequest | None:
        if (written := self._written(document)) is not None:
            return written
        draft = await services.draft(document) if document else None
        return draft.request if draft else None


def _as_written(request: GenerationRequest) -> GenerationRequest:
    """Return a request as a draft has it: with the text that its prompt was made of."""
    return replace(request, prompt=request.as_written, written="")
