"""Making, renaming and removing projects, and removing saved searches."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.domain.project import Project, SavedSearch
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.undo_steps import PutBack, UndoSteps

if TYPE_CHECKING:
    from sora_studio.storage.projects import SqliteProjects


class ProjectKeeping:
    """Changes projects and removes searches. Each change of an existing one is a step of `UndoSteps`."""

    def __init__(self, core: Core, projects: "SqliteProjects", steps: UndoSteps) -> None:
        self._core = core
        self._projects = projects
        self._steps = steps

    async def create(self, name: str) -> Project:
        """Add a project. Raises `InvalidSetting` if the name is unusable or taken."""
        project = await self._projects.save(Project(0, name), at=self._core.clock.now())
        self._steps.add(f"Project {project.name} added", self._removing(project.id))
        return project

    async def rename(self, project: int, name: str) -> None:
        """Give a project another name. Raises like `create`."""
        found = await self._projects.get(project)
        if found is not None and found.name != name.strip():
            await self._projects.save(replace(found, name=name), at=self._core.clock.now())
            self._steps.add("Project renamed", self._saving(found))

    async def choose_folder(self, project: int, folder: Path | None) -> None:
        """Set where clips of the project's next tasks go; None for the folder in the settings."""
        found = await self._projects.get(project)
        if found is not None and found.folder != folder:
            await self._projects.save(replace(found, folder=folder), at=self._core.clock.now())
            self._steps.add(f"Folder of {found.name} changed", self._saving(found))

    async def remove(self, project: int) -> None:
        """Remove a project; its tasks and drafts stay, in no project."""
        found = await self._projects.get(project)
        if found is not None:
            await self._projects.remove(project, at=self._core.clock.now())
            self._steps.add(f"Project {found.name} removed", self._bringing_back(project))

    async def remove_search(self, search: int) -> None:
        """Remove a saved search."""
        found = next((one for one in await self._projects.searches() if one.id == search), None)
        if found is not None:
            await self._projects.remove_search(search)
            self._steps.add(f"Search {found.name} removed", self._searching_again(found))

    def _searching_again(self, search: SavedSearch) -> PutBack:
        async def put_back() -> PutBack:
            return self._removing_search(await self._projects.save_search(replace(search, id=0)))

        return put_back

    def _removing_search(self, search: SavedSearch) -> PutBack:
        async def put_back() -> PutBack:
            await self._projects.remove_search(search.id)
            return self._searching_again(search)

        return put_back

    def _saving(self, former: Project) -> PutBack:
        async def put_back() -> PutBack:
            now = await self._projects.get(former.id)
            await self._projects.save(former, at=self._core.clock.now())
            return self._saving(now or former)

        return put_back

    def _removing(self, project: int) -> PutBack:
        async def put_back() -> PutBack:
            await self._projects.remove(project, at=self._core.clock.now())
            return self._bringing_back(project)

        return put_back

    def _bringing_back(self, project: int) -> PutBack:
        async def put_back() -> PutBack:
            await self._projects.bring_back(project)
            return self._removing(project)

        return put_back
