"""Reads `input` of a create request against a model's table: whatever is unknown, misplaced, wrong or missing is a 400."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sora_studio.simulator.model import MediaField, MediaKind, Mode, Model, Prompt, Rule, Value
from sora_studio.simulator.parameters import checked, chosen, number, refuse, refuse_broken, refuse_unknown, table, web_address


@dataclass(frozen=True, slots=True)
class Input:
    """What was sent, complete with defaults. `media` holds the addresses of each list."""

    mode: Mode
    prompt: str
    values: Mapping[str, Value]
    media: Mapping[str, tuple[str, ...]]


def read_input(value: object, model: Model) -> Input:
    """Return the input of a create request; raises 400."""
    wanted = table(value, "input")
    refuse_unknown(wanted, model.names, "input.")
    mode = _mode(wanted, model)
    prompt = _prompt(wanted, mode)
    for name in wanted:
        if name not in mode.names:
            refuse(f"input.{name}", f"must be absent for {mode.name}")
    values: dict[str, Value] = dict(mode.sends)
    for field in mode.fields:
        if field.name in wanted:
            values[field.name] = checked(wanted[field.name], field)
        elif field.default is not None:
            values[field.name] = field.default
        elif field.required:
            refuse(f"input.{field.name}", "is required")
    media = {field.name: _media(wanted, field, mode) for field in mode.media}
    sent = {name for name, urls in media.items() if urls} | {name for name, value in values.items() if value != ""}
    for rule in mode.rules:
        _apply(rule, values, sent)
    return Input(mode, prompt, values, media)


def _mode(wanted: Mapping[str, object], model: Model) -> Mode:
    """Return the mode that the selectors name, one selector after the other."""
    modes = list(model.modes)
    for name in modes[0].sends:
        allowed = tuple(dict.fromkeys(mode.sends[name] for mode in modes))
        value = chosen(wanted, name, allowed, default=model.selects.get(name), prefix="input.")
        modes = [mode for mode in modes if mode.sends[name] == value]
    return modes[0]


def _prompt(wanted: Mapping[str, object], mode: Mode) -> str:
    limits = mode.prompt
    if "prompt" not in wanted:
        if limits.required:
            refuse("input.prompt", "is required")
        return ""
    prompt = wanted["prompt"]
    if not isinstance(prompt, str):
        refuse("input.prompt", "must be a string")
    if len(prompt) < limits.least or (limits.most is not None and len(prompt) > limits.most):
        refuse("input.prompt", f"must have {_span(limits)} characters, not {len(prompt)}")
    if not prompt.strip():
        refuse("input.prompt", "must not be blank")
    refuse_broken(prompt, "input.prompt")
    return prompt


def _span(limits: Prompt) -> str:
    return f"at least {limits.least}" if limits.most is None else f"{limits.least} to {limits.most}"


def _media(wanted: Mapping[str, object], field: MediaField, mode: Mode) -> tuple[str, ...]:
    name = f"input.{field.name}"
    if field.name not in wanted:
        if field.least:
            refuse(name, f"is required for {mode.name}")
        return ()
    given = wanted[field.name]
    if not isinstance(given, list):
        refuse(name, f"must be an array of {'objects' if field.kind is MediaKind.LORA else 'strings'}")
    items = cast("list[object]", given)
    if len(items) < field.least or (field.most is not None and len(items) > field.most):
        refuse(name, f"must hold {_count(field)}, not {len(items)}")
    return tuple(_address(item, field, f"{name}[{index}]") for index, item in enumerate(items))


def _count(field: MediaField) -> str:
    if field.most == field.least == 1:
        return "exactly one URL"
    if field.most is None:
        return f"at least {field.least} URLs"
    return f"{field.least} to {field.most} URLs"


def _address(item: object, field: MediaField, name: str) -> str:
    if field.kind is MediaKind.LORA:
        lora = table(item, name)
        refuse_unknown(lora, ("path", "scale"), f"{name}.")
        number(lora.get("scale"), f"{name}.scale")
        item, name = lora.get("path"), f"{name}.path"
    if not isinstance(item, str) or web_address(item) is None:
        refuse(name, "must be an http or https URL")
    return item


def _apply(rule: Rule, values: Mapping[str, Value], sent: set[str]) -> None:
    holds = all(values.get(name) == value for name, value in rule.equal.items())
    if not holds or not sent.issuperset(rule.has) or not sent.isdisjoint(rule.lacks):
        return
    value = values.get(rule.field)
    is_fine = bool(rule.values) and (value is None or value in rule.values)
    if rule.high is not None:
        is_fine = isinstance(value, int | float) and value <= rule.high
    if not is_fine:
        refuse(f"input.{rule.field}", rule.reason)
