"""Buttons that open a task's draft with a successor of its model, for the notice, the stage and the card's menu."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.successors import needs_another_model, successors_of
from sora_studio.domain.task import Task


@dataclass(frozen=True, slots=True)
class SuccessorStep:
    """A button that opens the draft with the model of that slug and title; `tip` is what would change."""

    model: str
    title: str
    tip: str

    @property
    def label(self) -> str:
        """The text of the button beside others."""
        return f"Open with {self.title}"

    @property
    def whole_label(self) -> str:
        """The text of the button where there is room for it."""
        return f"Open this draft with {self.title}"


def successor_steps(
    request: GenerationRequest, profiles: Mapping[str, ModelProfile], *, refused: Collection[str] = ()
) -> tuple[SuccessorStep, ...]:
    """Return a button for each successor of the request's model, the best first."""
    offered = successors_of(request, profiles, refused=refused)
    return tuple(SuccessorStep(one.slug, one.title, one.words) for one in offered)


def steps_of(task: Task, profiles: Mapping[str, ModelProfile], *, refused: Collection[str] = ()) -> tuple[SuccessorStep, ...]:
    """Return the buttons of a task that needs another model; none for any other task."""
    if not needs_another_model(task, profiles.get(task.request.model)):
        return ()
    return successor_steps(task.request, profiles, refused=refused)
