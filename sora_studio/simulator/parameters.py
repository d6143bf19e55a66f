"""Checks of single parameters. Every error is a 400 that names its field."""

import ipaddress
import math
from collections.abc import Iterable, Mapping
from typing import NoReturn, cast
from urllib.parse import SplitResult, urlsplit

from sora_studio.simulator.model import Field, FieldKind, Value
from sora_studio.simulator.wire import Refusal

_KIND_NAMES: dict[type, str] = {str: "a string", int: "an integer", bool: "a boolean"}
_NEAR = 1e-9
"""Steps such as 0.1 are not exact in binary."""


def refuse(field: str, reason: str) -> NoReturn:
    """Raise 400, naming the field."""
    raise Refusal(400, f"Invalid parameter {field}: {reason}", error=f"{field} {reason}")


def is_loopback(host: str) -> bool:
    """Return whether an address or name means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def web_address(text: str) -> SplitResult | None:
    """Parse a complete http or https address; None for anything else."""
    try:
        parts = urlsplit(text)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if complete and text.isprintable() and " " not in text else None


def table(value: object, field: str) -> Mapping[str, object]:
    """Return an object; raises 400 for anything else."""
    if not isinstance(value, dict):
        refuse(field, "must be an object")
    return cast("Mapping[str, object]", value)


def refuse_unknown(fields: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
    """Raise 400 for the first field that is not known."""
    for name in fields:
        if name not in known:
            refuse(f"{prefix}{name}", "is not a known field")


def chosen(
    fields: Mapping[str, object], name: str, allowed: tuple[str, ...], *, default: str | None = None, prefix: str = ""
) -> str:
    """Return one of `allowed`."""
    if name not in fields:
        if default is None:
            refuse(f"{prefix}{name}", "is required")
        return default
    return cast("str", _one_of(fields[name], allowed, f"{prefix}{name}"))


def checked(value: object, field: Field) -> Value:
    """Return the value of a field of `input`, if it is of exactly the right type: "10" is not 10, and 1 is not true."""
    name = f"input.{field.name}"
    match field.kind:
        case FieldKind.CHOICE:
            return _one_of(value, field.values, name)
        case FieldKind.SWITCH:
            if not isinstance(value, bool):
                refuse(name, "must be a boolean")
            return value
        case FieldKind.TEXT:
            return _text(value, field.max_chars, name)
        case FieldKind.INTEGER:
            if not isinstance(value, int) or isinstance(value, bool):
                refuse(name, "must be an integer")
            return value if value == field.anything else _in_range(value, field, name)
        case FieldKind.NUMBER:
            return _in_range(number(value, name), field, name)


def number(value: object, name: str) -> int | float:
    """Return a finite number; raises 400 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or (isinstance(value, float) and not math.isfinite(value)):
        refuse(name, "must be a number")
    return value


def _one_of(value: object, allowed: tuple[Value, ...], name: str) -> Value:
    kind = type(allowed[0])
    if type(value) is not kind:
        refuse(name, f"must be {_KIND_NAMES[kind]}")
    if value not in allowed:
        refuse(name, f"must be one of {', '.join(str(item) for item in allowed)}")
    return value


def _text(value: object, max_chars: int | None, name: str) -> str:
    if not isinstance(value, str):
        refuse(name, "must be a string")
    if max_chars is not None and len(value) > max_chars:
        refuse(name, f"must have at most {max_chars} characters, not {len(value)}")
    refuse_broken(value, name)
    return value


def refuse_broken(text: str, name: str) -> None:
    """Raise 400 for half of a surrogate pair."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        refuse(name, "must be valid Unicode")


def _in_range(value: float, field: Field, name: str) -> int | float:
    if field.low is not None and value < field.low:
        refuse(name, f"must be at least {field.low:g}")
    if field.high is not None and value > field.high:
        refuse(name, f"must be at most {field.high:.12g}")
    if field.step is not None:
        steps = (value - (field.low or 0.0)) / field.step
        if abs(steps - round(steps)) > _NEAR * max(1.0, abs(steps)):
            refuse(name, f"must be a multiple of {field.step:g}")
    return value
