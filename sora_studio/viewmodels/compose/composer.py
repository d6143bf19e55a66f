"""The composer's rules: what changes the current request, which is saved as a draft and sent as tasks."""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import BatchBlocked, InvalidRequest, KeyMissing, Problem, PublicUrlNeeded
from sora_studio.domain.intent import Intent, Parent
from sora_studio.domain.models.carry import mode_for_media
from sora_studio.domain.models.draft import Media, Medium
from sora_studio.domain.models.profile import MediaKind, Mode, Role, Status
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.request import (
    MAX_TAKES,
    RULE,
    GenerationRequest,
    MediaEdit,
    slot_of,
)
from sora_studio.domain.task import Task
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.compose_complaints import problems_of
from sora_studio.viewmodels.compose.compose_fitting import fitting, reachable, recropped, taken_over
from sora_studio.viewmodels.compose.compose_state import Aside, ComposeState
from sora_studio.viewmodels.compose.consent import NO_CONSENT, Consent
from sora_studio.viewmodels.compose.draft_keeper import DraftKeeper
from sora_studio.viewmodels.compose.media_places import moved, rescaled
from sora_studio.viewmodels.compose.model_memory import ModelMemory
from sora_studio.viewmodels.compose.pictures.picture_words import shape_chosen
from sora_studio.viewmodels.compose.setup_history import SetupHistory
from sora_studio.viewmodels.compose.waiting_edit import WaitingEdit
from sora_studio.viewmodels.starter import Starter

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices


class ComposeModel(ComposeState):
    """The request being composed. Editable from the first paint; saving and sending need `restore` with the services.

    The draft is saved automatically; `keeper` has the result.

    Signals: `changed()` when controls must be updated (not while typing: the editor already shows the text), `saved()` after
    the draft was written, `route_needed()` when a request was not sent because no picture route is set up.
    """

    changed = Signal()
    saved = Signal()
    route_needed = Signal()

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        """`start` runs the saving of the draft whenever it is due."""
        super().__init__(parent)
        self._start = start
        self._submitting = False
        self._is_used = False  # whether anything has been written in the draft since it was opened
        self._usual_callback = False
        self.waiting_edit = WaitingEdit(self)
        self.keeper = DraftKeeper(self)
        self.keeper.due.connect(self._on_keeper_due)

    # --- changes --------------------------------------------------------------------------------------------------

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

    def set_online(self, online: bool) -> None:
        """Set whether the service is reachable."""
        if online != self.online:
            self.online = online
            self.changed.emit()

    # --- with services --------------------------------------------------------------------------------------------

    async def restore(self, services: "ComposeServices") -> Draft | None:
        """Attach the services and return the last session's draft, if any.

        Text typed before wins and becomes a new draft; the earlier one is still returned, so that the editor can offer it as
        an undo step. Raises what the storage raises; the composer remains usable.
        """
        self._services = services
        self.inspection.attach(services.pictures, services.recordings)
        self._profiles = {slug: one for slug, one in services.profiles.items() if one.status is not Status.GONE}
        self.online = services.tracking.snapshot().online
        earlier: Draft | None = None
        try:
            earlier = await services.drafts.latest()
        finally:
            self._begin(earlier)
        return earlier

    async def open(self, draft: Draft | None) -> Draft | None:
        """Save the present draft and take over another one; None begins a new one with the same model and options.

        Return the draft that was left, which is not kept if nothing was ever written in it. Return None and change nothing if
        it cannot be saved. The caller shows the new text before it awaits anything, so that no key reaches the wrong draft,
        and calls `check_media`.
        """
        if self._services is None:
            return None
        while True:  # typing may go on while the draft is written
            await self.save()
            if self.keeper.trouble:
                return None
            if not self.keeper.pending:
                break
        left, now = self._draft, self.request
        if left.id:
            self._aside[left.id] = Aside(self.history, self._memory)
        known = self._aside.get(draft.id) if draft is not None else None
        self.history, self._memory = (known.history, known.memory) if known else (SetupHistory(), ModelMemory())
        if draft is None:
            empty = replace(now, prompt="", media={}, set_aside={}, edits={}, seen={})
            draft = Draft(0, self._fitting(empty), takes=1)
        request, self._notes = self._taken_over(draft.request)
        self._draft, self._moved = replace(draft, request=request), False
        self.keeper.take(self._draft)
        self.inspection.keep_only(request.sources)
        self.complaints.clear()
        self.changed.emit()
        was_used, self._is_used = self._is_used, _has_content(draft.request)
        if left.id and not was_used:
            self._start(self._services.drafts.discard(left.id), name="remove an empty draft")
        return left

    async def save(self) -> None:
        """Save the draft if it has changed and the services are attached; a failed write is retried."""
        if self._services and self._restored and await self.keeper.save(self._services.drafts, lambda: self._draft):
            if (kept := self.keeper.kept) is not None:
                self._draft = replace(self._draft, id=kept.id, saved_at=kept.saved_at)
            self.changed.emit()
            self.saved.emit()

    def look(self, source: str, *, again: bool = False, patient: bool = False) -> Coroutine[object, object, None] | None:
        """Return a coroutine that finds out what would be sent of a picture, film or sound; None if not possible or known.

        `patient`: low priority, for media out of sight.
        """
        slot = self.slot_for(source)
        if slot is None or slot.kind is MediaKind.LORA:
            return None
        edit = self.edit_of(source) if slot.kind is MediaKind.IMAGE else self.film_edit_of(source)
        return self.inspection.look(source, edit, slot, again=again, patient=patient)

    async def set_favourites(self, slugs: tuple[str, ...]) -> None:
        """Keep the favourite models in the settings. Raises what saving them raises."""
        if self._services is not None:
            settings = self._services.settings
            await settings.change(replace(settings.current, favourite_models=slugs))

    async def check_media(self) -> None:
        """Validate the media as `submit` would, and record their problems."""
        if self._services is None or not self.request.media:
            return
        checked = reachable(self.request, self.ways)
        try:
            problems = await self._services.submission.check(checked, takes=self._draft.takes)
        except (InvalidRequest, PublicUrlNeeded) as error:
            problems = problems_of(error)
        now = self.request
        if (checked.media, checked.edits) == (now.media, now.edits):  # something else may have been chosen meanwhile
            self.complaints.forgive("images")
            self.complaints.add(problem for problem in map(self._at_images, problems) if problem.field == "images")
            self.changed.emit()

    async def submit(self, consent: Consent = NO_CONSENT) -> list[Task]:
        """Send the current request; return once the tasks are on disk.

        Returns an empty list if it was refused (see `problems`) or a previous call is still running. Raises `KeyMissing`,
        `RequestRepeated` or `BatchQuestion` without the user's consent, and what the storage raises.
        """
        if self._services is None or self._submitting:
            return []
        if not self.has_key:
            raise KeyMissing
        self._submitting = True
        self.complaints.clear()
        try:
            await self.save()  # so that the tasks belong to this draft
            request = reachable(self.request, self.ways)
            shown = {source: digest for source, digest in self.inspection.shown.items() if source in request.files}
            if self.waiting_edit.is_under_way:
                return await self.waiting_edit.save(self._services, request, shown)
            tasks = await self._services.submission.submit(
                request,
                takes=self._draft.takes,
                again=consent.again,
                ask=not consent.batch,
                shown=shown,
                intent=Intent(self._draft.id or None, parent=self._parent_of(request)),
            )
        except BatchBlocked as blocked:
            self.complaints.add([self._at_images(Problem("takes", blocked.sentence))])
            return []
        except (InvalidRequest, PublicUrlNeeded) as error:
            self.complaints.add(map(self._at_images, problems_of(error)))
            if isinstance(error, PublicUrlNeeded):
                self.route_needed.emit()
            elif "images" in self.problems:
                self.inspection.doubt()
            return []
        finally:
            self._submitting = False
            self.changed.emit()
        if tasks:
            self._notes, self._moved = (), False
            self.changed.emit()
        return tasks

    async def edit_waiting(self, task: int) -> None:
        """Edit a waiting task; `submit` then saves it. Nothing happens while the last press is being carried out."""
        if self._services is not None and self._restored and not self._submitting:
            await self.waiting_edit.begin(self._services, task)

    async def cancel_edit(self) -> None:
        """Leave the waiting task that is being edited as it was."""
        if self._services is not None and not self._submitting:
            await self.waiting_edit.cancel(self._services)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _parent_of(self, request: GenerationRequest) -> Parent | None:
        """Return the clip that the request continues, by a frame of it."""
        return next((self._origins[source] for source in request.sources if source in self._origins), None)

    def _on_keeper_due(self) -> None:
        self._start(self.save(), name="save draft")

    def _at_images(self, problem: Problem) -> Problem:
        """Move a problem with the takes to the pictures if there are several: they caused it, as takes alone are clamped."""
        return replace(problem, field="images") if problem.field == "takes" and len(self.request.sources) > 1 else problem

    def _begin(self, earlier: Draft | None) -> None:
        """Keep what was entered meanwhile, or take over the earlier draft if nothing was."""
        self._restored = True
        self._usual_callback = self._services is not None and self._services.settings.current.callback
        touched = bool(self.request.prompt or self.request.media)
        if earlier is None or touched:
            request = replace(self._fitting(self.request), callback=self._usual_callback)
            self._draft = replace(self._draft, request=request)
            if touched:
                self.keeper.touch()
        else:
            request, self._notes = self._taken_over(earlier.request)
            self._draft, self._is_used = replace(earlier, request=request), _has_content(request)
            self.keeper.take(self._draft)
        self.changed.emit()

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
        self._is_used = self._is_used or _has_content(request)
        self.keeper.touch()

    def _taken_over(self, request: GenerationRequest) -> tuple[GenerationRequest, Sequence[str]]:
        known = self._services.profiles if self._services else self._profiles
        return taken_over(request, self._profiles, known, self._preferred(request))

    def _preferred(self, request: GenerationRequest) -> tuple[str, ...]:
        mine = self._services.settings.current.model if self._services else ""
        return (request.model, self.request.model, mine)

    def _fitting(self, request: GenerationRequest) -> GenerationRequest:
        return fitting(request, self.profiles, self._preferred(request))


def _has_content(request: GenerationRequest) -> bool:
    return bool(request.prompt or request.media or request.set_aside)
