"""The services that the library's commands on clips use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sora_studio.domain.clip import Clip
    from sora_studio.domain.models.profile import ModelProfile
    from sora_studio.domain.project import Project
    from sora_studio.domain.shared_facts import SharedFacts
    from sora_studio.domain.task import Task
    from sora_studio.services.library.judging import Judging
    from sora_studio.services.tasks.submission import Submission
    from sora_studio.viewmodels.library.details_model import Line


@dataclass(frozen=True, slots=True)
class ClipServices:
    """`files_of` returns the files of saved clips, `facts_of` what Details says of a task.

    `add_project` raises `InvalidSetting` for an unusable name; `choose_poster` shows the frame at that time, the middle one for
    None.
    """

    profiles: "Mapping[str, ModelProfile]"
    judging: "Judging"
    submission: "Submission"
    tasks: "Callable[[Sequence[int]], Awaitable[Sequence[Task]]]"
    shared_by: "Callable[[Sequence[int]], Awaitable[SharedFacts]]"
    facts_of: "Callable[[Sequence[Task]], Awaitable[Sequence[Sequence[Line]]]]"
    files_of: Callable[[Sequence[int]], Awaitable[Sequence[Path]]]
    projects: "Callable[[], Awaitable[Sequence[Project]]]"
    add_project: "Callable[[str], Awaitable[Project]]"
    tags: Callable[[], Awaitable[Sequence[str]]]
    choose_poster: "Callable[[Clip, float | None], Awaitable[Path]]"
