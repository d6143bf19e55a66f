"""The service that exports tasks into one file."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.exports import Exported, ExportFormat, Progress
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.query import parse
from sora_studio.services.library.exporting.bundle import BundleWriter
from sora_studio.services.library.exporting.contact_sheet import write_sheet
from sora_studio.services.library.exporting.evidence import write_evidence
from sora_studio.services.library.exporting.new_file import NewFile, new_file
from sora_studio.services.library.exporting.selection import Row, Selection
from sora_studio.services.library.exporting.tables import write_csv, write_json

if TYPE_CHECKING:
    from sora_studio.storage.exports import SqliteExports
    from sora_studio.storage.library_queries import LibraryQueries
    from sora_studio.storage.projects import SqliteProjects
    from sora_studio.storage.tasks import SqliteTasks

SHEET_EDGE = 480
"""Pixels of a poster's longer edge in the contact sheet: sharp on a card, and about 20 KB."""
_TITLE = "Contact sheet"


class Exporting:
    """Writes a selection of tasks into a new file, all of it or nothing. `shrink` returns a picture as a small JPEG."""

    def __init__(
        self,
        tasks: "SqliteTasks",
        queries: "LibraryQueries",
        projects: "SqliteProjects",
        exports: "SqliteExports",
        *,
        profiles: Mapping[str, ModelProfile],
        shrink: Callable[[Path, int], Awaitable[bytes]],
        now: Callable[[], datetime],
    ) -> None:
        self._queries, self._projects, self._exports = queries, projects, exports
        self._selection = Selection(tasks, queries, projects)
        self._profiles = profiles
        self._shrink = shrink
        self._now = now

    async def find(self, search: str) -> list[int]:
        """Return the tasks that a query finds, in its order; an empty one finds all that are not in the trash or hidden."""
        now = self._now()
        today = now.astimezone().date()
        return list((await self._queries.index(parse(search), now=now, today=today, with_clips=False)).ids)

    async def export(
        self,
        tasks: Sequence[int],
        format: ExportFormat,  # noqa: A002 - it is one
        path: Path,
        *,
        title: str = _TITLE,
        on_progress: Progress = lambda _done, _all: None,
    ) -> Exported:
        """Write the tasks to `path`, and return what was written. `title` heads the contact sheet.

        Raises `FileUnusable` if there is a file with that name, `FileNotWritten`, `StorageFull` or `FolderSilent`; then, and
        when it is cancelled, no file is left.
        """
        async with new_file(path) as file:
            pages = self._counted(tasks, on_progress)
            match format:
                case ExportFormat.CSV:
                    return Exported(path, await write_csv(file, pages))
                case ExportFormat.JSON:
                    return Exported(path, await write_json(file, pages))
                case ExportFormat.HTML:
                    count = await write_sheet(
                        file,
                        pages,
                        tasks=len(tasks),
                        made_at=self._now(),
                        shrink=lambda poster: self._shrink(poster, SHEET_EDGE),
                        title=title,
                    )
                    return Exported(path, count)
                case ExportFormat.EVIDENCE:
                    return Exported(path, await write_evidence(file, pages, profiles=self._profiles, made_at=self._now()))
                case ExportFormat.BUNDLE:
                    return await self._bundle(file, pages)

    async def _bundle(self, file: NewFile, pages: AsyncGenerator[list[Row]]) -> Exported:
        writer = BundleWriter(file, self._exports, self._now())
        await writer.write(pages, await self._projects.all())
        return Exported(file.path, writer.tasks, writer.clips, tuple(str(missing["file"]) for missing in writer.missing))

    async def _counted(self, tasks: Sequence[int], on_progress: Progress) -> AsyncGenerator[list[Row]]:
        done = 0
        async for page in self._selection.pages(tasks):
            yield page
            done += len(page)
            on_progress(done, len(tasks))
