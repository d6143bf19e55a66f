"""Writes a profile of schema 2 as TOML that our own reader accepts, with comments."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sora_studio.domain.models.profile import MODE, MediaSlot, Mode, ModelProfile, Option, OptionKind
from sora_studio.domain.models.values import OptionValue


def write(profile: ModelProfile, *, top: Sequence[str] = (), open_ends: Sequence[str] = ()) -> str:
    """Return the profile as TOML: what a published schema can state, and so no rules, prices, times or limits.

    `top` and `open_ends` are comments for the beginning and the end, one line of text each.
    """
    source, routing, prompt = profile.source, profile.routing, profile.prompt
    lines = [*_comments(top), "schema = 2"]
    lines += _pairs({"slug": profile.slug, "title": profile.title, "family": profile.family, "status": profile.status})
    if source is not None:
        lines += ["", "[source]", f"url = {text(source.url)}", f"seen_on = {source.seen_on.isoformat()}"]
        lines += _pairs({"confidence": source.confidence})
    lines += ["", "[prompt]"]
    lines += _pairs({"required": prompt.required, "min_chars": prompt.min_chars, "max_chars": prompt.max_chars})
    if routing is not None:
        lines += ["", "[routing]", f"values = {_list(routing.values)}", *_pairs({"default": routing.default})]
    known = tuple(mode.id for mode in profile.modes)
    for mode in profile.modes:
        lines += ["", *_mode(mode, required=prompt.required)]
    for option in profile.options:
        lines += ["", *_option(option, known)]
    for slot in profile.media:
        lines += ["", *_media(slot, known)]
    if open_ends:
        lines += ["", *_comments(open_ends)]
    return "\n".join([*lines, ""])


def text(value: str) -> str:
    """Return printable text as a TOML string."""
    return json.dumps(value, ensure_ascii=False)


def _value(value: OptionValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return text(value) if isinstance(value, str) else repr(value)


def _list(values: Iterable[OptionValue]) -> str:
    return f"[{', '.join(map(_value, values))}]"


def _pairs(pairs: Mapping[str, OptionValue | None]) -> Iterator[str]:
    return (f"{key} = {_value(value)}" for key, value in pairs.items() if value is not None)


def _comments(lines: Iterable[str]) -> Iterator[str]:
    return (f"# {line}" for line in lines)


def _mode(mode: Mode, *, required: bool) -> Iterator[str]:
    yield "[[mode]]"
    yield from _pairs({"id": mode.id, "title": mode.title, "kind": mode.kind})
    if mode.sends != {MODE: mode.id}:
        sends = ", ".join(f"{field} = {_value(value)}" for field, value in mode.sends.items())
        yield f"sends = {{ {sends} }}" if sends else "sends = {}"
    if mode.prompt_required != required:
        yield from _pairs({"prompt_required": mode.prompt_required})


def _option(option: Option, known: tuple[str, ...]) -> Iterator[str]:
    yield "[[option]]"
    yield from _pairs({"field": option.field, "meaning": option.meaning or None, "title": option.title})
    yield from _pairs({"unit": option.unit or None, "kind": option.kind})
    if option.kind is OptionKind.CHOICE:
        yield f"values = {_list(choice.value for choice in option.choices)}"
    yield from _pairs({"min": option.min, "max": option.max, "step": option.step, "random": option.random})
    yield from _pairs({"max_chars": option.max_chars, "default": option.default, "required": option.required or None})
    yield from _modes(option.modes, known)


def _media(slot: MediaSlot, known: tuple[str, ...]) -> Iterator[str]:
    yield "[[media]]"
    yield from _pairs({"role": slot.role, "kind": slot.kind, "field": slot.field, "min": slot.min, "max": slot.max})
    yield from _modes(slot.modes, known)


def _modes(modes: tuple[str, ...], known: tuple[str, ...]) -> Iterator[str]:
    if modes != known:
        yield f"modes = {_list(modes)}"
