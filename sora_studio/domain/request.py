"""A generation request as the user enters it, and the checks it passes before anything is sent."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from urllib.parse import urlsplit

from sora_studio.domain.errors import Problem
from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.media_types import USUAL_FILMS, USUAL_SOUNDS
from sora_studio.domain.models.check import Refusal, RefusalKind, check
from sora_studio.domain.models.draft import Draft, Media, MediaFacts, Medium
from sora_studio.domain.models.estimate import TimeEstimate, stated_time
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModeKind, ModelProfile, Role
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import MEDIA_TYPES, PictureEdit, PictureRoute, PreparedPicture, WebPicture
from sora_studio.domain.prompt import without_mark

MediaEdit = PictureEdit | FilmEdit
MAX_TAKES = 10
MAX_TASKS_AT_ONCE = 100
"""Takes times pictures: what one submission may send."""
RULE = "rule"
"""Field of a problem that a rule of the model makes: it is about several controls together."""
USUAL_FORMATS = ("jpeg", "png", "webp")
"""What a picture is sent as where the model's page names no formats."""
USUAL_MAX_BYTES = 50_000_000
"""What a picture may have where the model's page names no size."""
_USUAL_FORMATS = {
    MediaKind.IMAGE: USUAL_FORMATS,
    MediaKind.VIDEO: USUAL_FILMS,
    MediaKind.AUDIO: USUAL_SOUNDS,
}
_UNEDITED = (PictureEdit(), FilmEdit())


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What the user asks for: one task's worth.

    `mode` is the id of one of the model's modes; empty: the usual one, as in tasks from before modes were kept. `options` maps
    the profile's option fields to the chosen values (missing ones take the profile's default when the request is completed).
    `media` are http(s) URLs or absolute paths of local files, by role; `set_aside` those that the model has no place for: they
    are not sent. `edits` are the changes to the local files and `seen` their SHA-256 when they were submitted, both by path.
    `route` is the service's `provider`. `callback` asks the service to report the end; `pictures_by` None means the route for
    local files in the settings. `profile` is the digest of the profile that the request was completed with. `written` is the
    text that the prompt was made of, if it has groups or cards (see `domain.writing.prompt_table`); empty: the prompt itself.
    """

    model: str
    prompt: str
    options: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])
    route: str = ""
    _: KW_ONLY
    mode: str = ""
    media: Media = field(default_factory=dict[Role, tuple[Medium, ...]])
    set_aside: Media = field(default_factory=dict[Role, tuple[Medium, ...]])
    edits: Mapping[str, MediaEdit] = field(default_factory=dict[str, MediaEdit])
    callback: bool = False
    pictures_by: PictureRoute | None = None
    seen: Mapping[str, str] = field(default_factory=dict[str, str])
    profile: str = ""
    written: str = ""

    @property
    def as_written(self) -> str:
        """The text as a person wrote it."""
        return self.written or self.prompt

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses and paths of all media, in the order of the roles, each once."""
        return tuple(dict.fromkeys(medium.address for role in Role for medium in self.media.get(role, ())))

    @property
    def files(self) -> tuple[str, ...]:
        """The media that are local files."""
        return tuple(source for source in self.sources if not is_url(source))

    @property
    def wish(self) -> "GenerationRequest":
        """The request without what changes neither clip nor price: two requests of one wish would make, and cost, the same."""
        return replace(self, callback=False, pictures_by=None, set_aside={}, profile="", written="")

    def split(self, profile: ModelProfile) -> list["GenerationRequest"]:
        """Return one request for each task: several first pictures of a mode that takes one make several tasks, in order."""
        drafts = as_draft(self, profile).split(profile)
        return [self.with_media(draft.media) for draft in drafts] if len(drafts) > 1 else [self]

    def with_media(self, media: Media) -> "GenerationRequest":
        """Return the request with these media only, and their edits and digests; a role without media is left out."""
        request = replace(self, media={role: found for role, found in media.items() if found})
        there = {*request.sources, *(medium.address for found in self.set_aside.values() for medium in found)}
        edits = {source: edit for source, edit in self.edits.items() if source in there and edit not in _UNEDITED}
        return replace(
            request, edits=edits, seen={source: self.seen[source] for source in request.files if source in self.seen}
        )

    def completed(self, profile: ModelProfile) -> "GenerationRequest":
        """Return the request as it is sent: its mode, and the profile's defaults, in its order, for what was not chosen.

        A mark that a file began with is left out of the prompt.
        """
        draft = as_draft(self, profile)
        return replace(
            self,
            prompt=without_mark(self.prompt),
            options={**draft.values(mode_of(self, profile), profile), **draft.options},
            route=self.route or (profile.routing.default if profile.routing else ""),
            mode=draft.mode,
            media=draft.media,
            profile=profile.digest,
        )

    def stated_time(self, profile: ModelProfile) -> TimeEstimate | None:
        """Return how long such a task takes as the profile states it; None when it does not."""
        return stated_time(as_draft(self, profile), profile)


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Result of inspecting a local picture. `format` is `jpeg`, `png`, `webp` or another decoder's lower-case name.

    `width` and `height` are those of the upright picture.
    """

    format: str
    width: int
    height: int
    size_bytes: int
    is_turned: bool = False
    """Stored on its side; its metadata say how to turn it."""
    has_metadata: bool = False
    """Camera, time, words or the like."""
    has_camera: bool = False
    """The device that took it."""
    has_place: bool = False
    """Where it was taken."""
    is_transparent: bool = False
    """Has transparent parts; the service may fill them with black."""


def picture_edit(request: GenerationRequest, source: str) -> PictureEdit:
    """Return the changes to a picture of the request."""
    edit = request.edits.get(source)
    return edit if isinstance(edit, PictureEdit) else PictureEdit()


def film_edit(request: GenerationRequest, source: str) -> FilmEdit:
    """Return the changes to a film or sound of the request."""
    edit = request.edits.get(source)
    return edit if isinstance(edit, FilmEdit) else FilmEdit()


def picture_facts(picture: PreparedPicture) -> MediaFacts:
    """Return what is known of the published copy of a picture."""
    kind = next((name for name, media_type in MEDIA_TYPES.items() if media_type == picture.media_type), None)
    return MediaFacts(kind, picture.size_bytes, picture.width, picture.height, picture.is_transparent)


def web_facts(picture: WebPicture) -> MediaFacts:
    """Return what is known of a picture at a web address."""
    return MediaFacts(picture.format, picture.size_bytes, picture.width, picture.height)


def without_query(source: str) -> str:
    """Return a path as it is, an address without the query that may be a secret."""
    return source.partition("?")[0] if is_url(source) else source


def is_url(source: str) -> bool:
    """Return whether a medium's source is an address (anything else is a local file)."""
    return source.lower().startswith(("http://", "https://"))


def mode_of(request: GenerationRequest, profile: ModelProfile) -> Mode:
    """Return the request's mode, else the usual one; see `usual_mode`."""
    return profile.mode(request.mode) or usual_mode(profile, has_image=_has_image(request.media))


def usual_mode(profile: ModelProfile, *, has_image: bool) -> Mode:
    """Return the mode that is used unless another one is named.

    With an image the first of kind `image`, else the first that takes one; without an image the first of kind `text`. A model
    without such a mode gets its first one, and its check says what is wrong.
    """
    wanted = ModeKind.IMAGE if has_image else ModeKind.TEXT
    alike = (mode for mode in profile.modes if mode.kind is wanted)
    others = (mode for mode in profile.modes if has_image and _image_slot(profile, mode))
    return next(alike, None) or next(others, profile.modes[0])


def as_draft(request: GenerationRequest, profile: ModelProfile) -> Draft:
    """Return the request as a draft of the model.

    In the usual mode the first pictures take its first role for pictures.
    """
    mode = request.mode or usual_mode(profile, has_image=_has_image(request.media)).id
    media = request.media
    slots = profile.media_in(mode)
    if not request.mode and (firsts := media.get(Role.FIRST)) and not any(slot.role is Role.FIRST for slot in slots):
        role = next((slot.role for slot in slots if slot.kind is MediaKind.IMAGE), Role.FIRST)
        others = {role: found for role, found in media.items() if role is not Role.FIRST}
        media = {**others, role: (*firsts, *others.get(role, ()))}
    return Draft(request.prompt, mode, request.options, media, request.route, request.set_aside)


def slot_of(profile: ModelProfile, mode: str, role: Role) -> MediaSlot | None:
    """Return what a mode takes in a role, with the usual formats, and bytes of a picture, where the model's page names none."""
    slot = next((slot for slot in profile.media_in(mode) if slot.role is role), None)
    if slot is None or slot.kind not in _USUAL_FORMATS:
        return slot
    most = USUAL_MAX_BYTES if slot.kind is MediaKind.IMAGE else None
    return replace(slot, formats=slot.formats or _USUAL_FORMATS[slot.kind], max_bytes=slot.max_bytes or most)


def _has_image(media: Media) -> bool:
    return any(medium.kind is MediaKind.IMAGE for found in media.values() for medium in found)


def _image_slot(profile: ModelProfile, mode: Mode) -> MediaSlot | None:
    return next((slot for slot in profile.media_in(mode.id) if slot.kind is MediaKind.IMAGE), None)


def check_takes(takes: int, parts: int) -> list[Problem]:
    """Return what keeps that many takes of each of `parts` requests from being sent together."""
    if not 1 <= takes <= MAX_TAKES:
        return [Problem("takes", f"{takes} takes are not possible; choose 1 to {MAX_TAKES}.")]
    if (count := takes * parts) > MAX_TASKS_AT_ONCE:
        return [Problem("takes", f"{count} tasks at once are too many; {MAX_TASKS_AT_ONCE} can be sent together.")]
    return []


def check_request(
    request: GenerationRequest, profile: ModelProfile, facts: Mapping[str, MediaFacts] | None = None
) -> list[Problem]:
    """Return the problems of a completed request that its values show; empty when all is well.

    `facts` is what is known of the media as they would be sent, by path or address.
    """
    draft = as_draft(request, profile).with_facts(facts or {})
    return [*map(_problem, check(draft, profile)), *_check_addresses(request)]


def _problem(refusal: Refusal) -> Problem:
    """Return the refusal as a problem of the control that it is about; a rule may be about several."""
    if refusal.kind is RefusalKind.RULE:
        return Problem(RULE, refusal.say)
    if refusal.kind.startswith("media"):
        return Problem("images", refusal.say, refusal.address)
    return Problem({"provider": "route", "mode": "model"}.get(refusal.field, refusal.field or "model"), refusal.say)


def excess(size_bytes: int, max_bytes: int) -> str:
    """Return the end of a sentence: has 12.40 MB, 2.40 MB more than the 10.00 MB allowed. Or: is 1 byte over the … allowed."""
    has, over, most = megabytes(size_bytes), size_bytes - max_bytes, megabytes(max_bytes)
    if has == most:
        return f"is {over:,} {'byte' if over == 1 else 'bytes'} over the {most} allowed."
    return f"has {has}, {megabytes(over)} more than the {most} allowed."


def _check_addresses(request: GenerationRequest) -> list[Problem]:
    incomplete = [source for source in request.sources if is_url(source) and not has_host(source)]
    problems = [Problem("images", f"{address} is not a complete address.", address) for address in incomplete]
    local = [medium for medium in request.media.get(Role.LORA, ()) if not is_url(medium.address)]
    words = "A LoRA is read from a web address; a file of this computer cannot be sent as one."
    return [*problems, *(Problem("images", words, medium.address) for medium in local)]


def has_host(address: str) -> bool:
    """Return whether an http or https address is complete."""
    try:
        return bool(urlsplit(address).hostname) and address.isprintable() and " " not in address
    except ValueError:
        return False


def megabytes(size_bytes: int) -> str:
    """Return decimal megabytes with two digits, never rounded down to zero."""
    return f"{max(size_bytes / 1e6, 0.01):.2f} MB"
