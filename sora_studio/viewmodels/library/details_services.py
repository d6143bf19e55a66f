"""The services that Details reads from, and saves notes with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.family import Family
    from sora_studio.domain.library import TileFacts
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.domain.project import Project
    from sora_studio.domain.shared_facts import SharedFacts
    from sora_studio.domain.task import Task
    from sora_studio.services.library.judging import Judging


@dataclass(frozen=True, slots=True)
class DetailsServices:
    """`tags` are the tags in use, those of most tasks first."""

    profiles: "Mapping[str, ModelProfile]"
    judging: "Judging"
    tasks: "Callable[[Sequence[int]], Awaitable[Sequence[Task]]]"
    shared_by: "Callable[[Sequence[int]], Awaitable[SharedFacts]]"
    family_of: "Callable[[int], Awaitable[Family]]"
    rows: "Callable[[Sequence[int]], Awaitable[Sequence[TileFacts]]]"
    projects: "Callable[[], Awaitable[Sequence[Project]]]"
    tags: Callable[[], Awaitable[Sequence[str]]]
