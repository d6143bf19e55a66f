"""The services that the panel of versions uses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.draft import Draft
    from sora_studio.domain.task import Task
    from sora_studio.services.writing.versions import Versions


@dataclass(frozen=True, slots=True)
class VersionsServices:
    """`draft` returns a draft as it is stored, `task` a task."""

    versions: "Versions"
    draft: "Callable[[int], Awaitable[Draft | None]]"
    task: "Callable[[int], Awaitable[Task | None]]"
