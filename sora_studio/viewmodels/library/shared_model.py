"""What Details says of several selected tasks. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sora_studio.domain.judgement import Verdict
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.money import dollars
from sora_studio.domain.shared_facts import SharedFacts
from sora_studio.domain.task import Task
from sora_studio.viewmodels.library.details_model import Line
from sora_studio.viewmodels.quantities import clock_text


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, and how many of the selected tasks have it."""

    name: str
    count: int


def tag_counts(of: Task | SharedFacts) -> list[TagCount]:
    """Return the tags: of one task in its order, of several those of most tasks first."""
    if isinstance(of, Task):
        return [TagCount(tag, 1) for tag in of.tags]
    return [TagCount(name, count) for name, count in of.tags.items()]


def shared(
    facts: SharedFacts, profiles: Mapping[str, ModelProfile], projects: Mapping[int, str], *, selected: int
) -> list[Line]:
    """Return what the tasks have in common; of more selected ones, these are the first."""
    kept, rejected = facts.verdicts.get(Verdict.KEPT, 0), facts.verdicts.get(Verdict.REJECTED, 0)
    total = dollars(facts.cost_usd) if facts.priced else "price unknown"
    unpriced = facts.count - facts.priced
    models = {profiles[model].title if model in profiles else model for model in facts.models}
    words = [
        Line("Model", _same(sorted(models), "models")),
        Line("Project", _same([projects.get(project or 0, "none") for project in facts.projects], "projects")),
        Line("Decided", f"{kept:,} kept · {rejected:,} rejected · {facts.count - kept - rejected:,} open"),
        Line("Cost", f"{total}, unknown for {unpriced:,}" if unpriced and facts.priced else total),
        Line("Length", clock_text(facts.length_s) if facts.length_s else ""),
        Line("Counted", f"the first {facts.count:,} of {selected:,}" if facts.count < selected else ""),
    ]
    return [line for line in words if line.words]


def _same(found: Sequence[str], plural: str) -> str:
    return found[0] if len(found) == 1 else f"{len(found)} {plural}"
