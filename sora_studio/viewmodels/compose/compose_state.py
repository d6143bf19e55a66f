"""The composer's state: the current request, the models, and what is known of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from sora_studio.domain.draft import Draft
from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.intent import Parent
from sora_studio.domain.models.draft import USUAL_KINDS, Medium
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModelProfile, Option, Role
from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.request import (
    GenerationRequest,
    as_draft,
    film_edit,
    mode_of,
    picture_edit,
    slot_of,
)
from sora_studio.viewmodels.compose.clip_uses import ClipOffer, clip_offers
from sora_studio.viewmodels.compose.compose_complaints import Complaints
from sora_studio.viewmodels.compose.compose_routes import Ways
from sora_studio.viewmodels.compose.media_inspection import MediaInspection
from sora_studio.viewmodels.compose.media_places import MediaPlace, media_places, modes_to_choose
from sora_studio.viewmodels.compose.model_memory import ModelMemory
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Shape, shape_chosen
from sora_studio.viewmodels.compose.recordings import recording_words
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording
from sora_studio.viewmodels.compose.setup_history import SetupHistory

if TYPE_CHECKING:
    from sora_studio.viewmodels.compose.compose_services import ComposeServices

_NEW_DRAFT = Draft(id=0, request=GenerationRequest(model="", prompt=""))


@dataclass(frozen=True, slots=True)
class Aside:
    """What the composer remembers of a draft that is not open, until the program ends."""

    history: SetupHistory
    memory: ModelMemory


class ComposeState(QObject):
    """What is being composed, to be read; `ComposeModel` changes it.

    `looks` and `recording_looks` have the results of the media's checks, `history` the undo steps of model, mode and media,
    `complaints` the current problems.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services: ComposeServices | None = None
        self._profiles: Mapping[str, ModelProfile] = {}
        self._draft = _NEW_DRAFT
        self._restored = False
        self._memory = ModelMemory()
        self._notes: Sequence[str] = ()
        self._moved = False
        self.complaints = Complaints()
        self.inspection = MediaInspection(self)
        self.looks, self.recording_looks = self.inspection.looks, self.inspection.recording_looks
        self.history = SetupHistory()
        self._aside = dict[int, Aside]()  # by draft: what is known of those that were open
        self._origins = dict[str, Parent]()
        self.online = True

    @property
    def ready(self) -> bool:
        """Whether the services are attached and the last draft has been looked up."""
        return self._restored

    @property
    def profiles(self) -> Mapping[str, ModelProfile]:
        """The models to choose from: those that the service offers."""
        return self._profiles

    @property
    def profile(self) -> ModelProfile | None:
        """The chosen model's profile; None before the services are attached, or without any usable profile."""
        return self.profiles.get(self._draft.request.model)

    @property
    def mode(self) -> Mode | None:
        """The current mode of the model; None without a profile."""
        return mode_of(self.request, self.profile) if self.profile else None

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes to choose from; none where a picture alone decides between the only two."""
        return modes_to_choose(self.profile) if self.profile else ()

    @property
    def options(self) -> tuple[Option, ...]:
        """The options of the model's mode for the current request."""
        return self._options_of(self.request)

    @property
    def slots(self) -> tuple[MediaSlot, ...]:
        """What the mode takes as media, in the order in which it is sent."""
        if self.profile is None or self.mode is None:
            return ()
        slots = (slot_of(self.profile, self.mode.id, slot.role) for slot in self.profile.media_in(self.mode.id))
        return tuple(slot for slot in slots if slot is not None)

    @property
    def places(self) -> tuple[MediaPlace, ...]:
        """The places for media, in the order in which they are sent."""
        return media_places(self.profile, self.mode, self.request.media) if self.profile and self.mode else ()

    @property
    def pictures(self) -> tuple[str, ...]:
        """The pictures of the request, in the order of their roles."""
        return self._sources_of(MediaKind.IMAGE)

    @property
    def recordings(self) -> tuple[str, ...]:
        """The films and sounds of the request, in the order of their roles."""
        return self._sources_of(MediaKind.VIDEO, MediaKind.AUDIO)

    @property
    def request(self) -> GenerationRequest:
        """The current request; it may be invalid."""
        return self._draft.request

    @property
    def draft(self) -> Draft:
        """The request with takes, caret and the time of the last save."""
        return self._draft

    @property
    def limit(self) -> int | None:
        """The prompt's maximum length in characters; None while unknown."""
        return self.profile.prompt.max_chars if self.profile else None

    @property
    def price(self) -> PriceEstimate | None:
        """What one task of the current request will probably cost; None while that is not known."""
        return self.price_of(self.request, self.profile) if self.profile else None

    def price_of(self, request: GenerationRequest, profile: ModelProfile) -> PriceEstimate | None:
        """Return what one task of a request will probably cost; None while that is not known."""
        facts = {source: seen.sent for source, seen in self.recording_looks.known.items() if seen.sent is not None}
        return self._services.estimates.estimate(request, profile, facts).price if self._services else None

    @property
    def shape(self) -> Shape | None:
        """The clip's frame, for models with a choice of it."""
        return shape_chosen(self.request, self.options)

    @property
    def ways(self) -> Ways:
        """The callback and picture routes that are set up now."""
        return Ways.of(self._services, self.request) if self._services else Ways()

    @property
    def picture_role(self) -> Role:
        """The role that a picture takes unless another one is named."""
        return next((slot.role for slot in self.slots if slot.kind is MediaKind.IMAGE), Role.FIRST)

    @property
    def clip_offers(self) -> tuple[ClipOffer, ...]:
        """What a saved clip can be used for with this model."""
        return clip_offers(self.profile, self.mode, self.profiles) if self.profile and self.mode else ()

    def picker_facts(self) -> PickerFacts | None:
        """Return what the model picker shows; None without services or a model."""
        services, profile = self._services, self.profile
        if services is None or profile is None:
            return None
        others = [(slug, other) for slug, other in self._profiles.items() if slug != profile.slug]
        left = {slug: there for slug, other in others if (there := self._memory.restored(self.request, other))}
        return PickerFacts(
            services.profiles,
            profile.slug,
            as_draft(self.request, profile),
            datetime.now().astimezone().date(),
            services.settings.current.favourite_models,
            services.estimates.records(),
            left={slug: as_draft(there, self._profiles[slug]) for slug, there in left.items()},
        )

    def edit_of(self, source: str) -> PictureEdit:
        """Return a picture's edit."""
        return picture_edit(self.request, source)

    def film_edit_of(self, source: str) -> FilmEdit:
        """Return the edit of a film or sound."""
        return film_edit(self.request, source)

    def medium(self, source: str) -> Medium | None:
        """Return a medium of the request."""
        return next((one for found in self.request.media.values() for one in found if one.address == source), None)

    def slot_for(self, source: str) -> MediaSlot | None:
        """Return what the mode takes in the role of a medium."""
        media = self.request.media
        return next((slot for slot in self.slots for one in media.get(slot.role, ()) if one.address == source), None)

    @property
    def has_key(self) -> bool:
        """Whether an API key is available."""
        return self._services is not None and self._services.credentials.has_key

    @property
    def problems(self) -> Mapping[str, str]:
        """The current problems, by field."""
        said, wrong = self.complaints.said(self.looks.known), self.complaints.of_pictures
        offers = recording_words.ways_out(
            one for one, seen in self.recording_looks.known.items() if seen.has_way_out and one in wrong
        )
        return {**said, "images": f"{said['images']} {offers}"} if offers else said

    @property
    def notes(self) -> str:
        """What another model or a draft that was taken over changed in the options, until the next choice."""
        return " ".join(self._notes)

    @property
    def can_go_back(self) -> bool:
        """Whether the notes are about a step that can be undone."""
        return self._moved and self.history.can_undo

    @property
    def seen(self) -> Mapping[str, Seen]:
        """The last check of each picture, with problems found since."""
        wrong = self.complaints.of_pictures
        return {source: picture_words.complained(seen, wrong.get(source, "")) for source, seen in self.looks.known.items()}

    @property
    def seen_recordings(self) -> Mapping[str, SeenRecording]:
        """The last check of each film and sound, with problems found since."""
        wrong, known = self.complaints.of_pictures, self.recording_looks.known
        return {source: recording_words.complained(seen, wrong.get(source, "")) for source, seen in known.items()}

    def _kind_in(self, role: Role) -> MediaKind:
        slot = next((slot for slot in self.slots if slot.role is role), None)
        return slot.kind if slot else USUAL_KINDS.get(role, MediaKind.IMAGE)

    def _sources_of(self, *kinds: MediaKind) -> tuple[str, ...]:
        media = [medium for role in Role for medium in self.request.media.get(role, ())]
        return tuple(dict.fromkeys(medium.address for medium in media if medium.kind in kinds))

    def _options_of(self, request: GenerationRequest) -> tuple[Option, ...]:
        profile = self.profiles.get(request.model)
        return profile.options_in(mode_of(request, profile).id) if profile else ()
