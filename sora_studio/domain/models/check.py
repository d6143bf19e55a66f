"""Checks a draft against a model, before anything is sent: what the service would refuse is refused here, with a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.models.draft import Draft, MediaFacts, Medium
from sora_studio.domain.models.profile import MediaSlot, Mode, ModeKind, ModelProfile, Option, OptionKind, Role, Status
from sora_studio.domain.models.values import OptionValue, listed
from sora_studio.domain.picture import format_name
from sora_studio.domain.prompt import find_unsendable, is_blank, is_mostly_nul, place_of, without_mark

_FIRST_SURROGATE = 0xD800


class RefusalKind(StrEnum):
    """Why a draft is refused, in the order of the checks: the first is the one that a single sentence tells."""

    GONE = "gone"
    MODE = "mode"
    PROMPT_MISSING = "prompt_missing"
    PROMPT_SHORT = "prompt_short"
    PROMPT_LONG = "prompt_long"
    PROMPT_UNSENDABLE = "prompt_unsendable"
    OPTION_UNKNOWN = "option_unknown"
    OPTION_VALUE = "option_value"
    TEXT_LONG = "text_long"
    OPTION_MISSING = "option_missing"
    MEDIA_UNKNOWN = "media_unknown"
    MEDIA_MISSING = "media_missing"
    MEDIA_MANY = "media_many"
    MEDIA_FORMAT = "media_format"
    MEDIA_BYTES = "media_bytes"
    MEDIA_PIXELS = "media_pixels"
    MEDIA_RATIO = "media_ratio"
    MEDIA_ALPHA = "media_alpha"
    MEDIA_LENGTH = "media_length"
    MEDIA_TOTAL = "media_total"
    RULE = "rule"
    ROUTE = "route"


_NOUNS = {
    Role.FIRST: "first picture",
    Role.LAST: "last picture",
    Role.REFERENCE: "reference",
    Role.MASK: "mask",
    Role.CHARACTER: "character",
    Role.VIDEO: "video",
    Role.AUDIO: "sound",
    Role.LORA: "LoRA",
}
_ORDER = {kind: position for position, kind in enumerate(RefusalKind)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """`field` is what is at fault: an option's field, a role, `prompt`, `mode`, `provider`; empty for the whole draft.

    `address` is the medium that is at fault, if it is one.
    """

    kind: RefusalKind
    say: str
    field: str = ""
    address: str = ""


def check(draft: Draft, profile: ModelProfile) -> list[Refusal]:
    """Return everything that keeps the draft from being sent, the first check's answer first; empty when all is well.

    Facts of media are checked where they are known: of an address nothing is, so nothing is refused.
    """
    if profile.status is Status.GONE:
        return [Refusal(RefusalKind.GONE, _gone(profile))]
    mode = profile.mode(draft.mode)
    if mode is None:
        return [Refusal(RefusalKind.MODE, f"{profile.title} has no mode {draft.mode}.", "mode")]
    refusals = [
        *_check_prompt(draft.prompt, mode, profile),
        *_check_options(draft, mode, profile),
        *_check_media(draft, mode, profile),
        *_check_rules(draft, mode, profile),
        *_check_route(draft, profile),
    ]
    return sorted(refusals, key=lambda refusal: _ORDER[refusal.kind])


def _gone(profile: ModelProfile) -> str:
    advice = f" Open this draft with {listed(profile.successors)}." if profile.successors else ""
    return f"{profile.title} is no longer offered.{advice}"


def _check_prompt(text: str, mode: Mode, profile: ModelProfile) -> Iterator[Refusal]:
    prompt, limits = without_mark(text), profile.prompt
    length = len(prompt)
    if is_mostly_nul(prompt):
        yield Refusal(
            RefusalKind.PROMPT_UNSENDABLE, "The prompt looks like UTF-16 text. Save it as UTF-8 and try again.", "prompt"
        )
        return
    if limits.max_chars is not None and length > limits.max_chars:
        over = length - limits.max_chars
        words = f"The prompt has {length:,} characters, {over:,} more than the {limits.max_chars:,} allowed."
        yield Refusal(RefusalKind.PROMPT_LONG, words, "prompt")
    if is_blank(prompt):
        if mode.prompt_required:
            yield Refusal(RefusalKind.PROMPT_MISSING, "The prompt is empty. Describe the clip first.", "prompt")
        return
    if (index := find_unsendable(prompt)) is not None:
        code = ord(prompt[index])
        what = "damaged" if code >= _FIRST_SURROGATE else f"an invisible control character (U+{code:04X})"
        words = f"{place_of(prompt, index)} of the prompt is {what} and cannot be sent. Remove it."
        yield Refusal(RefusalKind.PROMPT_UNSENDABLE, words, "prompt")
    if length < limits.min_chars:
        short = limits.min_chars - length
        words = f"The prompt has {length:,} characters, {short:,} fewer than the {limits.min_chars:,} needed."
        yield Refusal(RefusalKind.PROMPT_SHORT, words, "prompt")


def _check_options(draft: Draft, mode: Mode, profile: ModelProfile) -> Iterator[Refusal]:
    options = {option.field: option for option in profile.options_in(mode.id)}
    for name in draft.options:
        if name not in options:
            yield Refusal(RefusalKind.OPTION_UNKNOWN, f"{mode.title} has no option {name}.", name)
    for name, option in options.items():
        value = draft.chosen(option)
        if value is not None:
            yield from _check_value(option, value)
        elif option.required:
            yield Refusal(RefusalKind.OPTION_MISSING, f"Choose {option.title} first.", name)


def _check_value(option: Option, value: OptionValue) -> Iterator[Refusal]:
    if not option.allows(value):
        yield Refusal(RefusalKind.OPTION_VALUE, f"{option.title} {option.says()}.", option.field)
    elif option.kind is OptionKind.TEXT and isinstance(value, str):
        if option.max_chars is not None and len(value) > option.max_chars:
            words = f"{option.title} has {len(value):,} characters; {option.max_chars:,} fit."
            yield Refusal(RefusalKind.TEXT_LONG, words, option.field)
        if (index := find_unsendable(value)) is not None:
            words = f"{place_of(value, index)} of {option.title} is an invisible control character and cannot be sent."
            yield Refusal(RefusalKind.OPTION_VALUE, words, option.field)


def _check_media(draft: Draft, mode: Mode, profile: ModelProfile) -> Iterator[Refusal]:
    slots = profile.media_in(mode.id)
    for role, media in draft.media.items():
        if media and not any(slot.role is role for slot in slots):
            yield Refusal(RefusalKind.MEDIA_UNKNOWN, f"{mode.title} takes no {_NOUNS[role]}.", role)
    if mode.kind is ModeKind.REFERENCE and slots and not any(draft.media.values()) and not any(slot.min for slot in slots):
        words = f"{mode.title} needs 1 {listed(_NOUNS[slot.role] for slot in slots)}."
        yield Refusal(RefusalKind.MEDIA_MISSING, words, slots[0].role)
    for slot in slots:
        media = draft.media.get(slot.role, ())
        if len(media) < slot.min:
            yield Refusal(RefusalKind.MEDIA_MISSING, f"{mode.title} needs {_counted(slot.min, slot.role)}.", slot.role)
        if slot.max is not None and len(media) > slot.max:
            words = f"{mode.title} takes {_counted(slot.max, slot.role)}; {len(media)} given."
            yield Refusal(RefusalKind.MEDIA_MANY, words, slot.role)
        for medium in media:
            yield from check_medium(medium, slot)
        yield from _check_total(media, slot)


def _counted(count: int, role: Role) -> str:
    return f"{count} {_NOUNS[role]}" if count == 1 else f"{count} {_NOUNS[role]}s"


def _check_total(media: tuple[Medium, ...], slot: MediaSlot) -> Iterator[Refusal]:
    total_s = sum(medium.facts.seconds or 0.0 for medium in media)
    if slot.total_max_s is not None and total_s > slot.total_max_s:
        words = f"The {_NOUNS[slot.role]} files last {total_s:g} s together; {slot.total_max_s:g} s are allowed."
        yield Refusal(RefusalKind.MEDIA_TOTAL, words, slot.role)


def check_medium(medium: Medium, slot: MediaSlot) -> list[Refusal]:
    """Return what keeps one medium from its role, as far as its facts are known."""
    return [Refusal(kind, words, slot.role, medium.address) for kind, words in _medium_troubles(medium, slot)]


def _medium_troubles(medium: Medium, slot: MediaSlot) -> Iterator[tuple[RefusalKind, str]]:
    name, facts = medium.name, medium.facts
    if facts.format is not None and slot.formats and facts.format not in slot.formats:
        article = "an" if facts.format.startswith(("a", "e", "i", "o")) else "a"
        taken = listed(map(format_name, slot.formats))
        words = f"{name} is {article} {format_name(facts.format)} file; the service takes {taken}."
        yield RefusalKind.MEDIA_FORMAT, words
    if facts.size_bytes is not None and slot.max_bytes is not None and facts.size_bytes > slot.max_bytes:
        yield RefusalKind.MEDIA_BYTES, f"{name} has {_megabytes(facts.size_bytes)}; {_megabytes(slot.max_bytes)} are allowed."
    yield from _shape_troubles(name, facts, slot)
    if facts.has_alpha and not slot.alpha:
        yield RefusalKind.MEDIA_ALPHA, f"{name} has transparent parts."
    if facts.seconds is not None and not _within(facts.seconds, slot.min_s, slot.max_s):
        yield RefusalKind.MEDIA_LENGTH, f"{name} must last {_span(slot.min_s, slot.max_s)} s."


def _shape_troubles(name: str, facts: MediaFacts, slot: MediaSlot) -> Iterator[tuple[RefusalKind, str]]:
    if not facts.width or not facts.height:
        return
    if not all(_within(side, slot.min_side, slot.max_side) for side in (facts.width, facts.height)):
        yield RefusalKind.MEDIA_PIXELS, f"{name} needs {_span(slot.min_side, slot.max_side)} px a side."
    ratio = facts.width / facts.height
    low, high = slot.min_ratio, slot.max_ratio
    if (low is not None and ratio <= low) or (high is not None and ratio >= high):
        yield RefusalKind.MEDIA_RATIO, f"{name} must lie {_between(low, high)}."


def _check_rules(draft: Draft, mode: Mode, profile: ModelProfile) -> Iterator[Refusal]:
    values, present = draft.facts(mode, profile)
    for rule in profile.rules:
        if not rule.when.holds(values, present):
            continue
        if not rule.allow:
            yield Refusal(RefusalKind.RULE, rule.say)
        for name, allowed in rule.allow.items():
            if name in values and values[name] not in allowed:
                yield Refusal(RefusalKind.RULE, rule.say, name)


def _check_route(draft: Draft, profile: ModelProfile) -> Iterator[Refusal]:
    routes = profile.routing.values if profile.routing else ()
    if draft.route and draft.route not in routes:
        yield Refusal(RefusalKind.ROUTE, f"{profile.title} has no route {draft.route}.", "provider")


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _span(low: float | None, high: float | None) -> str:
    """Return `2 to 15`, `at least 301` or `at most 30`."""
    if low is None or high is None:
        return f"at most {high:,g}" if high is not None else f"at least {low or 0:,g}"
    return f"{low:,g} to {high:,g}"


def _between(low: float | None, high: float | None) -> str:
    """Return `between 0.4 and 2.5`, `above 0.4` or `below 2.5`: neither end belongs to it."""
    if low is None or high is None:
        return f"below {high:g}" if high is not None else f"above {low or 0.0:g}"
    return f"between {low:g} and {high:g}"


def _megabytes(size_bytes: int) -> str:
    """Return decimal megabytes; with all digits that tell 10.000001 MB from 10 MB."""
    return f"{size_bytes / 1e6:,.6f}".rstrip("0").rstrip(".") + " MB"
