"""The services that Details uses."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.domain.task import Task
    from sora_studio.services.library.judging import Judging


@dataclass(frozen=True, slots=True)
class DetailsServices:
    """`project_of` returns a project's name, empty for none."""

    profiles: "Mapping[str, ModelProfile]"
    judging: "Judging"
    tasks: "Callable[[Sequence[int]], Awaitable[Sequence[Task]]]"
    takes_of: Callable[[int], Awaitable[Sequence[int]]]
    project_of: Callable[[int | None], Awaitable[str]]
