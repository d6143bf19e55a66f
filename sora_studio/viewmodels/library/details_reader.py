"""Reads what Details shows of the selected tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.task import Task
from sora_studio.viewmodels.library import details_model, shared_model
from sora_studio.viewmodels.library.details_model import Line
from sora_studio.viewmodels.library.family_model import Relative, relatives
from sora_studio.viewmodels.library.longest_words import longest_label
from sora_studio.viewmodels.library.shared_model import TagCount

if TYPE_CHECKING:
    from sora_studio.viewmodels.library.details_services import DetailsServices

MOST_READ = 2000
"""Of a larger selection, so many tasks are read for what they share."""
MOST_RELATIVES = 24


@dataclass(frozen=True, slots=True)
class Details:
    """`ids` are what is selected, `tasks` those of them that were read. A family is read for a single one only."""

    ids: Sequence[int] = ()
    tasks: Sequence[Task] = ()
    lines: Sequence[Line] = ()
    tags: Sequence[TagCount] = ()
    family: Sequence[Relative] = ()
    longest: str = ""
    """The name of the longest version that can be made of a single one, such as `15 s version`."""

    @property
    def single(self) -> Task | None:
        """The task, if it is one."""
        return self.tasks[0] if len(self.ids) == len(self.tasks) == 1 else None

    def is_about(self, changed: frozenset[int]) -> bool:
        """Return whether any of these tasks is shown, itself or as a relative."""
        return not changed.isdisjoint([task.id for task in self.tasks] + [relative.tile.id for relative in self.family])


async def read_details(services: "DetailsServices", ids: Sequence[int]) -> Details:
    """Read the details of the selected tasks; those that are gone are left out."""
    tasks = await services.tasks(ids[:MOST_READ])
    projects = {project.id: project.name for project in await services.projects()}
    tags = shared_model.tag_counts(tasks)
    if len(ids) != 1 or not tasks:
        lines = shared_model.shared(tasks, services.profiles, projects, selected=len(ids)) if tasks else ()
        return Details(ids, tasks, lines, tags)
    (task,) = tasks
    family = await services.family_of(task.id)
    members = family.members[:MOST_RELATIVES]
    tiles = await services.rows(members) if len(members) > 1 else ()
    lines, longest = lines_of(task, services.profiles, projects), longest_label(task, services.profiles)
    return Details(ids, tasks, lines, tags, relatives(family, tiles, task.id), longest)


def lines_of(task: Task, profiles: Mapping[str, ModelProfile], projects: Mapping[int, str]) -> list[Line]:
    """Return the facts of one task; `projects` are names by id."""
    profile = profiles.get(task.request.model)
    return details_model.facts(task, profile, project=projects.get(task.project or 0, ""), now=datetime.now(UTC))
