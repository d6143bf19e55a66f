"""The places for media that the composer shows: one for each role of the mode, in the order in which they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sora_studio.domain.models.draft import Media, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModeKind, ModelProfile, Role

_TITLES = {
    Role.FIRST: "First picture",
    Role.LAST: "Last picture",
    Role.REFERENCE: "Reference",
    Role.MASK: "Mask",
    Role.CHARACTER: "Character",
    Role.VIDEO: "Film",
    Role.AUDIO: "Sound",
    Role.LORA: "LoRA",
}
_NOUNS = {MediaKind.IMAGE: "image", MediaKind.VIDEO: "film", MediaKind.AUDIO: "sound", MediaKind.LORA: "LoRA"}
_CAPTIONS = {Role.FIRST: "First", Role.LAST: "Last"}


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """One role and its media. `room` is how many it takes; None: no limit is stated, or each makes a task of its own.

    `tag` is how a prompt names a medium, as in `MediaSlot`. `is_only` means that no other role takes media of the kind.
    """

    role: Role
    kind: MediaKind
    media: tuple[Medium, ...] = ()
    room: int | None = None
    is_required: bool = False
    tag: str = ""
    is_only: bool = True

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses and paths, in order."""
        return tuple(medium.address for medium in self.media)

    @property
    def can_add(self) -> bool:
        """Whether there is room for another one."""
        return self.room is None or len(self.media) < self.room

    @property
    def title(self) -> str:
        """The role's name, such as `Last picture`; `Image` where it is the only one for pictures that begin a clip."""
        return "Image" if self.role is Role.FIRST and self.is_only else _TITLES[self.role]

    @property
    def caption(self) -> str:
        """A word for the empty well; empty where the well needs none."""
        if self.role is Role.FIRST and self.is_only:
            return ""
        return _CAPTIONS.get(self.role, _TITLES[self.role])

    def named(self, index: int) -> str:
        """Return how the prompt names the medium at `index`, counted from 0; empty if it cannot be named."""
        return self.tag.replace("{n}", str(index + 1))


def noun_of(kind: MediaKind) -> str:
    """Return `image`, `film`, `sound` or `LoRA`."""
    return _NOUNS[kind]


def with_article(title: str) -> str:
    """Return `an image` for `Image`; an abbreviation keeps its capitals."""
    noun = in_sentence(title)
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def in_sentence(title: str) -> str:
    """Return `first picture` for `First picture`; a name such as `LoRA` keeps its capitals."""
    return title[0].lower() + title[1:] if title[1:].islower() else title


def title_of(role: Role) -> str:
    """Return the role's name, such as `Last picture`."""
    return _TITLES[role]


def media_places(profile: ModelProfile, mode: Mode, media: Media) -> tuple[MediaPlace, ...]:
    """Return the mode's places. A mode without pictures gets one all the same if another mode takes them: the mode follows."""
    slots = profile.media_in(mode.id)
    places = [_place(slot, slots, media.get(slot.role, ())) for slot in slots]
    if not any(slot.kind is MediaKind.IMAGE for slot in slots):
        others = (slot for other in profile.modes for slot in profile.media_in(other.id) if slot.kind is MediaKind.IMAGE)
        if (slot := next(others, None)) is not None:
            places.insert(0, MediaPlace(slot.role, slot.kind, room=slot.max if slot.role is not Role.FIRST else None))
    return tuple(places)


def modes_to_choose(profile: ModelProfile) -> tuple[Mode, ...]:
    """Return the modes to choose from; none where a picture alone decides between the only two."""
    kinds = sorted(mode.kind for mode in profile.modes)
    return () if kinds == [ModeKind.IMAGE, ModeKind.TEXT] else profile.modes


def _place(slot: MediaSlot, slots: Sequence[MediaSlot], media: tuple[Medium, ...]) -> MediaPlace:
    is_only = sum(other.kind is slot.kind for other in slots) == 1
    # Beside a last picture a second first one would be a surprise: it belongs to another task.
    makes_tasks = slot.role is Role.FIRST and slot.max == 1 and (is_only or len(media) > 1)
    room = None if makes_tasks else slot.max
    return MediaPlace(slot.role, slot.kind, media, room, slot.min > 0, slot.tag, is_only)


def moved(media: Media, places: Sequence[MediaPlace], source: str, role: Role, index: int) -> Media:
    """Return the media with one of them before the one at `index` of a role that takes its kind.

    In a full role it changes places with the one there.
    """
    home = next((other for other, found in media.items() if any(one.address == source for one in found)), None)
    place = next((place for place in places if place.role is role), None)
    if home is None or place is None:
        return media
    medium = next(one for one in media[home] if one.address == source)
    if medium.kind is not place.kind:
        return media
    before = media.get(role, ())
    left = [one for one in media[home] if one.address != source]
    target = left if home is role else list(before)
    at = index - sum(one.address == source for one in before[:index]) if home is role else index
    if home is not role and not place.can_add:
        at = min(at, len(target) - 1)
        left.append(target.pop(at))
    target.insert(at, medium)
    return {**media, home: tuple(left), role: tuple(target)}


def rescaled(media: Media, address: str, scale: float) -> Media:
    """Return the media with another scale of a LoRA."""
    return {
        role: tuple(
            replace(one, scale=scale) if one.address == address and one.kind is MediaKind.LORA else one for one in found
        )
        for role, found in media.items()
    }
