"""Where the clips of new tasks go: decided once, when a task is added, and stored with it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from sora_studio.domain.intent import Intent
from sora_studio.domain.project import Project


class Destinations:
    """Completes intents. `named` is the folder that this run was started with (`--output`); None without one."""

    def __init__(self, project: Callable[[int], Awaitable[Project | None]], *, named: Path | None) -> None:
        self._project = project
        self._named = named

    async def complete(self, intent: Intent) -> Intent:
        """Return the intent with its folder: its own, else the one this run was started with, else its project's.

        Without any of them the intent has no folder, and the clips go to the one in the settings when they are saved. A project
        that no longer exists is left out.
        """
        project = await self._project(intent.project) if intent.project is not None else None
        folder = intent.output_dir or self._named or (project.folder if project else None)
        return replace(intent, project=project.id if project else None, output_dir=folder)
