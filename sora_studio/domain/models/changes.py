"""What changes in a draft when it goes to another model, before it does: losses, gains, and what will be asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.models.carry import Carried, carry
from sora_studio.domain.models.check import Refusal, check
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.facts import SOUND
from sora_studio.domain.models.profile import DURATION, Mode, ModelProfile, Option, Role, Status
from sora_studio.domain.models.values import OptionValue, is_same


class ChangeKind(StrEnum):
    """How a change is told: to be looked at, to be done before sending, or welcome."""

    CHANGED = "changed"
    NEEDED = "needed"
    GAINED = "gained"


@dataclass(frozen=True, slots=True)
class DraftChange:
    """One change as a sentence; `why` is another one, or empty."""

    kind: ChangeKind
    say: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The draft as the other model takes it, and what changes on the way."""

    draft: Draft
    changes: tuple[DraftChange, ...]


def preview(draft: Draft, source: ModelProfile, target: ModelProfile) -> Preview:
    """Carry the draft to the target and tell what changes. Nothing is kept.

    Of what keeps the draft from being sent, only that is told which does not already with the source.
    """
    if target.status is Status.GONE:
        return Preview(draft, ())
    if target.slug == source.slug:
        return Preview(draft, ())
    carried = carry(draft, source, target)
    before, after = source.mode(draft.mode) or source.modes[0], target.mode(carried.draft.mode) or target.modes[0]
    is_alike = before.kind is after.kind
    notes = [note for note in carried.notes if note not in carried.gains and not (is_alike and note.startswith("Mode: "))]
    changes = [DraftChange(ChangeKind.CHANGED, note) for note in notes]
    changes += _sound_changes(draft, (before, source), carried.draft, (after, target))
    known = {refusal.say for refusal in _refusals(draft, source)}
    changes += [DraftChange(ChangeKind.NEEDED, each.say) for each in _refusals(carried.draft, target) if each.say not in known]
    changes += _gains(draft, source, carried)
    return Preview(carried.draft, tuple(sorted(dict.fromkeys(changes), key=_weight)))


def _weight(change: DraftChange) -> int:
    """Return the place in the order of importance: what is still needed, then media that are not sent, then the rest."""
    if change.kind is ChangeKind.NEEDED:
        return 0
    return 1 if " is set aside: " in change.say else 2


def _refusals(draft: Draft, profile: ModelProfile) -> list[Refusal]:
    return [refusal for part in draft.split(profile) for refusal in check(part, profile)]


def _gains(draft: Draft, source: ModelProfile, carried: Carried) -> Iterator[DraftChange]:
    """Yield the media that were set aside and are used again."""
    frames = [carried.draft.media.get(role, ()) for role in (Role.FIRST, Role.LAST)]
    if carried.gains and all(len(media) == 1 for media in frames):
        aside = [name for name, media in zip(("first", "last"), frames, strict=True) if _was_aside(draft, media[0].address)]
        which = {1: f"the {''.join(aside)} one was", 2: "both were"}.get(len(aside))
        if which and len(aside) == len(carried.gains):
            why = f"With {source.title} {which} set aside."
            yield DraftChange(ChangeKind.GAINED, "Both pictures are used: first and last frame.", why)
            return
    for gain in carried.gains:
        yield DraftChange(ChangeKind.GAINED, gain, f"With {source.title} it was set aside.")


def _was_aside(draft: Draft, address: str) -> bool:
    return any(medium.address == address for media in draft.set_aside.values() for medium in media)


def _sound_changes(
    draft: Draft, source: tuple[Mode, ModelProfile], moved: Draft, target: tuple[Mode, ModelProfile]
) -> Iterator[DraftChange]:
    """Yield that the clip gets sound, or may, where it could have none before. The opposite is one of the notes."""
    (before, old), (after, new) = source, target
    if SOUND in before.fixed or _option(before, old, SOUND):
        return
    stays = _what_stays(draft, source, moved, target)
    if after.fixed.get(SOUND) is True:
        yield DraftChange(ChangeKind.CHANGED, f"Clips have sound{stays}.", f"{new.title} always makes it.")
    elif option := _option(after, new, SOUND):
        if _means(option, moved) is True:
            yield DraftChange(ChangeKind.CHANGED, f"Sound starts on{stays}.", "Here sound is a switch.")
        else:
            yield DraftChange(ChangeKind.GAINED, "Sound can be switched on.", f"{old.title} has no such switch.")


def _what_stays(draft: Draft, source: tuple[Mode, ModelProfile], moved: Draft, target: tuple[Mode, ModelProfile]) -> str:
    """Return `; duration stays 10 s` if it is the same with both models."""
    before, after = _option(*source, DURATION), _option(*target, DURATION)
    if not before or not after:
        return ""
    value = _means(after, moved)
    if value is None or not is_same(value, _means(before, draft)):
        return ""
    return f"; duration stays {after.measured(value)}"


def _option(mode: Mode, profile: ModelProfile, meaning: str) -> Option | None:
    return next((option for option in profile.options_in(mode.id) if option.meaning == meaning), None)


def _means(option: Option, draft: Draft) -> OptionValue | None:
    """Return what the option's value means in the words common to all models."""
    value = draft.chosen(option)
    choice = option.choice(value) if value is not None else None
    return choice.means if choice else value
