"""Two versions, takes or drafts beside one another: texts by words, options and media as the profiles name them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sora_studio.domain.models.profile import ModelProfile, Role
from sora_studio.domain.models.values import shown
from sora_studio.domain.picture import picture_name
from sora_studio.domain.request import GenerationRequest, as_draft, mode_of, without_query
from sora_studio.domain.writing.difference import Difference, difference

_NOTHING = "none"
_ROLES = {
    Role.FIRST: "First frame",
    Role.LAST: "Last frame",
    Role.REFERENCE: "References",
    Role.MASK: "Mask",
    Role.CHARACTER: "Character",
    Role.VIDEO: "Film",
    Role.AUDIO: "Sound",
    Role.LORA: "LoRA",
}


@dataclass(frozen=True, slots=True)
class SetupChange:
    """An option, medium or choice that is not the same, in words; `none` where one side has nothing of it."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What has changed from one request to another."""

    text: Difference
    setup: tuple[SetupChange, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing has changed."""
        return self.text.is_same and not self.setup


def compare(before: GenerationRequest, after: GenerationRequest, profiles: Mapping[str, ModelProfile]) -> Comparison:
    """Compare two requests. Options that were not chosen count with the model's defaults."""
    return Comparison(difference(before.prompt, after.prompt), setup_changes(before, after, profiles))


def setup_changes(
    before: GenerationRequest, after: GenerationRequest, profiles: Mapping[str, ModelProfile]
) -> tuple[SetupChange, ...]:
    """Return what has changed beside the text, in the order of the form."""
    old, new = _setup(before, profiles.get(before.model)), _setup(after, profiles.get(after.model))
    titles = dict.fromkeys([*new, *old])
    pairs = ((title, old.get(title, _NOTHING), new.get(title, _NOTHING)) for title in titles)
    return tuple(SetupChange(title, was, now) for title, was, now in pairs if was != now)


def _setup(request: GenerationRequest, profile: ModelProfile | None) -> dict[str, str]:
    """Return everything but the text by title, in words."""
    words = {"Model": profile.title if profile else request.model}
    options = dict(request.options)
    if profile is not None:
        mode = mode_of(request, profile)
        if len(profile.modes) > 1:
            words["Mode"] = mode.title
        options = {**as_draft(request, profile).values(mode, profile), **options}
        for option in profile.options_in(mode.id):
            if option.field in options and (label := option.label(options.pop(option.field))):
                words[option.title] = label
    words |= {field.replace("_", " ").capitalize(): shown(value) for field, value in options.items()}
    if route := request.route or (profile.routing.default if profile and profile.routing else ""):
        words["Route"] = route
    for role, media in request.media.items():
        names = [f"{picture_name(without_query(one.address))}{_edited(request, one.address)}" for one in media]
        if names:
            words[_ROLES[role]] = ", ".join(names)
    return words


def _edited(request: GenerationRequest, source: str) -> str:
    return " (edited)" if source in request.edits else ""
