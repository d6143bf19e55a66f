"""The services that the rail uses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.project import Project, SavedSearch
    from sora_studio.services.library.project_keeping import ProjectKeeping
    from sora_studio.services.writing.documents import Documents


@dataclass(frozen=True, slots=True)
class RailServices:
    """`count` returns how many clips a query's text finds; `save_search` adds a search, or changes the one with its number."""

    documents: "Documents"
    project_keeping: "ProjectKeeping"
    count: Callable[[str], Awaitable[int]]
    searches: "Callable[[], Awaitable[Sequence[SavedSearch]]]"
    save_search: "Callable[[SavedSearch], Awaitable[object]]"
    projects: "Callable[[], Awaitable[Sequence[Project]]]"
