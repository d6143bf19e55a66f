"""A generation request as the user enters it, and the checks it passes before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlsplit

from sora_studio.domain.errors import Problem
from sora_studio.domain.picture import PictureEdit, PictureRoute, format_name, picture_name
from sora_studio.domain.profile import ImageRules, ModelProfile, OptionValue
from sora_studio.domain.prompt import find_unsendable, is_blank, is_mostly_nul, place_of, without_mark

MAX_TAKES = 10
MAX_TASKS_AT_ONCE = 100
"""Takes times pictures: what one submission may send."""
_FIRST_SURROGATE = 0xD800


class Mode(StrEnum):
    """The service's `input.mode`."""

    TEXT_TO_VIDEO = "text-to-video"
    IMAGE_TO_VIDEO = "image-to-video"


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
    def mode(self) -> Mode:
        """Image-to-video if there is an image."""
        return Mode.IMAGE_TO_VIDEO if self.images else Mode.TEXT_TO_VIDEO

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
        most = profile.images.max if profile.images else len(self.images)
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
        known = {option.field: self.options.get(option.field, option.default) for option in profile.options}
        prompt, route = without_mark(self.prompt), self.route or profile.routing.default
        return replace(self, prompt=prompt, options={**known, **self.options}, route=route)


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


def check_request(request: GenerationRequest, profile: ModelProfile) -> list[Problem]:
    """Return the problems of a completed request that its values alone show; empty when all is well."""
    problems = [
        *_check_prompt(request.prompt, profile),
        *_check_image_count(request, profile),
        *_check_addresses(request.images),
        *_check_options(request.options, profile),
    ]
    if request.route not in profile.routing.values:
        problems.append(Problem("route", f"Route {request.route!r} is not one of {_listed(profile.routing.values)}."))
    return problems


def check_image(image: str, facts: ImageFacts, rules: ImageRules) -> list[Problem]:
    """Return what keeps an inspected local picture from being sent."""
    name, problems = picture_name(image), list[Problem]()
    if facts.format not in rules.formats:
        allowed = _listed([format_name(known) for known in rules.formats])
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


def _check_prompt(prompt: str, profile: ModelProfile) -> list[Problem]:
    words = _prompt_trouble(without_mark(prompt), profile)
    return [Problem("prompt", words)] if words else []


def _prompt_trouble(prompt: str, profile: ModelProfile) -> str:
    """Return the first reason why the prompt cannot be sent, as a sentence; empty when there is none."""
    limits, length = profile.prompt, len(prompt)
    if is_mostly_nul(prompt):
        return "The prompt looks like UTF-16 text. Save it as UTF-8 and try again."
    if length > limits.max_chars:
        over = length - limits.max_chars
        return f"The prompt has {length:,} characters, {over:,} more than the {limits.max_chars:,} allowed."
    if is_blank(prompt):
        return "The prompt is empty. Describe the clip first."
    if (index := find_unsendable(prompt)) is not None:
        code = ord(prompt[index])
        what = "damaged" if code >= _FIRST_SURROGATE else f"an invisible control character (U+{code:04X})"
        return f"{place_of(prompt, index)} of the prompt is {what} and cannot be sent. Remove it."
    if length < limits.min_chars:
        short = limits.min_chars - length
        return f"The prompt has {length:,} characters, {short:,} fewer than the {limits.min_chars:,} needed."
    return ""


def _check_image_count(request: GenerationRequest, profile: ModelProfile) -> list[Problem]:
    count, rules = len(request.images), profile.images
    if request.mode not in profile.modes:
        needs = "an image" if request.mode is Mode.TEXT_TO_VIDEO else "no image"
        return [Problem("images", f"{profile.title} makes {_listed(profile.modes)} only: it takes {needs}.")]
    if not count:
        return []
    if rules is None:
        return [Problem("images", f"{profile.title} takes no images.")]
    if count < rules.min:
        return [Problem("images", f"{profile.title} needs {rules.min} images; {count} given.")]
    if count > rules.max:
        allowed = "1 image" if rules.max == 1 else f"{rules.max} images"
        return [
            Problem("images", f"{profile.title} animates {allowed} in a task; {count} given, {count - rules.max} too many.")
        ]
    return []


def _check_addresses(images: tuple[str, ...]) -> list[Problem]:
    addresses = [image for image in images if is_url(image)]
    incomplete = [address for address in addresses if not _has_host(address)]
    return [Problem("images", f"{address} is not a complete address.", address) for address in incomplete]


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname) and address.isprintable() and " " not in address
    except ValueError:
        return False


def _check_options(options: Mapping[str, OptionValue], profile: ModelProfile) -> list[Problem]:
    problems = list[Problem]()
    known = {option.field: option for option in profile.options}
    for name, value in options.items():
        option = known.get(name)
        if option is None:
            problems.append(Problem(name, f"{profile.title} has no option {name!r}; it has {_listed(list(known))}."))
        elif not option.allows(value):
            allowed = _listed([option.label(allowed) for allowed in option.values])
            problems.append(Problem(name, f"{option.title} {option.label(value)} is not possible; choose {allowed}."))
    return problems


def _listed(words: "tuple[str, ...] | list[str]") -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) if words else "none"


def megabytes(size_bytes: int) -> str:
    """Return decimal megabytes with two digits, never rounded down to zero."""
    return f"{max(size_bytes / 1e6, 0.01):.2f} MB"
