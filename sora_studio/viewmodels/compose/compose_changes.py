"""What changes the request that is being composed: its text, options, media, model and mode."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import Problem
from sora_studio.domain.events import ConnectionChanged
from sora_studio.domain.intent import Parent
from sora_studio.domain.models.carry import mode_for_media
from sora_studio.domain.models.draft import Media, Medium
from sora_studio.domain.models.profile import Mode, Role
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import (
    MAX_TAKES,
    RULE,
    GenerationRequest,
    MediaEdit,
    slot_of,
)
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.compose_fitting import fitting, recropped, taken_over
from sora_studio.viewmodels.compose.compose_state import ComposeState
from sora_studio.viewmodels.compose.draft_keeper import DraftKeeper
from sora_studio.viewmodels.compose.media_places import moved, rescaled
from sora_studio.viewmodels.compose.pictures.picture_words import shape_chosen


class ComposeChanges(ComposeState):
    """The changes, each at once. What was changed is saved as a draft whenever `keeper` says so.

    Signals: `changed()` when controls must be updated (not while typing: the editor already shows the text).
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_used = False  # whether anything has been written in the draft since it was opened
        self._usual_callback = False
        self.keeper = DraftKeeper(self)

    def set_prompt(self, prompt: str) -> None:
        """Set the prompt on every keystroke. Cheap; emits `changed` only if a problem of the prompt is cleared."""
        if prompt != self.request.prompt:
            self._replace(replace(self.request, prompt=prompt))
            if self.complaints.forgive("prompt"):
                self.changed.emit()

    def note_removed_controls(self, count: int) -> None:
        """Show that pasted text lost invisible characters, until the next edit."""
        self.complaints.add([Problem("prompt", compose_text.removed_controls(count))])
        self.changed.emit()

    def set_caret(self, caret: int) -> None:
        """Set the caret's position, in Python characters, for the next save."""
        self._draft = replace(self._draft, caret=caret)
        self.keeper.touch()

    def set_option(self, field: str, value: OptionValue) -> None:
        """Choose a value of one of the profile's options."""
        request = replace(self.request, options={**self.request.options, field: value})
        self._choose(field, self._reshaped(request))

    def unset_option(self, field: str) -> None:
        """Leave an option that has no default to the service."""
        options = {name: value for name, value in self.request.options.items() if name != field}
        self._choose(field, self._reshaped(replace(self.request, options=options)))

    def set_route(self, route: str) -> None:
        """Choose the route (the service's `provider`)."""
        self._choose("route", replace(self.request, route=route))

    def set_media(self, role: Role, sources: Sequence[str]) -> None:
        """Set the media of a role (URLs or absolute paths); drop duplicates and stale edits. Call `check_media` afterwards.

        The mode follows, if the present one does not take them.
        """
        known = {medium.address: medium for medium in self.request.media.get(role, ())}
        kind = self._kind_in(role)
        found = tuple(known.get(source) or Medium(source, kind) for source in dict.fromkeys(sources))
        if found == self.request.media.get(role, ()):
            self._choose("images", self.request)
            return
        self.history.record(self.request)
        self._put_media({**self.request.media, role: found})

    def move_medium(self, source: str, role: Role, index: int) -> None:
        """Move a medium before the one at `index` of a role that takes its kind. In a full role it changes places.

        Call `check_media` afterwards.
        """
        media = moved(self.request.media, self.places, source, role, index)
        if media != self.request.media:
            self.history.record(self.request)
            self._put_media(media)

    def set_scale(self, address: str, scale: float, *, goes_on: bool = False) -> None:
        """Set how strongly a LoRA acts. `goes_on` as in `set_edit`."""
        media = rescaled(self.request.media, address, scale)
        if media != self.request.media:
            self.history.record(self.request, goes_on=goes_on)
            self._memory.media_changed()
            self._choose("images", self.request.with_media(media))

    def put_in_mode(self, mode: Mode, role: Role, source: str) -> None:
        """Add a medium in a role of a mode, as one step to undo; where one fits only, it replaces the present one.

        Call `check_media` afterwards.
        """
        profile = self.profile
        slot = slot_of(profile, mode.id, role) if profile else None
        if profile is None or slot is None:
            return
        self.history.record(self.request)
        self._memory.media_changed()
        request, notes = self.request, ()
        if mode != self.mode:
            request, notes = self._memory.in_mode(request, profile, mode)
        present = request.media.get(role, ())
        if slot.max is not None and len(present) >= slot.max:
            present = present[: slot.max - 1]
        added = Medium(source, slot.kind)
        media = tuple(dict.fromkeys((*(one for one in present if one.address != source), added)))
        self._move(request.with_media({**request.media, role: media}), notes)

    def drop_aside(self, source: str) -> None:
        """Remove a medium that was set aside."""
        self._memory.media_changed()
        self.history.record(self.request)
        aside = self.request.set_aside
        left = {role: tuple(one for one in media if one.address != source) for role, media in aside.items()}
        left = {role: media for role, media in left.items() if media}
        self._choose("images", replace(self.request, set_aside=left).with_media(self.request.media))

    def undo(self) -> None:
        """Undo the last change of model, mode, media or their edits. Call `check_media` afterwards."""
        self._put_back(self.history.undo(self.request))

    def redo(self) -> None:
        """Redo the last undone change. Call `check_media` afterwards."""
        self._put_back(self.history.redo(self.request))

    def set_edit(self, source: str, edit: MediaEdit, *, goes_on: bool = False) -> None:
        """Set a medium's edit; call `look` and `check_media` afterwards.

        `goes_on` merges the change with the previous one into one undo step, as while a crop is being dragged.
        """
        if edit != self.request.edits.get(source, type(edit)()):
            self.history.record(self.request, goes_on=goes_on)
            edits = {**self.request.edits, source: edit}
            self._choose("images", replace(self.request, edits=edits).with_media(self.request.media))

    def note_origin(self, source: str, origin: Parent) -> None:
        """Remember which clip a medium was taken from, so that a task that is made with it continues that clip."""
        self._origins[source] = origin

    def set_callback(self, callback: bool) -> None:
        """Set whether the service calls back when the task ends."""
        self._choose("callback", replace(self.request, callback=callback))

    def set_pictures_by(self, route: PictureRoute | None) -> None:
        """Set the picture route of this task; None uses the one in the settings."""
        self._choose("images", replace(self.request, pictures_by=route))

    def take_settings(self) -> None:
        """Apply changed settings: a new default for the callback, and the routes offered."""
        if self._services is None:
            return
        if (usual := self._services.settings.current.callback) != self._usual_callback:
            self._usual_callback = usual
            self._replace(replace(self.request, callback=usual))
        self.changed.emit()

    def take_estimates(self) -> None:
        """Show what is known now of prices and times."""
        self.changed.emit()

    def set_takes(self, takes: int) -> None:
        """Set how often the request is sent, clamped to 1 … `MAX_TAKES`."""
        self._draft = replace(self._draft, takes=min(max(takes, 1), MAX_TAKES))
        self._choose("takes", self.request)

    def set_model(self, slug: str) -> None:
        """Choose another model. Options go along by meaning; what was left with that model comes back."""
        source, target = self.profile, self.profiles.get(slug)
        if source is None or target is None or source.slug == slug:
            return
        self.history.record(self.request)
        self._move(*self._memory.in_model(self.request, source, target))

    def in_model(self, slug: str) -> tuple[GenerationRequest, Sequence[str]]:
        """Return the request as it would be with another model, and a sentence for each change. Nothing is chosen."""
        source, target = self.profile, self.profiles.get(slug)
        if source is None or target is None or source.slug == slug:
            return self.request, ()
        request, notes = self._memory.preview(self.request, source, target)
        return self._reshaped(self._fitting(request)), notes

    def set_mode(self, mode_id: str) -> None:
        """Choose another mode of the model. Media without a place there are set aside, and come back."""
        profile, now = self.profile, self.mode
        mode = profile.mode(mode_id) if profile else None
        if profile is None or mode is None or mode == now:
            return
        self.history.record(self.request)
        self._move(*self._memory.in_mode(self.request, profile, mode))

    def use(self, request: GenerationRequest) -> None:
        """Take over a request, adapted to a loaded profile."""
        if request.media != self.request.media:
            self.history.clear()
        self._memory.clear()
        fitted, self._notes = self._taken_over(request)
        self._replace(fitted)
        self.complaints.clear()
        self.changed.emit()

    def open_draft(self, draft: Draft) -> None:
        """Replace the draft; call `save` before, so that nothing of the present one is lost."""
        self._draft = draft
        self.use(draft.request)

    def complain(self, problem: Problem) -> None:
        """Show a problem until the next edit."""
        self.complaints.add([problem])
        self.changed.emit()

    def take_connection(self, change: ConnectionChanged) -> None:
        """Show whether the service is reachable."""
        if change.online != self.online:
            self.online = change.online
            self.changed.emit()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _put_media(self, media: Media) -> None:
        """Replace the media; the mode follows if it does not take them, or needs some that are gone."""
        self._memory.media_changed()
        profile, mode = self.profile, self.mode
        request = self.request.with_media(media)
        self.inspection.keep_only(request.sources)
        if profile is not None and mode is not None:
            wanted = mode_for_media(profile, mode, request.media)
            if wanted != mode:
                self._move(*self._memory.in_mode(request, profile, wanted))
                return
        self._choose("images", request)

    def _put_back(self, earlier: GenerationRequest) -> None:
        """Restore an earlier model, mode and media, with their edits; in the same mode the options chosen since stay."""
        self._memory.media_changed()
        now = self.request
        request = replace(now, edits=earlier.edits, set_aside=earlier.set_aside)
        if (earlier.model, earlier.mode) != (now.model, now.mode):
            request = replace(request, model=earlier.model, mode=earlier.mode, options=earlier.options, route=earlier.route)
        request = self._fitting(request.with_media(earlier.media))
        if shape_chosen(earlier, self._options_of(request)) != shape_chosen(request, self._options_of(request)):
            request = recropped(request, self.looks.known, shape_chosen(request, self._options_of(request)))
        self.inspection.keep_only(request.sources)
        self._choose("images", request)

    def _move(self, request: GenerationRequest, notes: Sequence[str]) -> None:
        """Take over the request as it is in another model or mode, and say what has changed."""
        self._replace(self._reshaped(self._fitting(request)))
        self._notes, self._moved = sorted(notes, key=lambda note: " is set aside: " not in note), True
        self.complaints.clear()
        self.changed.emit()

    def _choose(self, field: str, request: GenerationRequest) -> None:
        """Set a control's new value and clear its stale problems."""
        self._replace(request)
        self._notes, self._moved = (), False
        for about in (field, RULE):
            self.complaints.forgive(about)
        self.changed.emit()

    def _reshaped(self, request: GenerationRequest) -> GenerationRequest:
        """Adapt the crops if the clip has got another shape."""
        shape = shape_chosen(request, self._options_of(request))
        return request if shape in (None, self.shape) else recropped(request, self.looks.known, shape)

    def _replace(self, request: GenerationRequest) -> None:
        self._draft = replace(self._draft, request=request)
        self._is_used = self._is_used or has_content(request)
        self.keeper.touch()

    def _taken_over(self, request: GenerationRequest) -> tuple[GenerationRequest, Sequence[str]]:
        known = self._services.profiles if self._services else self._profiles
        return taken_over(request, self._profiles, known, self._preferred(request))

    def _preferred(self, request: GenerationRequest) -> tuple[str, ...]:
        mine = self._services.settings.current.model if self._services else ""
        return (request.model, self.request.model, mine)

    def _fitting(self, request: GenerationRequest) -> GenerationRequest:
        return fitting(request, self.profiles, self._preferred(request))


def has_content(request: GenerationRequest) -> bool:
    """Return whether anything was written or put into a request."""
    return bool(request.prompt or request.media or request.set_aside)
