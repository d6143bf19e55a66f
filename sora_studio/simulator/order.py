"""Parses a create request as strictly as the service's documentation: every error is a 400 that names its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sora_studio.simulator.inputs import Input, read_input
from sora_studio.simulator.model import Model, Value
from sora_studio.simulator.parameters import chosen, is_loopback, refuse, refuse_unknown, table, web_address
from sora_studio.simulator.shapes import WIDE, named_shape, scaled

_BODY_FIELDS = frozenset({"request_type", "callback_url", "provider", "input"})
_EDGE = re.compile(r"(\d+)p")


@dataclass(frozen=True, slots=True)
class Order:
    """A task as ordered, complete with defaults.

    `timed_by` is the video or sound whose length is added to `duration_s`. With `own_shape`, the clip keeps its shorter edge
    and takes the shape of the first picture, else of the video. `watermark` is the text drawn into the clip.
    """

    model: str
    prompt: str
    duration_s: float = 10
    width: int = 1280
    height: int = 720
    own_shape: bool = False
    image_urls: tuple[str, ...] = ()
    timed_by: str | None = None
    sound: bool = True
    watermark: str = ""
    callback_url: str | None = None
    values: tuple[tuple[str, Value], ...] = ()
    """Every field of `input` beside the prompt and the media."""


def read_order(body: object, model: Model) -> Order:
    """Parse the order in a request's JSON; raises `Refusal` 400."""
    fields = table(body, "body")
    refuse_unknown(fields, _BODY_FIELDS, "")
    callback_url = _callback_url(fields)
    if model.routes:
        chosen(fields, "provider", model.routes, default=model.routes[0])
    elif "provider" in fields:
        refuse("provider", f"must be absent for {model.slug}")
    if "input" not in fields:
        refuse("input", "is required")
    wanted = read_input(fields["input"], model)
    width, height, own_shape = _size(wanted)
    duration_s, timed_by = _length(wanted)
    sound = wanted.mode.sound
    return Order(
        model=model.slug,
        prompt=wanted.prompt,
        duration_s=duration_s,
        width=width,
        height=height,
        own_shape=own_shape,
        image_urls=wanted.media.get("image_urls", ()),
        timed_by=timed_by,
        sound=sound if isinstance(sound, bool) else any(wanted.values.get(name) is True for name in sound),
        watermark=_watermark(wanted.values, model.slug),
        callback_url=callback_url,
        values=tuple(wanted.values.items()),
    )


def _size(wanted: Input) -> tuple[int, int, bool]:
    """Return width, height and whether the clip takes the shape of what it is made from."""
    values = wanted.values
    if "size" in values:
        width, _, height = str(values["size"]).partition("*")
        return int(width), int(height), False
    named = _EDGE.fullmatch(str(values.get("resolution", "")))
    edge = int(named[1]) if named else wanted.mode.edge_px
    shape = named_shape(str(values.get("aspect_ratio", values.get("ratio", ""))))
    return *scaled(shape or WIDE, edge), shape is None


def _length(wanted: Input) -> tuple[float, str | None]:
    """Return the ordered seconds, and the medium whose length is added."""
    mode = wanted.mode
    duration_s = cast("float", wanted.values.get("duration", mode.length_s))
    if not mode.timed_by or (duration_s and not mode.continues):
        return duration_s, None
    return duration_s, wanted.media[mode.timed_by][0]


def _watermark(values: Mapping[str, Value], slug: str) -> str:
    if values.get("remove_watermark") is False or values.get("watermark") is True:
        return slug
    text = values.get("watermark", "")
    return text if isinstance(text, str) else ""


def _callback_url(fields: Mapping[str, object]) -> str | None:
    """Require public https, as documented; plain http is accepted for this machine only."""
    kind = chosen(fields, "request_type", ("async", "callback"), default="async")
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
