"""Takes the request to another model or mode, and back to what it was there."""

from dataclasses import replace

from sora_studio.domain.beside import carried
from sora_studio.domain.models.carry import place
from sora_studio.domain.models.profile import Mode, ModelProfile
from sora_studio.domain.request import GenerationRequest, as_draft, mode_of
from sora_studio.viewmodels.compose.compose_fitting import options_in_mode


class ModelMemory:
    """The requests as they were left, by model and mode, the last one at the end. Going back restores them."""

    def __init__(self) -> None:
        self._left = dict[str, dict[str, GenerationRequest]]()
        self._in_place = set[tuple[str, str]]()
        """Models and modes whose media were arranged as they are now, when they were left."""

    def clear(self) -> None:
        """Forget everything: another draft begins."""
        self._left.clear()
        self._in_place.clear()

    def media_changed(self) -> None:
        """Forget how media were arranged elsewhere: the user has changed them. The options still come back."""
        self._in_place.clear()

    def in_model(
        self, request: GenerationRequest, source: ModelProfile, target: ModelProfile
    ) -> tuple[GenerationRequest, tuple[str, ...]]:
        """Return the request for another model, and a sentence for each change. What was left there comes back."""
        self._leave(request, source)
        return self.preview(request, source, target)

    def preview(
        self, request: GenerationRequest, source: ModelProfile, target: ModelProfile
    ) -> tuple[GenerationRequest, tuple[str, ...]]:
        """Return the same as `in_model`, and remember nothing."""
        if (there := self.restored(request, target)) is not None:
            return there, ()
        left = self._left.get(target.slug, {})
        last = next(reversed(left.values()), None)
        moved, notes = carried(request, source, target)
        if last is not None:  # its options come back; only the media are new there
            known = left.get(moved.mode, last)
            return self._with_left_options(moved, known, target), place(
                as_draft(request, source), mode_of(moved, target), target
            ).notes
        return moved, tuple(notes)

    def restored(self, request: GenerationRequest, target: ModelProfile) -> GenerationRequest | None:
        """Return the request as it was left with a model; None if it never was, or its media were changed since."""
        last = next(reversed(self._left.get(target.slug, {}).values()), None)
        if last is None or (target.slug, last.mode) not in self._in_place or not target.mode(last.mode):
            return None
        there = replace(last, prompt=request.prompt, callback=request.callback, pictures_by=request.pictures_by)
        return replace(there, edits=request.edits, seen={})

    def in_mode(
        self, request: GenerationRequest, profile: ModelProfile, mode: Mode
    ) -> tuple[GenerationRequest, tuple[str, ...]]:
        """Return the request for another mode of its model, and a sentence for each medium that changes its role or place."""
        self._leave(request, profile)
        left = self._left[profile.slug].get(mode.id)
        if left is not None and (profile.slug, mode.id) in self._in_place:
            there = replace(request, mode=mode.id, media=left.media, set_aside=left.set_aside)
            return self._with_left_options(there, left, profile), ()
        placed = place(as_draft(request, profile), mode, profile)
        moved = replace(request, mode=mode.id, media=placed.media, set_aside=placed.set_aside)
        return self._with_left_options(moved, left or request, profile), placed.notes

    def _leave(self, request: GenerationRequest, profile: ModelProfile) -> None:
        modes = self._left.setdefault(profile.slug, {})
        mode = mode_of(request, profile).id
        modes.pop(mode, None)
        modes[mode] = replace(request, mode=mode)
        self._in_place.add((profile.slug, mode))

    def _with_left_options(
        self, request: GenerationRequest, left: GenerationRequest, profile: ModelProfile
    ) -> GenerationRequest:
        if left.mode == request.mode:
            return replace(request, options=left.options, route=left.route)
        former = mode_of(left, profile)
        return replace(request, options=options_in_mode(left.options, former, mode_of(request, profile), profile))
