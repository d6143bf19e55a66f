"""What a saved clip can be used for: as a reference, to be extended, or to give the last picture of another clip."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.models.profile import MediaKind, MediaSlot, Mode, ModeKind, ModelProfile, Role
from sora_studio.domain.models.values import listed

_NAMED_AT_MOST = 3


class ClipUse(StrEnum):
    """The value is a stable name; `ClipOffer.label` is the menu text."""

    REFERENCE = "reference"
    EXTEND = "extend"
    LAST = "last"


_LABELS = {
    ClipUse.REFERENCE: "Use as reference",
    ClipUse.EXTEND: "Extend",
    ClipUse.LAST: "Use as last frame",
}


@dataclass(frozen=True, slots=True)
class ClipOffer:
    """A use, with the mode and role that the clip gets; of kind `image`, a frame of it. `why` says why it is not possible."""

    use: ClipUse
    mode: Mode | None = None
    role: Role = Role.REFERENCE
    kind: MediaKind = MediaKind.VIDEO
    why: str = ""

    @property
    def label(self) -> str:
        """The menu text."""
        return _LABELS[self.use]


_Takes = Callable[[Mode, MediaSlot], bool]


def clip_offers(profile: ModelProfile, mode: Mode, profiles: Mapping[str, ModelProfile]) -> tuple[ClipOffer, ...]:
    """Return every use, in menu order. `mode` is the present one; `profiles` are named where the model cannot do it."""
    others = [other for other in profiles.values() if other.slug != profile.slug]
    film = _offer(ClipUse.REFERENCE, profile, mode, _takes_film) or _offer(ClipUse.REFERENCE, profile, mode, _takes_reference)
    return (
        film or _refused(ClipUse.REFERENCE, f"{profile.title} takes neither films nor references", others, _takes_film),
        _offer(ClipUse.EXTEND, profile, mode, _extends)
        or _refused(ClipUse.EXTEND, f"{profile.title} cannot extend a clip", others, _extends),
        _offer(ClipUse.LAST, profile, mode, _takes_last)
        or _refused(ClipUse.LAST, f"{profile.title} takes no last picture", others, _takes_last),
    )


def _takes_film(mode: Mode, slot: MediaSlot) -> bool:
    return slot.role is Role.VIDEO and slot.kind is MediaKind.VIDEO and mode.kind is not ModeKind.EXTEND


def _takes_reference(_: Mode, slot: MediaSlot) -> bool:
    return slot.role is Role.REFERENCE and slot.kind is MediaKind.IMAGE


def _extends(mode: Mode, slot: MediaSlot) -> bool:
    return slot.kind is MediaKind.VIDEO and mode.kind is ModeKind.EXTEND


def _takes_last(_: Mode, slot: MediaSlot) -> bool:
    return slot.role is Role.LAST and slot.kind is MediaKind.IMAGE


def _offer(use: ClipUse, profile: ModelProfile, now: Mode, takes: _Takes) -> ClipOffer | None:
    """Return the use in the present mode if possible, else in one for references, else in any other."""
    order = sorted(profile.modes, key=lambda mode: (mode != now, mode.kind is not ModeKind.REFERENCE))
    found = ((mode, slot) for mode in order for slot in profile.media_in(mode.id) if takes(mode, slot))
    return next((ClipOffer(use, mode, slot.role, slot.kind) for mode, slot in found), None)


def _refused(use: ClipUse, reason: str, others: Sequence[ModelProfile], takes: _Takes) -> ClipOffer:
    able = [other.title for other in others if _can(other, takes)]
    return ClipOffer(use, why=f"{reason}; {_named(able)} can." if able else f"{reason}.")


def _can(profile: ModelProfile, takes: _Takes) -> bool:
    return any(takes(mode, slot) for mode in profile.modes for slot in profile.media_in(mode.id))


def _named(titles: Iterable[str]) -> str:
    names = list(titles)
    if len(names) > _NAMED_AT_MOST:
        names[_NAMED_AT_MOST - 1 :] = [f"{len(names) - _NAMED_AT_MOST + 1} others"]
    return listed(names, "and")
