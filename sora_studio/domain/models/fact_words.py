"""A model's facts as short words: the line of a list, and the rows of a table."""

import math
from collections.abc import Sequence
from datetime import date

from sora_studio.domain.models.facts import (
    length_ranges,
    length_sources,
    most_of,
    named_resolutions,
    shapes,
    slots_of,
    sound,
)
from sora_studio.domain.models.profile import MediaSlot, ModeKind, ModelProfile, Role, Status
from sora_studio.domain.models.values import listed

DOT = " · "
NO_LONGER = "no longer offered"
BY_MODEL = "set by the model"
NONE = "none"
_MOST_FACTS = 4
_MOST_LENGTHS = 4
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
_FILM, _SOUND = "film", "sound"
_SPECIAL = {
    ModeKind.MOTION: "motion from a video",
    ModeKind.EDIT: "edits a video",
    ModeKind.TALK: "talking portrait",
    ModeKind.EXTEND: "continues a video",
}
_FROM = {
    ModeKind.TEXT: "words",
    ModeKind.REFERENCE: "references",
    ModeKind.MOTION: "motion from a video",
    ModeKind.EDIT: "a video to edit",
    ModeKind.TALK: "a portrait and speech",
    ModeKind.EXTEND: "a video to continue",
}
_AS = {Role.VIDEO: "as the video", Role.AUDIO: "as the sound"}
_FROM_PICTURE = frozenset({ModeKind.IMAGE, ModeKind.TALK})
_FROM_VIDEO = frozenset({ModeKind.MOTION, ModeKind.EDIT, ModeKind.EXTEND})


def day_words(day: date) -> str:
    """Return `24 Sept 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def end_words(profile: ModelProfile, today: date) -> str:
    """Return whether the service may stop offering the model, or has; empty for a current one."""
    if profile.status is Status.GONE:
        return NO_LONGER
    if profile.status is not Status.RETIRING:
        return ""
    if profile.gone_after is None:
        return "may end soon"
    return f"{'may end' if profile.gone_after >= today else 'may have ended'} on {day_words(profile.gone_after)}"


def short_facts(profile: ModelProfile) -> tuple[str, ...]:
    """Return what tells the model from others, as `4–15 s`, `1080p`, `sound`, `9 references`; four at most."""
    facts = [_lengths(profile), *named_resolutions(profile)[-1:], "sound" if sound(profile) != "never" else ""]
    kinds = {mode.kind for mode in profile.modes}
    special = [words for kind, words in _SPECIAL.items() if kind in kinds]
    found = [fact for fact in (*facts, _references(profile), *special) if fact]
    if _takes_last(profile) and len(found) < _MOST_FACTS:
        found.insert(len([fact for fact in facts if fact]), "first and last frame")
    return tuple(found[:_MOST_FACTS])


def made_from(profile: ModelProfile) -> str:
    """Return what clips are made from, as a sentence: `Words, first and last frame, or references`."""
    frames = "first and last frame" if _takes_last(profile) else "a first frame"
    words = dict.fromkeys(frames if mode.kind is ModeKind.IMAGE else _FROM[mode.kind] for mode in profile.modes)
    *front, last = words
    sentence = f"{', '.join(front)}{',' if len(front) > 1 else ''} or {last}" if front else last
    return sentence[:1].upper() + sentence[1:]


def table(profile: ModelProfile) -> tuple[tuple[str, str], ...]:
    """Return the rows that the profile alone can fill: title and words."""
    rows = [
        ("Length", _all_lengths(profile)),
        ("Resolution", DOT.join(named_resolutions(profile)) or BY_MODEL),
        ("Shape", " ".join(shapes(profile)) or _shape_of_input(profile)),
        ("Pictures", _pictures(profile)),
        ("Films, sounds", _films_and_sounds(profile)),
    ]
    if slots_of(profile, Role.LORA):
        rows.append(("LoRAs", _counted(most_of(profile, Role.LORA), "LoRA")))
    return tuple(rows)


def _lengths(profile: ModelProfile) -> str:
    """Return `4–15 s`, `10 or 15 s`, or an empty string if no length is chosen or fixed."""
    ranges = length_ranges(profile)
    if not ranges:
        return ""
    singles = [low for low, high in ranges if low == high]
    if len(singles) == len(ranges) <= _MOST_LENGTHS:
        return f"{listed(f'{seconds:g}' for seconds in singles)} s"
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    return f"from {low:g} s" if math.isinf(high) else f"{low:g}–{high:g} s"


def _all_lengths(profile: ModelProfile) -> str:
    read = [_AS.get(role, f"as the {role}") for role in length_sources(profile)]
    return ", or ".join(words for words in (_lengths(profile), *read) if words) or BY_MODEL


def _shape_of_input(profile: ModelProfile) -> str:
    kinds = {mode.kind for mode in profile.modes}
    if kinds <= _FROM_PICTURE:
        return "as the picture"
    return "as the video" if kinds <= _FROM_VIDEO else BY_MODEL


def _takes_last(profile: ModelProfile) -> bool:
    return any(slot.role is Role.LAST for slot in profile.media)


def _references(profile: ModelProfile) -> str:
    return _counted(most_of(profile, Role.REFERENCE), "reference") if slots_of(profile, Role.REFERENCE) else ""


def _pictures(profile: ModelProfile) -> str:
    frames = "first and last" if _takes_last(profile) else "a first frame"
    words = [
        frames if slots_of(profile, Role.FIRST) else "",
        "a character" if slots_of(profile, Role.CHARACTER) else "",
        _references(profile),
    ]
    given = ", or ".join(word for word in words if word)
    return f"{given}, with a mask" if given and slots_of(profile, Role.MASK) else given or NONE


def _films_and_sounds(profile: ModelProfile) -> str:
    films, sounds = slots_of(profile, Role.VIDEO), slots_of(profile, Role.AUDIO)
    most = most_of(profile, Role.VIDEO)
    if films and sounds and most == most_of(profile, Role.AUDIO) and _limits(films) == _limits(sounds):
        each = "any number of each" if most is None else f"{most} of each"
        return ", ".join([each, *_limits(films)])
    words = [
        ", ".join([_counted(most_of(profile, role), noun), *_limits(slots)])
        for role, noun, slots in ((Role.VIDEO, _FILM, films), (Role.AUDIO, _SOUND, sounds))
        if slots
    ]
    return DOT.join(words) or NONE


def _limits(slots: Sequence[MediaSlot]) -> list[str]:
    """Return `15 s together` or `up to 30 s`, as the most generous of the places says it."""
    together = [slot.total_max_s for slot in slots if slot.total_max_s is not None]
    each = [slot.max_s for slot in slots if slot.max_s is not None]
    if len(together) == len(slots):
        return [f"{max(together):g} s together"]
    return [f"up to {max(each):g} s"] if len(each) == len(slots) else []


def _counted(most: int | None, noun: str) -> str:
    if most is None:
        return f"{noun}s"
    return f"{most} {noun}" if most == 1 else f"{most} {noun}s"
