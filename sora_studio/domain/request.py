"""A generation request as the user enters it, and the checks it passes before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlsplit

from sora_studio.domain.errors import Problem
from sora_studio.domain.models.check import Refusal, RefusalKind, check
from sora_studio.domain.models.draft import Draft, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModeKind, ModelProfile, Role, Status
from sora_studio.domain.models.values import OptionValue, listed
from sora_studio.domain.picture import PictureEdit, PictureRoute, format_name, picture_name
from sora_studio.domain.prompt import without_mark

MAX_TAKES = 10
MAX_TASKS_AT_ONCE = 100
"""Takes times pictures: what one submission may send."""
RULE = "rule"
"""Field of a problem that a rule of the model makes: it is about several controls together."""
USUAL_FORMATS = ("jpeg", "png", "webp")
"""What a picture is sent as where the model's page names no formats."""
USUAL_MAX_BYTES = 50_000_000
"""What a picture may have where the model's page names no size."""


class Kind(StrEnum):
    """What a clip is made from."""

    TEXT_TO_VIDEO = "text-to-video"
    IMAGE_TO_VIDEO = "image-to-video"


@dataclass(frozen=True, slots=True)
class ImageRules:
    """What a model takes as the pictures of a request; `max_bytes` applies to each, `formats` are lower-case decoder names."""

    field: str
    min: int
    max: int
    formats: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What the user asks for: one task's worth.

    `options` maps the profile's option fields to the chosen values (missing ones take the profile's default when the
    request is completed); `images` contains http(s) URLs or absolute paths of local files, `edits` the changes to the local
    ones and `seen` their SHA-256 when they were submitted; `route` is the service's `provider`. `callback`
    asks the service to report the end; `pictures_by` None means the picture route in the settings.
    """

    model: str
    prompt: str
    options: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])
    route: str = ""
    images: tuple[str, ...] = ()
    edits: Mapping[str, PictureEdit] = field(default_factory=dict[str, PictureEdit])
    callback: bool = False
    pictures_by: PictureRoute | None = None
    seen: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def kind(self) -> Kind:
        """Image-to-video if there is an image."""
        return Kind.IMAGE_TO_VIDEO if self.images else Kind.TEXT_TO_VIDEO

    @property
    def files(self) -> tuple[str, ...]:
        """The images that are local files."""
        return tuple(image for image in self.images if not is_url(image))

    @property
    def wish(self) -> "GenerationRequest":
        """The request without routes to and from the service: two requests of one wish would make, and cost, the same."""
        return replace(self, callback=False, pictures_by=None)

    def split(self, profile: ModelProfile) -> list["GenerationRequest"]:
        """Return one request for each task: as many images in each as the model takes, in order, with their edits."""
        rules = image_rules(profile)
        most = rules.max if rules else len(self.images)
        if len(self.images) <= max(most, 1):
            return [self._part(self.images)]
        parts = [self.images[begin : begin + most] for begin in range(0, len(self.images), most)]
        return [self._part(part) for part in parts]

    def _part(self, images: tuple[str, ...]) -> "GenerationRequest":
        """Return the request with these images only, and their edits and digests."""
        seen = {image: self.seen[image] for image in images if image in self.seen}
        return replace(self, images=images, edits=_edits_of(images, self.edits), seen=seen)

    def completed(self, profile: ModelProfile) -> "GenerationRequest":
        """Return the request as it is sent: the profile's defaults, in its order, for what was not chosen; no file's mark."""
        draft = as_draft(self, profile)
        options = {**draft.values(mode_of(self, profile), profile), **draft.options}
        route = self.route or (profile.routing.default if profile.routing else "")
        return replace(self, prompt=without_mark(self.prompt), options=options, route=route)

    def usual_time_s(self, profile: ModelProfile) -> tuple[float, float] | None:
        """Return the shortest and longest usual time of such a task; None when the profile has none."""
        return profile.usual_time_s(*as_draft(self, profile).facts(mode_of(self, profile), profile))

    def price_usd(self, profile: ModelProfile) -> float | None:
        """Return the price of one such task; None when the profile has none for certain."""
        return profile.price_usd(*as_draft(self, profile).facts(mode_of(self, profile), profile))


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


def _edits_of(images: tuple[str, ...], edits: Mapping[str, PictureEdit]) -> dict[str, PictureEdit]:
    return {image: edits[image] for image in images if edits.get(image, PictureEdit()) != PictureEdit()}


def without_query(image: str) -> str:
    """Return a path as it is, an address without the query that may be a secret."""
    return image.partition("?")[0] if is_url(image) else image


def is_url(image: str) -> bool:
    """Return whether an image source is an address (anything else is a local file)."""
    return image.lower().startswith(("http://", "https://"))


def mode_of(request: GenerationRequest, profile: ModelProfile) -> Mode:
    """Return the model's mode for the request; see `usual_mode`."""
    return usual_mode(profile, has_image=bool(request.images))


def usual_mode(profile: ModelProfile, *, has_image: bool) -> Mode:
    """Return the mode that is used unless another one is named.

    With an image the first of kind `image`, else the first that takes one; without an image the first of kind `text`. A model
    without such a mode gets its first one, and its check says what is wrong.
    """
    wanted = ModeKind.IMAGE if has_image else ModeKind.TEXT
    alike = (mode for mode in profile.modes if mode.kind is wanted)
    others = (mode for mode in profile.modes if has_image and _image_slot(profile, mode))
    return next(alike, None) or next(others, profile.modes[0])


def is_for_text_or_image(profile: ModelProfile) -> bool:
    """Return whether a request can be made for the model: it is offered, and makes clips from text or begins with a picture."""
    return profile.status is not Status.GONE and any(mode.kind in (ModeKind.TEXT, ModeKind.IMAGE) for mode in profile.modes)


def _image_slot(profile: ModelProfile, mode: Mode) -> MediaSlot | None:
    return next((slot for slot in profile.media_in(mode.id) if slot.kind is MediaKind.IMAGE), None)


def image_rules(profile: ModelProfile) -> ImageRules | None:
    """Return what the model takes as pictures in its usual mode for them; None if it takes none."""
    slot = _image_slot(profile, usual_mode(profile, has_image=True))
    if slot is None:
        return None
    most = slot.max if slot.max is not None else MAX_TASKS_AT_ONCE
    return ImageRules(slot.field, slot.min, most, slot.formats or USUAL_FORMATS, slot.max_bytes or USUAL_MAX_BYTES)


def as_draft(request: GenerationRequest, profile: ModelProfile, addresses: Sequence[str] | None = None) -> Draft:
    """Return the request as a draft of the model; its pictures are in the mode's first role for pictures.

    `addresses` are those under which the service fetches the pictures.
    """
    mode = mode_of(request, profile)
    slot = _image_slot(profile, mode)
    images = tuple(Medium(image, MediaKind.IMAGE) for image in (request.images if addresses is None else addresses))
    media = {slot.role if slot else Role.FIRST: images} if images else {}
    return Draft(request.prompt, mode.id, request.options, media, request.route)


def check_takes(takes: int, parts: int) -> list[Problem]:
    """Return what keeps that many takes of each of `parts` requests from being sent together."""
    if not 1 <= takes <= MAX_TAKES:
        return [Problem("takes", f"{takes} takes are not possible; choose 1 to {MAX_TAKES}.")]
    if (count := takes * parts) > MAX_TASKS_AT_ONCE:
        return [Problem("takes", f"{count} tasks at once are too many; {MAX_TASKS_AT_ONCE} can be sent together.")]
    return []


def check_request(request: GenerationRequest, profile: ModelProfile) -> list[Problem]:
    """Return the problems of a completed request that its values alone show; empty when all is well."""
    return [*map(_problem, check(as_draft(request, profile), profile)), *_check_addresses(request.images)]


def _problem(refusal: Refusal) -> Problem:
    """Return the refusal as a problem of the control that it is about; a rule may be about several."""
    if refusal.kind is RefusalKind.RULE:
        return Problem(RULE, refusal.say)
    if refusal.kind.startswith("media"):
        return Problem("images", refusal.say, refusal.address)
    return Problem({"provider": "route", "mode": "model"}.get(refusal.field, refusal.field or "model"), refusal.say)


def check_image(image: str, facts: ImageFacts, rules: ImageRules) -> list[Problem]:
    """Return what keeps an inspected local picture from being sent."""
    name, problems = picture_name(image), list[Problem]()
    if facts.format not in rules.formats:
        allowed = listed(map(format_name, rules.formats))
        article = "an" if facts.format.startswith(("a", "e", "i", "o")) else "a"
        problems.append(
            Problem("images", f"{name} is {article} {format_name(facts.format)} file; the service takes {allowed}.")
        )
    if facts.size_bytes > rules.max_bytes:
        problems.append(Problem("images", f"{name} {excess(facts.size_bytes, rules.max_bytes)}"))
    return problems


def excess(size_bytes: int, max_bytes: int) -> str:
    """Return the end of a sentence: has 12.40 MB, 2.40 MB more than the 10.00 MB allowed. Or: is 1 byte over the … allowed."""
    has, over, most = megabytes(size_bytes), size_bytes - max_bytes, megabytes(max_bytes)
    if has == most:
        return f"is {over:,} {'byte' if over == 1 else 'bytes'} over the {most} allowed."
    return f"has {has}, {megabytes(over)} more than the {most} allowed."


def _check_addresses(images: tuple[str, ...]) -> list[Problem]:
    addresses = [image for image in images if is_url(image)]
    incomplete = [address for address in addresses if not has_host(address)]
    return [Problem("images", f"{address} is not a complete address.", address) for address in incomplete]


def has_host(address: str) -> bool:
    """Return whether an http or https address is complete."""
    try:
        return bool(urlsplit(address).hostname) and address.isprintable() and " " not in address
    except ValueError:
        return False


def megabytes(size_bytes: int) -> str:
    """Return decimal megabytes with two digits, never rounded down to zero."""
    return f"{max(size_bytes / 1e6, 0.01):.2f} MB"
