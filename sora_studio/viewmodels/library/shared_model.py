"""What several selected tasks have in common: facts, tags with their counts, and what can be sent again. Pure functions."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.money import dollars
from sora_studio.domain.search_words import fold
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.library.details_model import Line
from sora_studio.viewmodels.quantities import clock_text

RETRIED = frozenset({Phase.FAILED, Phase.EXPIRED, Phase.CANCELLED})
"""Phases of tasks that made nothing that can be had: they can be sent again together."""


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, and how many of the selected tasks have it."""

    name: str
    count: int


def tag_counts(tasks: Sequence[Task]) -> list[TagCount]:
    """Return the tags of the tasks: those of most tasks first, then by name."""
    names, counts = dict[str, str](), Counter[str]()
    for task in tasks:
        for tag in task.tags:
            names.setdefault(fold(tag), tag)
            counts[fold(tag)] += 1
    ordered = sorted(counts, key=lambda folded: (-counts[folded], folded))
    return [TagCount(names[folded], counts[folded]) for folded in ordered]


def shared(
    tasks: Sequence[Task], profiles: Mapping[str, ModelProfile], projects: Mapping[int, str], *, selected: int
) -> list[Line]:
    """Return what the tasks have in common; of more selected ones, these are the first."""
    kept = sum(task.verdict == "kept" for task in tasks)
    rejected = sum(task.verdict == "rejected" for task in tasks)
    known = [task.cost_usd for task in tasks if task.cost_usd is not None]
    lengths = [clip.film.duration_s for task in tasks for clip in task.clips if clip.film]
    total = dollars(sum(known)) if known else "price unknown"
    words = [
        Line("Model", _same(tasks, lambda task: _title(task.request.model, profiles), "models")),
        Line("Project", _same(tasks, lambda task: projects.get(task.project or 0, "none"), "projects")),
        Line("Decided", f"{kept:,} kept · {rejected:,} rejected · {len(tasks) - kept - rejected:,} open"),
        Line("Cost", total if len(known) in (0, len(tasks)) else f"{total}, unknown for {len(tasks) - len(known):,}"),
        Line("Length", clock_text(sum(lengths)) if lengths else ""),
        Line("Read", f"the first {len(tasks):,} of {selected:,}" if len(tasks) < selected else ""),
    ]
    return [line for line in words if line.words]


def retried(tasks: Sequence[Task]) -> int:
    """Return how many of the tasks can be sent again together."""
    return sum(task.phase in RETRIED for task in tasks)


def _same(tasks: Sequence[Task], of: Callable[[Task], str], plural: str) -> str:
    found = {of(task) for task in tasks}
    return found.pop() if len(found) == 1 else f"{len(found)} {plural}"


def _title(model: str, profiles: Mapping[str, ModelProfile]) -> str:
    return profiles[model].title if model in profiles else model
