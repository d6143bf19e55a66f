"""What to do with a request whose model is refused: the models that take its draft over, and what that would change."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sora_studio.domain.failures import OF_THE_MODEL, explain
from sora_studio.domain.models.changes import preview
from sora_studio.domain.models.profile import ModelProfile, Status
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.task import Task, TaskState

MOST_OFFERED = 3
NOTHING_CHANGES = "Nothing else changes."


@dataclass(frozen=True, slots=True)
class Successor:
    """A model that a request can be opened with, and one sentence for each change."""

    slug: str
    title: str
    changes: tuple[str, ...]

    @property
    def words(self) -> str:
        """The changes as a text."""
        return " ".join(self.changes) or NOTHING_CHANGES


def no_profile(model: str) -> str:
    """Return the sentence about a task that waits although its model's file is gone."""
    return f"There is no profile of {model}: put the file back, or open the draft with another model."


def needs_another_model(task: Task, profile: ModelProfile | None) -> bool:
    """Return whether the task failed, or is kept waiting, because nothing can be sent to its model."""
    if task.state is TaskState.FAILED:
        return (task.fail_code or "").upper() in OF_THE_MODEL
    if task.state is not TaskState.WAITING or not task.trouble:
        return False
    if profile is None:
        return task.trouble == no_profile(task.request.model)
    return any(task.trouble == explain(code, None, model=profile.title).title for code in OF_THE_MODEL)


def successor_slugs(
    profile: ModelProfile, profiles: Mapping[str, ModelProfile], *, refused: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the successors that can be used, the best first: installed, not gone, and not among the `refused`."""
    known = (slug for slug in profile.successors if slug in profiles and slug not in refused)
    return tuple(slug for slug in known if profiles[slug].status is not Status.GONE)[:MOST_OFFERED]


def successors_of(
    request: GenerationRequest, profiles: Mapping[str, ModelProfile], *, refused: Collection[str] = ()
) -> tuple[Successor, ...]:
    """Return the models that the request can be opened with, and what would change; none without a profile of its model."""
    source = profiles.get(request.model)
    if source is None:
        return ()
    draft = as_draft(request, source)
    targets = [profiles[slug] for slug in successor_slugs(source, profiles, refused=refused)]
    return tuple(
        Successor(target.slug, target.title, tuple(change.say for change in preview(draft, source, target).changes))
        for target in targets
    )
