"""One request for several models at once: as each of them takes it, with what changes and what keeps it back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sora_studio.domain.errors import Problem
from sora_studio.domain.models.carry import carry
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, as_draft, check_request

Moved = tuple[GenerationRequest, Sequence[str]]
"""A request for another model, and a sentence for each change."""


@dataclass(frozen=True, slots=True)
class BesideEntry:
    """The request as one model takes it. `notes` say what has changed, `problems` what keeps it from being sent.

    `parts` is the number of tasks of one take.
    """

    profile: ModelProfile
    request: GenerationRequest
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    parts: int


def beside(
    request: GenerationRequest,
    source: ModelProfile,
    targets: Iterable[ModelProfile],
    move: Callable[[ModelProfile], Moved],
) -> list[BesideEntry]:
    """Return the request as it is for its own model, then as `move` takes it to each of the others."""
    return [_entry(source, request, ()), *(_entry(target, *move(target)) for target in targets if target.slug != source.slug)]


def carried(request: GenerationRequest, source: ModelProfile, target: ModelProfile) -> Moved:
    """Return the request as the target takes it; see `carry`."""
    moved = carry(as_draft(request, source), source, target)
    draft = moved.draft
    request = replace(request, model=target.slug, mode=draft.mode, media=draft.media, set_aside=draft.set_aside)
    return replace(request, options=draft.options, route=draft.route, profile=target.digest), moved.notes


def _entry(profile: ModelProfile, request: GenerationRequest, notes: Sequence[str]) -> BesideEntry:
    parts = [part.completed(profile) for part in request.split(profile)]
    problems = dict.fromkeys(problem for part in parts for problem in check_request(part, profile))
    return BesideEntry(profile, request, tuple(notes), tuple(problems), len(parts))
