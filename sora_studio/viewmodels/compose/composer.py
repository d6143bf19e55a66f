"""The composer's state and rules: what stands in the editor and its controls, kept as a draft and sent as a request."""

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import InvalidRequest, KeyMissing, Problem, PublicUrlNeeded
from sora_studio.domain.picture import PictureEdit, PictureRoute, Thumbnail
from sora_studio.domain.profile import ModelProfile, OptionValue
from sora_studio.domain.request import MAX_TAKES, GenerationRequest
from sora_studio.domain.task import Task
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.compose_complaints import Complaints, problems_of
from sora_studio.viewmodels.compose.compose_fitting import fitting, reachable, recropped, with_edits
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.draft_keeper import DraftKeeper
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_checks import PictureLooks
from sora_studio.viewmodels.compose.pictures.picture_history import PictureHistory
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape, shape_of
from sora_studio.viewmodels.starter import Starter

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices

_NEW_DRAFT = Draft(id=0, request=GenerationRequest(model="", prompt=""))
_SHAPE_FIELD = "aspect_ratio"


class ComposeModel(QObject):
    """What will be generated. It accepts everything from the first paint on; sending and saving begin with a studio.

    The draft is saved by itself: `keeper` says how that went. `looks` is what was found out about the pictures, `history` what
    they were before, `complaints` what is wrong.

    Signals: `changed()` when a control has to show something else, `route_needed()` when something was not sent because its
    pictures have no way to the service. Typing is no change: the editor already shows it.
    """

    changed = Signal()
    route_needed = Signal()

    def __init__(self, start: Starter, parent: QObject | None = None) -> None:
        """`start` runs the saving of the draft whenever it is due."""
        super().__init__(parent)
        self._start = start
        self._services: ComposeServices | None = None
        self._draft = _NEW_DRAFT
        self._restored = False
        self._submitting = False
        self.keeper = DraftKeeper(self)
        self.keeper.due.connect(self._on_keeper_due)
        self.complaints = Complaints()
        self._usual_callback = False
        self.looks = PictureLooks(self)
        self.history = PictureHistory()
        self.online = True

    # --- what there is to show ------------------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """Whether a studio is there and the last draft has been looked for."""
        return self._restored

    @property
    def profiles(self) -> Mapping[str, ModelProfile]:
        """The models to choose from."""
        return self._services.profiles if self._services else {}

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
    def limit(self) -> int | None:
        """The longest prompt in characters, once a profile says so."""
        return self.profile.prompt.max_chars if self.profile else None

    @property
    def generate_words(self) -> str:
        """What one press does: the takes of each picture, or of as many as the model takes at once, and their price."""
        profile, request = self.profile, self.request
        tasks = self._draft.takes * (len(request.split(profile)) if profile else 1)
        price_usd = profile.price_usd(request.options, request.route) if profile else None
        return compose_text.generate(tasks=tasks, price_usd=price_usd, online=self.online)

    @property
    def shape(self) -> Shape | None:
        """The clip's frame, for models that let one choose."""
        return shape_of(self.request.options.get(_SHAPE_FIELD))

    @property
    def ways(self) -> Ways:
        """To and from the service, as they are set up now."""
        return Ways.of(self._services, self.request) if self._services else Ways()

    def edit_of(self, source: str) -> PictureEdit:
        """What is changed of a picture."""
        return self.request.edits.get(source, PictureEdit())

    @property
    def has_key(self) -> bool:
        """Whether anything can be sent at all."""
        return self._services is not None and self._services.credentials.has_key

    @property
    def problems(self) -> Mapping[str, str]:
        """What is wrong, by the field of the control that it concerns."""
        return self.complaints.said(self.looks.known)

    @property
    def seen(self) -> Mapping[str, Seen]:
        """The last look at each picture, with what was found wrong with it since."""
        wrong = self.complaints.of_pictures
        return {source: picture_words.complained(seen, wrong.get(source, "")) for source, seen in self.looks.known.items()}

    # --- what a person changes ------------------------------------------------------------------------------------

    def set_prompt(self, prompt: str) -> None:
        """The editor's text, on every keystroke: cheap, and without `changed` unless a complaint about the prompt goes away."""
        if prompt != self.request.prompt:
            self._replace(replace(self.request, prompt=prompt))
            if self.complaints.forgive("prompt"):
                self.changed.emit()

    def note_removed_controls(self, count: int) -> None:
        """Say beside the editor that pasted text lost invisible characters; the next edit takes the words away."""
        self.complaints.add([Problem("prompt", compose_text.removed_controls(count))])
        self.changed.emit()

    def set_caret(self, caret: int) -> None:
        """Keep the caret's place, in Python characters, with the next save."""
        self._draft = replace(self._draft, caret=caret)
        self.keeper.touch()

    def set_option(self, field: str, value: OptionValue) -> None:
        """Choose a value of one of the profile's options."""
        request = replace(self.request, options={**self.request.options, field: value})
        if field == _SHAPE_FIELD:
            request = recropped(request, self.looks.known, shape_of(value))
        self._choose(field, request)

    def set_route(self, route: str) -> None:
        """Choose the service's `provider`."""
        self._choose("route", replace(self.request, route=route))

    def set_images(self, images: tuple[str, ...]) -> None:
        """URLs or absolute paths, each once; edits of what is gone go too. The caller follows with `check_images`."""
        images = tuple(dict.fromkeys(images))
        if images != self.request.images:
            self.history.record(self.request)
        self._put_images(images, self.request.edits)

    def undo_images(self) -> None:
        """Take the last change of the pictures back; what is gone returns with its edits. The caller follows as above."""
        self._put_back(self.history.undo(self.request))

    def redo_images(self) -> None:
        """Make it again. The caller follows as above."""
        self._put_back(self.history.redo(self.request))

    def set_edit(self, source: str, edit: PictureEdit, *, goes_on: bool = False) -> None:
        """Change what is sent of a picture; the caller follows with `look` and `check_images`.

        One that `goes_on` with the change before, as a crop does that is being drawn, is taken back together with it.
        """
        if edit != self.edit_of(source):
            self.history.record(self.request, goes_on=goes_on)
            self._choose("images", with_edits(self.request, {**self.request.edits, source: edit}))

    def set_callback(self, callback: bool) -> None:
        """Whether the service shall report the end."""
        self._choose("callback", replace(self.request, callback=callback))

    def set_pictures_by(self, route: PictureRoute | None) -> None:
        """How this task's pictures reach the service; None is the way of the settings."""
        self._choose("images", replace(self.request, pictures_by=route))

    def take_settings(self) -> None:
        """The settings may have changed: what is offered follows, and so does a new default."""
        if self._services is None:
            return
        if (usual := self._services.settings.current.callback) != self._usual_callback:
            self._usual_callback = usual
            self._replace(replace(self.request, callback=usual))
        self.changed.emit()

    def set_takes(self, takes: int) -> None:
        """How often the prompt is sent, 1 to 10."""
        self._draft = replace(self._draft, takes=min(max(takes, 1), MAX_TAKES))
        self._choose("takes", self.request)

    def set_model(self, slug: str) -> None:
        """Choose another model; what it does not know falls back to its own defaults."""
        self.use(replace(self.request, model=slug))

    def use(self, request: GenerationRequest) -> None:
        """Take everything from a request, as far as a loaded profile knows it."""
        if request.images != self.request.images:
            self.history.clear()
        self._replace(self._fitting(request))
        self.complaints.clear()
        self.changed.emit()

    def set_online(self, online: bool) -> None:
        """Whether the service can be reached."""
        if online != self.online:
            self.online = online
            self.changed.emit()

    # --- with a studio --------------------------------------------------------------------------------------------

    async def restore(self, services: "ComposeServices") -> Draft | None:
        """Begin to work with these services; returns the draft that the last session left, if any.

        What was typed before this moment wins: it becomes a draft of its own, and the earlier one is returned all the same, so
        that the editor can keep it one undo away. Raises what the storage raises; the composer can be used even then.
        """
        self._services = services
        self.online = services.tracking.snapshot().online
        earlier: Draft | None = None
        try:
            earlier = await services.drafts.latest()
        finally:
            self._begin(earlier)
        return earlier

    async def save(self) -> None:
        """Write the draft if anything has changed, once there is a place for it; a failure is tried again."""
        if self._services and self._restored and await self.keeper.save(self._services.drafts, lambda: self._draft):
            if (kept := self.keeper.kept) is not None:
                self._draft = replace(self._draft, id=kept.id, saved_at=kept.saved_at)
            self.changed.emit()

    def look(self, source: str, *, again: bool = False, patient: bool = False) -> Coroutine[object, object, None] | None:
        """To be awaited: find out what would be sent of a picture; `looks` tells. None while nobody can, or it is known.

        `patient`: nobody has it before their eyes.
        """
        profile, edit = self.profile, self.edit_of(source)
        if self._services is None or profile is None or source not in self.request.images:
            return None
        wanted = again or self.looks.is_new(source, edit, profile)
        return self.looks.look(self._services.pictures, source, edit, profile, patient=patient) if wanted else None

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        """A picture small and upright; None while nobody can draw it."""
        return await self._services.pictures.thumbnail(path, max_edge=max_edge) if self._services else None

    async def check_images(self) -> None:
        """Judge the pictures as `submit` would, and complain beside them."""
        if self._services is None or not self.request.images:
            return
        checked = reachable(self.request, self.ways)
        try:
            problems = await self._services.submission.check(checked, takes=self._draft.takes)
        except (InvalidRequest, PublicUrlNeeded) as error:
            problems = problems_of(error)
        now = self.request
        if (checked.images, checked.edits) == (now.images, now.edits):  # something else may have been chosen meanwhile
            self.complaints.forgive("images")
            self.complaints.add(problem for problem in map(self._at_images, problems) if problem.field == "images")
            self.changed.emit()

    async def submit(self, *, again: bool = False) -> list[Task]:
        """Send what stands here; returns once the tasks are on disk.

        An empty list when it was refused (`problems` says why) or when the same press is still under way. Raises
        `KeyMissing`, `RequestRepeated` unless it is meant `again`, and whatever the storage raises.
        """
        if self._services is None or self._submitting:
            return []
        if not self.has_key:
            raise KeyMissing
        self._submitting = True
        self.complaints.clear()
        try:
            request = reachable(self.request, self.ways)
            shown = {source: digest for source, digest in self.looks.shown.items() if source in request.images}
            tasks = await self._services.submission.submit(request, takes=self._draft.takes, again=again, shown=shown)
        except (InvalidRequest, PublicUrlNeeded) as error:
            self.complaints.add(map(self._at_images, problems_of(error)))
            if isinstance(error, PublicUrlNeeded):
                self.route_needed.emit()
            elif "images" in self.problems:
                self.looks.doubt()
            return []
        finally:
            self._submitting = False
            self.changed.emit()
        return tasks

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_keeper_due(self) -> None:
        self._start(self.save(), name="save draft")

    def _at_images(self, problem: Problem) -> Problem:
        """Too many takes can be chosen only by choosing too many pictures: there it is said."""
        return replace(problem, field="images") if problem.field == "takes" and len(self.request.images) > 1 else problem

    def _begin(self, earlier: Draft | None) -> None:
        """Whatever was typed meanwhile stays; an untouched composer takes the earlier draft over."""
        self._restored = True
        self._usual_callback = self._services is not None and self._services.settings.current.callback
        touched = bool(self.request.prompt or self.request.images)
        if earlier is None or touched:
            request = replace(self._fitting(self.request), callback=self._usual_callback)
            self._draft = replace(self._draft, request=request)
            if touched:
                self.keeper.touch()
        else:
            self._draft = replace(earlier, request=self._fitting(earlier.request))
            self.keeper.take(self._draft)
        self.changed.emit()

    def _put_images(self, images: tuple[str, ...], edits: Mapping[str, PictureEdit]) -> None:
        self.looks.keep_only(images)
        self._choose("images", with_edits(replace(self.request, images=images), edits))

    def _put_back(self, earlier: GenerationRequest) -> None:
        """Its pictures with their edits; crops of the shape that the clip had then take the one that it has now."""
        if shape_of(earlier.options.get(_SHAPE_FIELD)) != self.shape:
            earlier = recropped(earlier, self.looks.known, self.shape)
        self._put_images(earlier.images, earlier.edits)

    def _choose(self, field: str, request: GenerationRequest) -> None:
        """A control holds something else: what was said about it before is of no use."""
        self._replace(request)
        self.complaints.forgive(field)
        self.changed.emit()

    def _replace(self, request: GenerationRequest) -> None:
        self._draft = replace(self._draft, request=request)
        self.keeper.touch()

    def _fitting(self, request: GenerationRequest) -> GenerationRequest:
        mine = self._services.settings.current.model if self._services else ""
        return fitting(request, self.profiles, (request.model, self.request.model, mine))
