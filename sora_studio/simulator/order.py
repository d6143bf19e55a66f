"""Parses a create request as strictly as the service's documentation: every error is a 400 that names its field."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar, cast
from urllib.parse import SplitResult, urlsplit

from sora_studio.simulator.models import Model
from sora_studio.simulator.wire import Refusal

_Kind = TypeVar("_Kind", str, int, bool)
_BODY_FIELDS = frozenset({"request_type", "callback_url", "provider", "input"})
_KIND_NAMES: dict[type, str] = {str: "a string", int: "an integer", bool: "a boolean"}
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Order:
    """A task as ordered, complete with defaults. `short_edge_px` is the film's shorter edge."""

    model: str
    prompt: str
    duration_s: int = 10
    portrait: bool = False
    short_edge_px: int = 720
    image_urls: tuple[str, ...] = ()
    watermark: bool = False
    callback_url: str | None = None


def read_order(body: object, model: Model) -> Order:
    """Parse the order in a request's JSON; raises `Refusal` 400."""
    fields = _table(body, "body")
    _refuse_unknown(fields, _BODY_FIELDS, "")
    callback_url = _callback_url(fields)
    _choice(fields, "provider", model.providers, default=model.providers[0])
    if "input" not in fields:
        refuse("input", "is required")
    wanted = _table(fields["input"], "input")
    _refuse_unknown(wanted, model.input_fields, "input.")
    mode = _choice(wanted, "mode", ("text-to-video", "image-to-video"), prefix="input.")
    prompt = _prompt(wanted, model.max_prompt_chars)
    duration = _choice(wanted, "duration", tuple(model.prices_usd), default=10, prefix="input.")
    shape = _choice(wanted, "aspect_ratio", ("landscape", "portrait"), default="landscape", prefix="input.")
    resolution = _choice(wanted, "resolution", tuple(model.resolutions), default="720p", prefix="input.")
    return Order(
        model=model.slug,
        prompt=prompt,
        duration_s=duration,
        portrait=shape == "portrait",
        short_edge_px=model.resolutions[resolution],
        image_urls=_image_urls(wanted, needed=mode == "image-to-video"),
        watermark=not _choice(wanted, "remove_watermark", (True, False), default=True, prefix="input."),
        callback_url=callback_url,
    )


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


def _table(value: object, field: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        refuse(field, "must be an object")
    return cast("Mapping[str, object]", value)


def _refuse_unknown(fields: Mapping[str, object], known: Iterable[str], prefix: str) -> None:
    for name in fields:
        if name not in known:
            refuse(f"{prefix}{name}", "is not a known field")


def _choice(
    fields: Mapping[str, object], name: str, allowed: tuple[_Kind, ...], *, default: _Kind | None = None, prefix: str = ""
) -> _Kind:
    """Return one of `allowed`, of exactly its type: "10" is not 10, and 1 is not true."""
    field = f"{prefix}{name}"
    if name not in fields:
        if default is None:
            refuse(field, "is required")
        return default
    value, kind = fields[name], type(allowed[0])
    if type(value) is not kind:
        refuse(field, f"must be {_KIND_NAMES[kind]}")
    if value not in allowed:
        refuse(field, f"must be one of {', '.join(str(item) for item in allowed)}")
    return cast("_Kind", value)


def _prompt(fields: Mapping[str, object], max_chars: int) -> str:
    if "prompt" not in fields:
        refuse("input.prompt", "is required")
    prompt = fields["prompt"]
    if not isinstance(prompt, str):
        refuse("input.prompt", "must be a string")
    if not 1 <= len(prompt) <= max_chars:
        refuse("input.prompt", f"must have 1 to {max_chars} characters, not {len(prompt)}")
    if _LONE_SURROGATE.search(prompt):
        refuse("input.prompt", "must be valid Unicode")
    return prompt


def _image_urls(fields: Mapping[str, object], *, needed: bool) -> tuple[str, ...]:
    if "image_urls" not in fields:
        if needed:
            refuse("input.image_urls", "is required for image-to-video")
        return ()
    if not needed:
        refuse("input.image_urls", "must be absent for text-to-video")
    urls = fields["image_urls"]
    if not isinstance(urls, list):
        refuse("input.image_urls", "must be an array of strings")
    given = cast("list[object]", urls)
    if len(given) != 1:
        refuse("input.image_urls", f"must hold exactly one URL, not {len(given)}")
    if not isinstance(given[0], str) or web_address(given[0]) is None:
        refuse("input.image_urls[0]", "must be an http or https URL")
    return (given[0],)


def _callback_url(fields: Mapping[str, object]) -> str | None:
    """Require public https, as documented; plain http is accepted for this machine only."""
    kind = _choice(fields, "request_type", ("async", "callback"), default="async")
    if "callback_url" not in fields:
        if kind == "callback":
            refuse("callback_url", "is required when request_type is callback")
        return None
    if kind == "async":
        refuse("callback_url", "must not be sent when request_type is async")
    url = fields["callback_url"]
    if not isinstance(url, str):
        refuse("callback_url", "must be a string")
    parts = web_address(url)
    if parts is None or (parts.scheme == "http" and not is_loopback(parts.hostname or "")):
        refuse("callback_url", "must be a public HTTPS URL")
    return url
