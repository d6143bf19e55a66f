"""Reads what Details shows of the selected tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.shared_facts import SharedFacts
from sora_studio.domain.task import Task
from sora_studio.viewmodels.library import details_model, shared_model
from sora_studio.viewmodels.library.details_model import Line
from sora_studio.viewmodels.library.family_model import Relative, relatives
from sora_studio.viewmodels.library.longest_words import longest_label
from sora_studio.viewmodels.library.shared_model import TagCount

if TYPE_CHECKING:
    from sora_studio.viewmodels.library.details_services import DetailsServices

MOST_COUNTED = 10_000
"""Of a larger selection, so many tasks are counted for what they share: it takes about 60 ms."""
MOST_RELATIVES = 24


@dataclass(frozen=True, slots=True)
class Details:
    """`ids` are what is selected. A single `task` comes with its family, several with what they share."""

    ids: Sequence[int] = ()
    task: Task | None = None
    shared: SharedFacts | None = None
    lines: Sequence[Line] = ()
    tags: Sequence[TagCount] = ()
    family: Sequence[Relative] = ()
    longest: str = ""
    """The name of the longest version that can be made of a single one, such as `15 s version`."""

    @property
    def count(self) -> int:
        """How many tasks the tags are counted over."""
        return self.shared.count if self.shared else int(self.task is not None)

    def is_about(self, changed: frozenset[int]) -> bool:
        """Return whether any of these tasks is shown, as a relative at least."""
        return not changed.isdisjoint(self.ids) or any(relative.tile.id in changed for relative in self.family)


async def read_details(services: "DetailsServices", ids: Sequence[int]) -> Details:
    """Read the details of the selected tasks; those that are gone are left out."""
    projects = {project.id: project.name for project in await services.projects()}
    if len(ids) == 1:
        return await _read_one(services, ids, projects)
    facts = await services.shared_by(ids[:MOST_COUNTED])
    if not facts.count:
        return Details(ids)
    lines = shared_model.shared(facts, services.profiles, projects, selected=len(ids))
    return Details(ids, shared=facts, lines=lines, tags=shared_model.tag_counts(facts))


async def _read_one(services: "DetailsServices", ids: Sequence[int], projects: Mapping[int, str]) -> Details:
    tasks = await services.tasks(ids)
    if not tasks:
        return Details(ids)
    (task,) = tasks
    family = await services.family_of(task.id)
    members = family.members[:MOST_RELATIVES]
    tiles = await services.rows(members) if len(members) > 1 else ()
    return Details(
        ids,
        task,
        lines=lines_of(task, services.profiles, projects),
        tags=shared_model.tag_counts(task),
        family=relatives(family, tiles, task.id),
        longest=longest_label(task, services.profiles),
    )


def lines_of(task: Task, profiles: Mapping[str, ModelProfile], projects: Mapping[int, str]) -> list[Line]:
    """Return the facts of one task; `projects` are names by id."""
    profile = profiles.get(task.request.model)
    return details_model.facts(task, profile, project=projects.get(task.project or 0, ""), now=datetime.now(UTC))
