"""Proposes a profile from a published schema: only what is certain. The rest becomes comments for whoever installs it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.profile import (
    MediaKind,
    MediaSlot,
    Mode,
    ModeKind,
    ModelProfile,
    Option,
    PromptLimits,
    Role,
    Routing,
    Source,
)
from sora_studio.domain.models.published import Published, PublishedMode
from sora_studio.domain.models.published_field import MediaFacts, PublishedField, PublishedPrompt, spoken, words
from sora_studio.domain.models.read import read
from sora_studio.domain.models.values import shown
from sora_studio.domain.models.write import write

_TOP = (
    "Proposed from a published schema, which says little; compare it with the model's page before you use it.",
    "To install it, move this file to the folder models of the data folder. It then replaces a profile of the same slug,",
    "whose rules, prices, times and limits are not in here.",
)
_LEFT_OPEN = "Left open:"
_KINDS = (
    ("text-to-video", ModeKind.TEXT),
    ("text_2_video", ModeKind.TEXT),
    ("text2video", ModeKind.TEXT),
    ("t2v", ModeKind.TEXT),
    ("reference", ModeKind.REFERENCE),
    ("frame", ModeKind.IMAGE),
    ("image-to-video", ModeKind.IMAGE),
    ("image_2_video", ModeKind.IMAGE),
    ("image2video", ModeKind.IMAGE),
    ("i2v", ModeKind.IMAGE),
    ("extend", ModeKind.EXTEND),
    ("edit", ModeKind.EDIT),
    ("motion", ModeKind.MOTION),
    ("animate", ModeKind.MOTION),
    ("talk", ModeKind.TALK),
)
"""What the words that select a mode say about its kind; the first that fits counts."""
_ROLES = {MediaKind.VIDEO: Role.VIDEO, MediaKind.AUDIO: Role.AUDIO, MediaKind.LORA: Role.LORA}
_NAMED_ROLES = (("mask", Role.MASK), ("last", Role.LAST), ("end", Role.LAST), ("tail", Role.LAST))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A profile as TOML that the reader accepts. Without `text`, `reason` is a sentence about why there is none."""

    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Sketch:
    """One mode as the proposal describes it. With `missing`, half a sentence, it cannot be used and is left out."""

    mode: Mode
    options: tuple[Option, ...]
    media: tuple[MediaSlot, ...]
    prompt: PublishedPrompt | None
    remarks: tuple[str, ...]
    missing: str = ""


def propose(published: Published, *, slug: str, title: str, url: str, day: date) -> Proposal:
    """Return the proposal for the model of a schema that was read at `url` on `day`. Never raises."""
    if not published.modes:
        return Proposal(reason=published.reason)
    sketches = _told_apart([_sketch(mode) for mode in published.modes])
    usable = [sketch for sketch in sketches if not sketch.missing]
    if not usable:
        return Proposal(reason=f"No mode can be described: {sketches[0].missing}.")
    profile = _profile(usable, published, slug=slug, title=words(title) or slug)
    profile = replace(profile, source=Source(words(url) or slug, day, "low"))
    text = write(profile, top=_TOP, open_ends=_open_ends(published, sketches))
    try:
        read(text, f"{slug}.toml")
    except ProfileError as refusal:
        return Proposal(reason=f"What the schema says makes no valid profile: {refusal.reason}")
    return Proposal(text)


def left_open(text: str) -> tuple[str, ...]:
    """Return what the text of a proposal says that it leaves open, a line each."""
    _, _, end = text.partition(f"\n# {_LEFT_OPEN}\n")
    return tuple(line.removeprefix("# - ") for line in end.splitlines() if line.startswith("# - "))


def mode_name(mode: PublishedMode) -> str:
    """Return how a mode is named in sentences, and its id in a proposal: its fixed values."""
    return "-".join(shown(value) for value in mode.sends.values()) or "default"


def _sketch(published: PublishedMode) -> _Sketch:
    name = mode_name(published)
    kind = _kind(published)
    mode = Mode(name, spoken(published.title or name), kind or ModeKind.TEXT, published.sends)
    options = tuple(replace(field.option, modes=(name,)) for field in published.fields if field.option and not field.open)
    slots, remarks = list[MediaSlot](), list[str]()
    for field in published.fields:
        if field.media and not field.open:
            added, remark = _slots(field.name, field.media, mode, slots)
            slots += added
            remarks += [remark] if remark else []
    if kind is None and slots:
        mode = replace(mode, kind=ModeKind.REFERENCE)
        remarks.append("its kind is not stated; reference is a guess")
    unused = [field.name for field in published.fields if field.media and not any(slot.field == field.name for slot in slots)]
    return _Sketch(mode, options, tuple(slots), published.prompt, tuple(remarks), _missing(published, mode, slots, unused))


def _kind(mode: PublishedMode) -> ModeKind | None:
    """Return the kind that the selecting words name, as far as the media agree; None if they name none."""
    said = " ".join(shown(value) for value in reversed(list(mode.sends.values()))).lower()
    kind = next((kind for word, kind in _KINDS if word in said), None)
    needed = {field.media.kind for field in mode.fields if field.media and field.media.least}
    if kind is ModeKind.IMAGE and MediaKind.AUDIO in needed:
        return ModeKind.TALK
    return kind


def _slots(field: str, facts: MediaFacts, mode: Mode, before: Sequence[MediaSlot]) -> tuple[list[MediaSlot], str]:
    """Return the roles of one list, and a remark about what is not certain."""
    role, limit, remark = _role(field, facts, mode)
    taken = {slot.role for slot in before}
    if role in taken:
        return [], f"two lists would have the role {role}; {field} is left out"
    least = min(facts.least, limit) if limit else facts.least
    most = limit if limit and (facts.most is None or facts.most >= limit) else facts.most
    slot = MediaSlot(role, facts.kind, field, (mode.id,), least, most)
    if role is not Role.FIRST or facts.most == 1:
        return [slot], remark
    if facts.least > 2:
        return [], f"the roles of the pictures in {field} are not stated"
    said = " ".join(shown(value) for value in mode.sends.values()).lower()
    if "frame" in said and facts.most == 2 and facts.least and Role.LAST not in taken:
        return [slot, MediaSlot(Role.LAST, facts.kind, field, (mode.id,), facts.least - 1, 1)], ""
    if facts.least == 2:
        return [], f"the roles of the pictures in {field} are not stated"
    more = "more" if facts.most is None else f"up to {facts.most}"
    return [slot], f"{field} takes {more}; what the others are for is not stated"


def _role(field: str, facts: MediaFacts, mode: Mode) -> tuple[Role, int | None, str]:
    """Return the role of a list, how many a role can have at most, and a remark."""
    if facts.kind in _ROLES:
        return _ROLES[facts.kind], None, ""
    named = next((role for word, role in _NAMED_ROLES if word in field.lower().split("_")), None)
    if named is not None:
        return named, None, ""
    if mode.kind in (ModeKind.IMAGE, ModeKind.TALK):
        return Role.FIRST, 1, ""
    if mode.kind is ModeKind.MOTION:
        return Role.CHARACTER, None, f"the role of {field} is not stated; character is a guess"
    return Role.REFERENCE, None, ""


def _missing(published: PublishedMode, mode: Mode, slots: Sequence[MediaSlot], unused: Sequence[str]) -> str:
    """Return why the mode cannot be used as far as it is described, half a sentence; empty if it can."""
    for field in published.fields:
        if field.required and field.open:
            return f"{mode.id} needs {words(field.name)}, and {field.open}"
        if field.required and field.name in unused:
            return f"{mode.id} needs {field.name}, whose role is not certain"
    if mode.kind is not ModeKind.TEXT and not slots:
        return f"{mode.id} needs media, and the schema does not say which"
    return ""


def _told_apart(sketches: Sequence[_Sketch]) -> list[_Sketch]:
    """Return the sketches with different ids: values such as 1 and "1" look alike."""
    told, seen = list[_Sketch](), set[str]()
    for number, sketch in enumerate(sketches, start=1):
        name = sketch.mode.id if sketch.mode.id not in seen else f"{sketch.mode.id}-{number}"
        seen.add(name)
        told.append(
            replace(
                sketch,
                mode=replace(sketch.mode, id=name),
                options=tuple(replace(option, modes=(name,)) for option in sketch.options),
                media=tuple(replace(slot, modes=(name,)) for slot in sketch.media),
            )
        )
    return told


def _profile(sketches: Sequence[_Sketch], published: Published, *, slug: str, title: str) -> ModelProfile:
    prompts = [sketch.prompt for sketch in sketches]
    required = any(prompt is not None and prompt.required for prompt in prompts)
    least, most = ({getattr(prompt, name, None) for prompt in prompts} for name in ("min_chars", "max_chars"))
    limits = PromptLimits(
        required,
        (next(iter(least)) if len(least) == 1 else None) or 1,
        next(iter(most)) if len(most) == 1 else None,
    )
    modes = (replace(each.mode, prompt_required=each.prompt is not None and each.prompt.required) for each in sketches)
    routing = Routing(published.routes, published.default_route) if published.routes and published.default_route else None
    return ModelProfile(
        slug=slug,
        title=title,
        family=slug,
        modes=tuple(modes),
        prompt=limits,
        routing=routing,
        options=_merged(option for sketch in sketches for option in sketch.options),
        media=_merged_media(slot for sketch in sketches for slot in sketch.media),
    )


def _merged(options: Iterable[Option]) -> tuple[Option, ...]:
    """Return each option once, with all the modes in which it is the same."""
    modes = dict[Option, tuple[str, ...]]()
    for option in options:
        alike = replace(option, modes=())
        modes[alike] = (*modes.get(alike, ()), *option.modes)
    return tuple(replace(option, modes=names) for option, names in modes.items())


def _merged_media(slots: Iterable[MediaSlot]) -> tuple[MediaSlot, ...]:
    modes = dict[MediaSlot, tuple[str, ...]]()
    for slot in slots:
        alike = replace(slot, modes=())
        modes[alike] = (*modes.get(alike, ()), *slot.modes)
    return tuple(replace(slot, modes=names) for slot, names in modes.items())


def _open_ends(published: Published, sketches: Sequence[_Sketch]) -> list[str]:
    """Return what the proposal leaves open, a line each."""
    lines = [_LEFT_OPEN, "- the family: the slug stands in its place"]
    if published.routes and not published.default_route:
        lines.append(f"- provider takes {', '.join(published.routes)}; no default is stated, so it is not sent")
    if len({sketch.prompt and sketch.prompt.max_chars for sketch in sketches}) > 1:
        lines.append("- the prompt's limits differ by mode, so none is set")
    for sketch, mode in zip(sketches, published.modes, strict=True):
        name = sketch.mode.id
        if sketch.missing:
            lines.append(f"- mode {name} is left out: {sketch.missing}")
        if mode.prompt is None:
            lines.append(f"- {name}: no prompt is mentioned")
        lines += [f"- {name}: {remark}" for remark in sketch.remarks]
        lines += [f"- {name}: {words(field.name)}: {field.open}" for field in mode.fields if field.open]
        lines += [f"- {name}: the schema says: {mode.words}"] if mode.words else []
    return list(dict.fromkeys(lines + _sayings(published)))


def _sayings(published: Published) -> list[str]:
    fields: dict[str, PublishedField] = {field.name: field for mode in published.modes for field in mode.fields}
    return [f"- {words(name)}: the schema says: {field.words}" for name, field in fields.items() if field.words]
