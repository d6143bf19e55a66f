"""The form of a model: which control an option gets, in which order, and what it offers and says. Pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.models.forbidden import Ban, forbidden
from sora_studio.domain.models.profile import DURATION, MediaKind, Mode, ModeKind, ModelProfile, Option, OptionKind, Role
from sora_studio.domain.models.values import OptionValue, is_same, listed, shown
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.viewmodels.compose import compose_text
from sora_studio.viewmodels.compose.number_scale import number_scale

AUTO = "Auto"
"""Left to the service."""
ANY = "Random"
"""The wire's value for any number."""
CHOOSE = "Choose…"
LONG_TEXT_CHARS = 200
"""Texts that may be this long get an editor of several lines."""
_NEGATIVE = "negative"
_RANKS = (DURATION, "resolution", "size", "aspect", "sound")
"""Meanings of the options that are changed most, in the order of the row."""

_NOUNS = {MediaKind.IMAGE: "pictures", MediaKind.VIDEO: "films", MediaKind.AUDIO: "sounds"}
_SENTENCES = {
    ModeKind.TEXT: "From words alone",
    ModeKind.IMAGE: "Begins with a picture",
    ModeKind.MOTION: "Moves a character as in a film",
    ModeKind.EDIT: "Changes a film",
    ModeKind.TALK: "Makes a portrait speak",
    ModeKind.EXTEND: "Continues a film",
}


class ControlKind(StrEnum):
    """How an option is chosen."""

    SWITCH = "switch"
    CHOICE = "choice"
    SLIDER = "slider"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Entry:
    """One value to choose; `value` None leaves the option to the service."""

    value: OptionValue | None
    words: str


def control_kind(option: Option) -> ControlKind:
    """Return the control for an option. Every option has one."""
    if option.kind is OptionKind.TEXT:
        return ControlKind.TEXT
    if option.kind is OptionKind.SWITCH or option.choices:
        return ControlKind.SWITCH if _is_on_or_off(option) and option.default is not None else ControlKind.CHOICE
    return ControlKind.SLIDER if number_scale(option) else ControlKind.NUMBER


def may_be_unset(option: Option) -> bool:
    """Return whether the service decides unless the user does."""
    return option.default is None and not option.required


def entries(option: Option) -> tuple[Entry, ...]:
    """Return what a choice offers, or what a number offers beside its range: Auto, any number, the values."""
    found = [Entry(None, AUTO)] if may_be_unset(option) and _auto(option) is None else []
    if option.random is not None:
        found.append(Entry(option.random, ANY))
    if option.kind is OptionKind.SWITCH:
        found += [Entry(value, shown(value).capitalize()) for value in (True, False)]
    return (*found, *(Entry(choice.value, choice.title) for choice in option.choices))


def as_shown(option: Option, value: OptionValue | None) -> OptionValue | None:
    """Return the value that a control shows: where the model has a value named Auto, it stands for no choice as well."""
    return _auto(option) if value is None and may_be_unset(option) else value


def words(option: Option, value: OptionValue | None) -> str:
    """Return an option's value as its control shows it."""
    if value is None:
        return AUTO if may_be_unset(option) else CHOOSE
    if option.choices:
        return option.label(value)
    if option.random is not None and is_same(value, option.random):
        return ANY
    if option.kind is OptionKind.SWITCH:
        return shown(value).capitalize()
    scale = number_scale(option)
    return scale.words(value) if scale and not isinstance(value, str) else option.label(value)


def chip_words(option: Option, value: OptionValue | None) -> str:
    """Return the text of an option's chip: the value alone where it speaks for itself, else with the title."""
    if value is not None and option.meaning in _RANKS[:-1]:
        return words(option, value)
    if value is None and option.meaning == "aspect":
        return words(option, value) if may_be_unset(option) else f"{option.title}: {CHOOSE}"
    return f"{option.title}: {words(option, value)}"


def is_common(option: Option) -> bool:
    """Return whether the option is among those that are changed most."""
    return option.meaning in _RANKS


def comes_first(option: Option) -> bool:
    """Return whether the option keeps its place in a narrow row: length, resolution and shape, and what must be chosen."""
    return option.meaning in _RANKS[:-1] or (option.required and option.default is None)


def in_order(options: Iterable[Option]) -> list[Option]:
    """Return the options as the row shows them: the commonest, those that must be chosen, then the file's order."""

    def rank(option: Option) -> int:
        if option.meaning in _RANKS:
            return _RANKS.index(option.meaning)
        return len(_RANKS) if option.required and option.default is None else len(_RANKS) + 1

    return sorted(options, key=rank)


def fits_row(option: Option) -> bool:
    """Return whether the option may stand in the row; texts, open numbers and what is rarely chosen stay behind `⋯`."""
    kind = control_kind(option)
    if kind in (ControlKind.TEXT, ControlKind.NUMBER) or (kind is ControlKind.SLIDER and entries(option)):
        return False
    return is_common(option) or not may_be_unset(option)


def is_long_text(option: Option) -> bool:
    """Return whether a text gets several lines."""
    return option.meaning == _NEGATIVE or (option.max_chars is not None and option.max_chars >= LONG_TEXT_CHARS)


def difference(option: Option, value: OptionValue | None) -> str:
    """Return `Seed: 7` for a value that is not the default; else an empty string."""
    if value is None or value == "" or is_same(value, as_shown(option, option.default)):
        return ""
    if option.kind is OptionKind.TEXT:
        return option.title
    return f"{option.title}: {words(option, value)}"


def bans(request: GenerationRequest, profile: ModelProfile) -> Mapping[str, tuple[Ban, ...]]:
    """Return what the model's rules rule out, given everything else in the request."""
    return forbidden(as_draft(request, profile), profile)


def mode_sentence(mode: Mode, profile: ModelProfile) -> str:
    """Return what a mode makes its clip from."""
    slots = profile.media_in(mode.id)
    if mode.kind is ModeKind.IMAGE and any(slot.role is Role.LAST for slot in slots):
        return "Begins with a picture, and may end with one"
    if mode.kind is ModeKind.REFERENCE:
        kinds = dict.fromkeys(_NOUNS[slot.kind] for slot in slots if slot.kind in _NOUNS)
        return f"Follows your {listed(kinds, 'and')}"
    return _SENTENCES[mode.kind]


def switch_title(option: Option) -> str:
    """Return the label of an on-off option."""
    return compose_text.check_title(option)


def _is_on_or_off(option: Option) -> bool:
    return option.kind is OptionKind.SWITCH or all(isinstance(choice.value, bool) for choice in option.choices)


def _auto(option: Option) -> OptionValue | None:
    return next((choice.value for choice in option.choices if choice.title == AUTO), None)
