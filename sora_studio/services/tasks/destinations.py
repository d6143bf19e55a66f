"""Where the clips of new tasks go: decided once, when a task is added, and stored with it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from sora_studio.domain.intent import Intent
from sora_studio.domain.project import Project


class Destinations:
    """Completes intents. `named` is the folder that this run was started with (`--output`); None without one.

    `project` finds a project by its number, `project_of` the number of a document's project.
    """

    def __init__(
        self,
        project: Callable[[int], Awaitable[Project | None]],
        project_of: Callable[[int], Awaitable[int | None]],
        *,
        named: Path | None,
    ) -> None:
        self._project = project
        self._project_of = project_of
        self._named = named

    async def complete(self, intent: Intent) -> Intent:
        """Return the intent with its project, which may be its document's, and with its folder.

        The folder is its own, else the one that this run was started with, else its project's. Without any of them the clips
        go to the folder in the settings when they are saved. A project that no longer exists is left out.
        """
        number = intent.project
        if number is None and intent.document is not None:
            number = await self._project_of(intent.document)
        project = await self._project(number) if number is not None else None
        folder = intent.output_dir or self._named or (project.folder if project else None)
        return replace(intent, project=project.id if project else None, output_dir=folder)
