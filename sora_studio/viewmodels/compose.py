"""The composer's state and rules: what stands in the editor and its controls, kept as a draft and sent as a request."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import InvalidRequest, KeyMissing, Problem, PublicUrlNeeded, StudioError
from sora_studio.domain.profile import ModelProfile, OptionValue
from sora_studio.domain.request import MAX_TAKES, GenerationRequest
from sora_studio.domain.task import Task
from sora_studio.viewmodels.autosave import Autosave

if TYPE_CHECKING:
    from sora_studio.studio import Studio

_NEW_DRAFT = Draft(id=0, request=GenerationRequest(model="", prompt=""))


class ComposeModel(QObject):
    """What will be generated. It accepts everything from the first paint on; sending and saving begin with a studio.

    Signals: `changed()` when a control has to show something else, `save_due()` when `save` should run.
    Typing is no change: the editor already shows it.
    """

    changed = Signal()
    save_due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio: Studio | None = None
        self._draft = _NEW_DRAFT
        self._kept: Draft | None = None
        self._restored = False
        self._submitting = False
        self._saving = asyncio.Lock()
        self._autosave = Autosave(self)
        self._autosave.due.connect(self._on_autosave_due)
        self._problems: dict[str, str] = {}
        self.online = True
        self.save_trouble = ""

    # --- what there is to show ------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether a studio is there and the last draft has been looked for."""
        return self._restored

    @property
    def profiles(self) -> Mapping[str, ModelProfile]:
        """The models to choose from."""
        return self._studio.profiles if self._studio else {}

    @property
    def profile(self) -> ModelProfile | None:
        """The chosen model; None before there is a studio, or when it has no usable profile at all."""
        return self.profiles.get(self._draft.request.model)

    @property
    def request(self) -> GenerationRequest:
        """What stands here now; it need not be valid."""
        return self._draft.request

    @property
    def draft(self) -> Draft:
        """The request with takes, caret and when it was last saved."""
        return self._draft

    @property
    def unsaved(self) -> bool:
        """Whether a prompt stands here that the studio does not hold."""
        return bool(self.request.prompt) and (self._kept is None or self.request.prompt != self._kept.request.prompt)

    @property
    def limit(self) -> int | None:
        """The longest prompt in characters, once a profile says so."""
        return self.profile.prompt.max_chars if self.profile else None

    @property
    def price_usd(self) -> float | None:
        """One take's price, for profiles that know prices."""
        return self.profile.price_usd(self.request.options, self.request.route) if self.profile else None

    @property
    def has_key(self) -> bool:
        """Whether anything can be sent at all."""
        return self._studio is not None and self._studio.credentials.has_key

    @property
    def problems(self) -> Mapping[str, str]:
        """What is wrong, by the field of the control that it concerns."""
        return self._problems

    # --- what a person changes ------------------------------------------------------------------------------------

    def set_prompt(self, prompt: str) -> None:
        """The editor's text, on every keystroke: cheap, and without `changed` unless a complaint about the prompt goes away."""
        if prompt == self.request.prompt:
            return
        self._replace(replace(self.request, prompt=prompt))
        self._forgive("prompt")

    def set_caret(self, caret: int) -> None:
        """The caret's place in Python characters, kept with the next save."""
        self._draft = replace(self._draft, caret=caret)

    def touch(self) -> None:
        """Something that is part of the draft has changed, such as the caret's place."""
        self._autosave.touch()

    def set_option(self, field: str, value: OptionValue) -> None:
        """Choose a value of one of the profile's options."""
        self._replace(replace(self.request, options={**self.request.options, field: value}))
        self._forgive(field)
        self.changed.emit()

    def set_route(self, route: str) -> None:
        """Choose the service's `provider`."""
        self._replace(replace(self.request, route=route))
        self._forgive("route")
        self.changed.emit()

    def set_images(self, images: tuple[str, ...]) -> None:
        """URLs or absolute paths; the caller follows with `check_images`."""
        self._replace(replace(self.request, images=images))
        self._forgive("images")
        self.changed.emit()

    def set_takes(self, takes: int) -> None:
        """How often the prompt is sent, 1 to 10."""
        self._draft = replace(self._draft, takes=min(max(takes, 1), MAX_TAKES))
        self._autosave.touch()
        self._forgive("takes")
        self.changed.emit()

    def set_model(self, slug: str) -> None:
        """Choose another model; what it does not know falls back to its own defaults."""
        self._replace(self._fitting(replace(self.request, model=slug)))
        self._problems = {}
        self.changed.emit()

    def use(self, request: GenerationRequest) -> None:
        """Take everything from a request, as far as a loaded profile knows it."""
        self._replace(self._fitting(request))
        self._problems = {}
        self.changed.emit()

    def set_online(self, online: bool) -> None:
        """Whether the service can be reached."""
        if online != self.online:
            self.online = online
            self.changed.emit()

    # --- with a studio --------------------------------------------------------------------------------------------

    async def restore(self, studio: "Studio") -> Draft | None:
        """Begin to work with a studio; returns the draft that the last session left, if any.

        What was typed before this moment wins: it becomes a draft of its own, and the earlier one is returned all the same, so
        that the editor can keep it one undo away. Raises what the storage raises; the composer can be used even then.
        """
        self._studio = studio
        self.online = studio.tracking.snapshot().online
        earlier: Draft | None = None
        try:
            earlier = await studio.library.latest_draft()
        finally:
            self._begin(earlier)
        return earlier

    async def save(self) -> None:
        """Write the draft if anything has changed. One write at a time; a failure is kept in `save_trouble` and tried again."""
        async with self._saving:
            if self._studio is None or not self._restored or not self._autosave.pending:
                return
            self._autosave.settle()
            if self._draft == self._kept:
                return
            draft = self._draft
            try:
                kept = await self._studio.library.save_draft(draft)
            except StudioError as error:
                self.save_trouble = error.title
                self._autosave.retry()
            except BaseException:
                self._autosave.touch()  # cancelled half-way: it still has to be written
                raise
            else:
                self.save_trouble = ""
                self._draft = replace(self._draft, id=kept.id, saved_at=kept.saved_at)
                self._kept = replace(draft, id=kept.id, saved_at=kept.saved_at)
            self.changed.emit()

    async def check_images(self) -> None:
        """Look at the chosen picture as `submit` would, and complain beside it."""
        if self._studio is None or not (images := self.request.images):
            return
        try:
            problems = await self._studio.submission.check(self.request)
        except (InvalidRequest, PublicUrlNeeded) as error:
            problems = _problems_of(error)
        if images == self.request.images:  # another picture may have been chosen meanwhile
            self._forgive("images")
            self._complain([problem for problem in problems if problem.field == "images"])

    async def submit(self, *, again: bool = False) -> list[Task]:
        """Send what stands here; returns once the tasks are on disk.

        An empty list when it was refused (`problems` says why) or when the same press is still under way. Raises
        `KeyMissing`, `RequestRepeated` unless it is meant `again`, and whatever the storage raises.
        """
        if self._studio is None or self._submitting:
            return []
        if not self.has_key:
            raise KeyMissing
        self._submitting = True
        self._problems = {}
        try:
            tasks = await self._studio.submission.submit(self.request, takes=self._draft.takes, again=again)
        except (InvalidRequest, PublicUrlNeeded) as error:
            self._complain(_problems_of(error))
            return []
        finally:
            self._submitting = False
            self.changed.emit()
        return tasks

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_autosave_due(self) -> None:
        if self._restored:  # before that there is no place to save to, and afterwards it is due anew
            self.save_due.emit()

    def _begin(self, earlier: Draft | None) -> None:
        """Whatever was typed meanwhile stays; an untouched composer takes the earlier draft over."""
        self._restored = True
        touched = bool(self.request.prompt or self.request.images)
        if earlier is None or touched:
            self._draft = replace(self._draft, request=self._fitting(self.request))
            if touched:
                self._autosave.touch()
        else:
            self._draft = replace(earlier, request=self._fitting(earlier.request))
            self._kept = self._draft
            self._autosave.settle()
        self.changed.emit()

    def _replace(self, request: GenerationRequest) -> None:
        self._draft = replace(self._draft, request=request)
        self._autosave.touch()

    def _fitting(self, request: GenerationRequest) -> GenerationRequest:
        """The request on a model that is loaded, with only options and a route that this model has."""
        if not self.profiles:
            return request
        slug = next((slug for slug in self._preferred(request) if slug in self.profiles), next(iter(self.profiles)))
        profile = self.profiles[slug]
        options = {
            option.field: value
            for option in profile.options
            if (value := request.options.get(option.field)) is not None and option.allows(value)
        }
        route = request.route if request.route in profile.routing.values else ""
        return replace(request, model=slug, options=options, route=route).completed(profile)

    def _preferred(self, request: GenerationRequest) -> tuple[str, ...]:
        return (request.model, self.request.model, self._studio.settings.model if self._studio else "")

    def _forgive(self, field: str) -> None:
        if self._problems.pop(field, None) is not None:
            self.changed.emit()

    def _complain(self, problems: "list[Problem] | tuple[Problem, ...]") -> None:
        for problem in problems:
            said = self._problems.get(problem.field)
            self._problems[problem.field] = f"{said} {problem.message}" if said else problem.message
        self.changed.emit()


def _problems_of(error: InvalidRequest | PublicUrlNeeded) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, InvalidRequest) else (Problem("images", error.sentence),)
