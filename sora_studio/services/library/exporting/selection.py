"""Reads the tasks of an export in pages, with what the database knows beside them."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.domain.task import Task

if TYPE_CHECKING:
    from sora_studio.storage.library_queries import LibraryQueries
    from sora_studio.storage.projects import SqliteProjects
    from sora_studio.storage.tasks import SqliteTasks

PAGE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A task of the export. `project` is the name of its project, `is_stale` whether its draft has moved on."""

    task: Task
    project: str | None = None
    is_stale: bool = False


class Selection:
    """Reads rows. What is purged meanwhile is left out."""

    def __init__(self, tasks: "SqliteTasks", queries: "LibraryQueries", projects: "SqliteProjects") -> None:
        self._tasks, self._queries, self._projects = tasks, queries, projects

    async def pages(self, tasks: Sequence[int]) -> AsyncGenerator[list[Row]]:
        """Yield the rows of these tasks in their order."""
        names = {project.id: project.name for project in await self._projects.all()}
        for start in range(0, len(tasks), PAGE):
            page = tasks[start : start + PAGE]
            stale = await self._queries.stale(page)
            found = await self._tasks.get_many(page)
            yield [Row(task, names.get(task.project or 0), task.id in stale) for task in found]
