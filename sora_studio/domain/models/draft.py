"""What the user wants from a model: text, mode, options by field, media by role. It need not be valid for any model."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import unquote

from sora_studio.domain.models.profile import MODE as MODE_KEY
from sora_studio.domain.models.profile import ROUTE, MediaKind, Mode, ModelProfile, Option, Role
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.picture import picture_name


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Result of inspecting a local file; None: not looked at, or meaningless for its kind. Sides are pixels."""

    format: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    has_alpha: bool | None = None
    """Has transparent parts."""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Medium:
    """A file or web address; `scale` is how strongly a LoRA acts."""

    address: str
    kind: MediaKind
    facts: MediaFacts = MediaFacts()
    scale: float = 1.0

    @property
    def name(self) -> str:
        """Return the name for display: the file's, or the last part of a web address without a query that may be a secret."""
        if "://" not in self.address:
            return picture_name(self.address) or self.address
        path = unquote(self.address.partition("?")[0].partition("#")[0])
        return picture_name(path) or path


Media = Mapping[Role, tuple[Medium, ...]]


USUAL_KINDS: Mapping[Role, MediaKind] = {Role.VIDEO: MediaKind.VIDEO, Role.AUDIO: MediaKind.AUDIO, Role.LORA: MediaKind.LORA}
"""The kind that a role suggests; every other role is for pictures."""


def first_pictures(*addresses: str) -> Media:
    """Return pictures that clips begin with."""
    return {Role.FIRST: tuple(Medium(address, MediaKind.IMAGE) for address in addresses)} if addresses else {}


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that need not be valid yet.

    `set_aside` are media that the current model has no place for: they stay with the draft and are not sent.
    """

    prompt: str
    mode: str
    options: Mapping[str, OptionValue] = field(default_factory=dict[str, OptionValue])
    media: Media = field(default_factory=dict[Role, tuple[Medium, ...]])
    route: str = ""
    set_aside: Media = field(default_factory=dict[Role, tuple[Medium, ...]])

    def chosen(self, option: Option) -> OptionValue | None:
        """Return the value that would be sent: the chosen one, else the default; empty text counts as not chosen."""
        value = self.options.get(option.field, option.default)
        return None if value == "" and isinstance(value, str) else value

    def values(self, mode: Mode, profile: ModelProfile) -> dict[str, OptionValue]:
        """Return every option of the mode that would be sent, by field."""
        chosen = ((option.field, self.chosen(option)) for option in profile.options_in(mode.id))
        return {name: value for name, value in chosen if value is not None}

    def facts(self, mode: Mode, profile: ModelProfile) -> tuple[dict[str, OptionValue], set[str]]:
        """Return what conditions look at: the values, with the mode's id and the route, and what is there."""
        values = self.values(mode, profile)
        present = {*values, *(role.value for role, media in self.media.items() if media)}
        route = self.route or (profile.routing.default if profile.routing else "")
        return {**values, MODE_KEY: mode.id, ROUTE: route}, present

    def with_addresses(self, address_of: Callable[[Medium], str]) -> Self:
        """Return the draft with every medium at the address under which the service fetches it."""

        def moved(media: Iterable[Medium]) -> tuple[Medium, ...]:
            return tuple(replace(medium, address=address_of(medium)) for medium in media)

        return replace(self, media={role: moved(media) for role, media in self.media.items()})

    def with_facts(self, facts: Mapping[str, MediaFacts]) -> Self:
        """Return the draft with what is known of its media, by address."""

        def told(media: Iterable[Medium]) -> tuple[Medium, ...]:
            return tuple(replace(medium, facts=facts.get(medium.address, medium.facts)) for medium in media)

        return replace(self, media={role: told(media) for role, media in self.media.items()})

    def split(self, profile: ModelProfile) -> list[Self]:
        """Return one draft for each task: several media for a `first` that takes one make several tasks."""
        firsts = self.media.get(Role.FIRST, ())
        takes_one = any(slot.role is Role.FIRST and slot.max == 1 for slot in profile.media_in(self.mode))
        if len(firsts) < 2 or not takes_one:
            return [self]
        return [replace(self, media={**self.media, Role.FIRST: (first,)}) for first in firsts]
