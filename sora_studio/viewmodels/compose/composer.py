"""The composer: the request being composed, which is saved as a draft and sent as tasks."""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import BatchBlocked, InvalidRequest, KeyMissing, Problem, PublicUrlNeeded, StudioError
from sora_studio.domain.intent import Intent, Parent
from sora_studio.domain.models.profile import MediaKind, Status
from sora_studio.domain.request import (
    GenerationRequest,
)
from sora_studio.domain.task import Task
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.compose_changes import ComposeChanges, has_content
from sora_studio.viewmodels.compose.compose_complaints import problems_of
from sora_studio.viewmodels.compose.compose_fitting import reachable
from sora_studio.viewmodels.compose.compose_state import Aside
from sora_studio.viewmodels.compose.consent import NO_CONSENT, Consent
from sora_studio.viewmodels.compose.model_memory import ModelMemory
from sora_studio.viewmodels.compose.prompt_texts import PromptTexts, one_request
from sora_studio.viewmodels.compose.setup_history import SetupHistory
from sora_studio.viewmodels.compose.waiting_edit import WaitingEdit
from sora_studio.viewmodels.starter import Starter

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices


class ComposeModel(ComposeChanges):
    """The request being composed. Editable from the first paint; saving and sending need `restore` with the services.

    The draft is saved automatically; `keeper` has the result. `earlier_texts` are those of the draft that was opened last, the
    oldest first.

    Signals: `saved()` after the draft was written, `route_needed()` when a request was not sent because no picture route is set
    up.
    """

    saved = Signal()
    route_needed = Signal()

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        """`start` runs the saving of the draft whenever it is due."""
        super().__init__(parent)
        self._start = start
        self._submitting = False
        self._switching = asyncio.Lock()
        """Held while a draft is opened, and while an edit of a waiting task begins or ends: one after the other."""
        self.earlier_texts: Sequence[str] = ()
        self.waiting_edit = WaitingEdit(self)
        self.texts = PromptTexts(start, self)
        self.changed.connect(self._follow_texts)
        self.keeper.due.connect(self._on_keeper_due)

    @property
    def generate_words(self) -> str:
        """The Generate button's text: how many tasks one press creates, and their price."""
        shots = len(self.request.split(self.profile)) if self.profile else 1
        tasks = self._draft.takes * shots * self.texts.count
        return compose_text.generate(tasks=tasks, price=self.price, online=self.online)

    @property
    def sent_length(self) -> int:
        """The length of the prompt as it is sent, of the longest text if it stands for several, in characters."""
        longest = self.texts.longest
        return len(self.request.prompt) if longest is None else longest

    def set_prompt(self, prompt: str) -> None:
        """Set the prompt on every keystroke; see `ComposeChanges`."""
        super().set_prompt(prompt)
        self._follow_texts()

    async def restore(self, services: "ComposeServices") -> Draft | None:
        """Attach the services and return the last session's draft, if any.

        Text typed before wins and becomes a new draft; the earlier one is still returned, so that the editor can offer it as
        an undo step. Raises what the storage raises; the composer remains usable.
        """
        self._services = services
        self.inspection.attach(services.pictures, services.recordings)
        self.texts.attach(services.prompt_library)
        self._profiles = {slug: one for slug, one in services.profiles.items() if one.status is not Status.GONE}
        self.online = services.tracking.snapshot().online
        earlier: Draft | None = None
        try:
            earlier = await services.drafts.latest()
            await self._read_earlier_texts(earlier)
        finally:
            self._begin(earlier)
        return earlier

    async def open(self, draft: Draft | None) -> Draft | None:
        """Save the present draft and take over another one; None begins a new one with the same model and options.

        The edit of a waiting task is cancelled first. Return the draft that was left, which is not kept if nothing was ever
        written in it. Return None if that one is wanted, or cannot be saved: then it stays. The caller shows the new text
        before it awaits anything, so that no key reaches the wrong draft, and calls `check_media`.
        """
        if self._services is None:
            return None
        async with self._switching:
            await self.waiting_edit.cancel(self._services)
            if draft is not None and draft.id == self._draft.id:
                return None
            await self._read_earlier_texts(draft)
            if not await self.settle():
                return None
            return self._switch(self._services, draft)

    def _switch(self, services: "ComposeServices", draft: Draft | None) -> Draft:
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
        was_used, self._is_used = self._is_used, has_content(draft.request)
        if left.id and not was_used:
            self._start(services.drafts.discard(left.id), name="remove an empty draft")
        return left

    async def settle(self) -> bool:
        """Save until nothing is left to save, as typing may go on meanwhile; return whether that was possible."""
        while True:
            await self.save()
            if self.keeper.trouble or not self.keeper.pending:
                return not self.keeper.trouble

    async def save(self) -> None:
        """Save the draft if it has changed and the services are attached; a failed write is retried."""
        if self._services and self._restored and await self.keeper.save(self._services.drafts, lambda: self._draft):
            # After a failed write, `kept` may be another draft: the one from before the edit of a waiting task.
            if not self.keeper.trouble and (kept := self.keeper.kept) is not None:
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
            request, shown = self._to_send()
            rows = await self.texts.to_send(request.prompt, self._tags)
            if self.waiting_edit.is_under_way:
                async with self._switching:
                    return await self.waiting_edit.save(self._services, one_request(request, rows), shown)
            intent = Intent(self._draft.id or None, parent=self._parent_of(request))
            takes, again, ask = self._draft.takes, consent.again, not consent.batch
            if rows:
                batch = self._services.variation_batch
                tasks = await batch.send(request, rows, takes=takes, again=again, ask=ask, shown=shown, intent=intent)
            else:
                submission = self._services.submission
                tasks = await submission.submit(request, takes=takes, again=again, ask=ask, shown=shown, intent=intent)
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
            async with self._switching:
                await self.waiting_edit.begin(self._services, task)

    async def cancel_edit(self) -> None:
        """Leave the waiting task that is being edited as it was."""
        if self._services is not None and not self._submitting:
            async with self._switching:
                await self.waiting_edit.cancel(self._services)

    async def finish(self) -> None:
        """Save the draft, and release a waiting task that is being edited: closed is not saved."""
        await self.save()
        if self._services is not None:
            async with self._switching:
                await self.waiting_edit.release(self._services)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _to_send(self) -> tuple[GenerationRequest, dict[str, str]]:
        """Return the request as it would be sent, and the digests of its files as they were shown."""
        request = reachable(self.request, self.ways)
        return request, {source: digest for source, digest in self.inspection.shown.items() if source in request.files}

    @property
    def _tags(self) -> tuple[str, ...]:
        """How a prompt names the media of the chosen model."""
        return self.profile.tags if self.profile else ()

    def _follow_texts(self) -> None:
        self.texts.show(self.request.prompt, self._tags)

    def _parent_of(self, request: GenerationRequest) -> Parent | None:
        """Return the clip that the request continues, by a frame of it."""
        return next((self._origins[source] for source in request.sources if source in self._origins), None)

    async def _read_earlier_texts(self, draft: Draft | None) -> None:
        """Read what undo leads back to in a draft that is about to be shown. Without it, the draft can still be written."""
        self.earlier_texts = ()
        if self._services is not None and draft is not None and draft.id:
            with contextlib.suppress(StudioError):
                self.earlier_texts = await self._services.earlier_texts(draft.id)

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
            self._draft, self._is_used = replace(earlier, request=request), has_content(request)
            self.keeper.take(self._draft)
        self.changed.emit()
