"""Reads one field of a published schema, a property of a JSON Schema or a row of a parameter list, as far as it is certain.

Whatever a schema says in words or with keywords that are not read here leaves the field open, with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from sora_studio.domain.models.names import is_field
from sora_studio.domain.models.profile import Choice, MediaKind, Option, OptionKind
from sora_studio.domain.models.values import OptionValue, is_number, is_on_step, is_same, is_whole, shown

MAX_WORDS_CHARS = 200
"""Longest text of a schema that is shown or kept as a comment."""
MAX_VALUES = 100

_SAID_ONLY = {"title", "label", "description", "examples", "example", "deprecated", "nullable", "$comment", "name", "default"}
_UNDERSTOOD = {
    *_SAID_ONLY,
    *("type", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
    *("format", "items", "minItems", "maxItems", "uniqueItems"),
}
_LIMITS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_ITEM_KEYS = {"type", "format", "title", "description", "minLength", "properties", "required", "additionalProperties"}
_MEDIA_WORDS = {
    MediaKind.IMAGE: ("image", "picture", "photo", "frame", "mask"),
    MediaKind.VIDEO: ("video",),
    MediaKind.AUDIO: ("audio", "voice", "music"),
    MediaKind.LORA: ("lora",),
}
_MEANINGS = {
    "duration": ("duration_s", "s"),
    "aspect_ratio": ("aspect", ""),
    "ratio": ("aspect", ""),
    "resolution": ("resolution", ""),
    "size": ("size", ""),
    "sound": ("sound", ""),
    "seed": ("seed", ""),
}
_TYPES = {
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "text": "string",
    "list": "array",
    "string[]": "array",
    "array<string>": "array",
}
"""What lists of parameters call the types of JSON."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """A list of addresses of one kind; `most` None: no limit is stated."""

    kind: MediaKind
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class PublishedField:
    """One field: an option, a list of media, or open, with the reason in `open`, half a sentence.

    The option's `modes` are empty. `words` are the schema's own, as plain text.
    """

    name: str
    required: bool
    option: Option | None = None
    media: MediaFacts | None = None
    open: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class PublishedPrompt:
    """What is stated about the prompt; None: nothing is."""

    required: bool = False
    min_chars: int | None = None
    max_chars: int | None = None


class Unclear(Exception):
    """Something that is not certain; the message is half a sentence."""


def table(value: object) -> Mapping[str, object]:
    """Return the value if it is a JSON object, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return the value if it is a JSON array, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def words(value: object) -> str:
    """Return untrusted text as one short line without control and bidirectional characters; empty if it is no text."""
    if not isinstance(value, str):
        return ""
    letters = value[: 4 * MAX_WORDS_CHARS]
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in letters).split())
    return line if len(line) <= MAX_WORDS_CHARS else f"{line[: MAX_WORDS_CHARS - 1]}…"


def spoken(name: str) -> str:
    """Return a wire's name as a title: `Negative prompt`, `Text to video`."""
    title = " ".join(name.replace("_", " ").replace("-", " ").split())
    return f"{title[:1].upper()}{title[1:]}" or name


def is_usable(value: object) -> bool:
    """Return whether a profile can hold the value: one line of text, a boolean or an exact number."""
    if isinstance(value, str):
        return bool(value.strip()) and value.isprintable() and len(value) <= MAX_WORDS_CHARS
    return isinstance(value, bool) or is_number(value)


def read_field(name: str, described: object, *, required: bool) -> PublishedField:
    """Return the field; it is open where the description is not read for certain. Never raises."""
    schema, random = _without_alternatives(table(described))
    field = PublishedField(name, required, words=words(schema.get("description")))
    try:
        if not is_field(name):
            raise Unclear("its name cannot be used in a profile")
        if strange := [key for key in schema if key not in _UNDERSTOOD and not key.startswith("x-")]:
            raise Unclear(f"{words(strange[0]) or 'a keyword'} is not read by this program")
        if _type(schema) == "array":
            return replace(field, media=_media(name, schema, required=required))
        return replace(field, option=_with_default(_option(name, schema, random, required=required), schema))
    except Unclear as reason:
        return replace(field, open=str(reason))


def read_prompt(described: object, *, required: bool) -> PublishedPrompt:
    """Return what is stated about the prompt."""
    schema, _ = _without_alternatives(table(described))
    low, high = (_count(schema.get(key)) for key in ("minLength", "maxLength"))
    if low is not None and high is not None and low > high:
        low = high = None
    return PublishedPrompt(required, low or None, high or None)


def _without_alternatives(schema: Mapping[str, object]) -> tuple[Mapping[str, object], int | None]:
    """Merge `X or null` into X, and a range or one whole number for "any" into the range and that number."""
    for keyword in ("anyOf", "oneOf"):
        if keyword not in schema:
            continue
        ways = [table(way) for way in items(schema[keyword])]
        ways = [way for way in ways if way != {"type": "null"}]
        outer = {key: value for key, value in schema.items() if key != keyword}
        if len(ways) == 1:
            return {**outer, **ways[0]}, None
        lone = [way for way in ways if set(way) == {"const"} and is_whole(way["const"]) and is_number(way["const"])]
        ranges = [way for way in ways if way.get("type") == "integer"]
        if len(ways) == 2 and len(lone) == 1 and len(ranges) == 1:
            return {**outer, **ranges[0]}, cast("int", lone[0]["const"])
        break
    return schema, None


def _type(schema: Mapping[str, object]) -> str:
    found = schema.get("type")
    if isinstance(found, list):
        kinds = [kind for kind in items(cast("object", found)) if kind != "null"]
        found = kinds[0] if len(kinds) == 1 else ""
    lowered = found.strip().lower() if isinstance(found, str) else ""
    return _TYPES.get(lowered, lowered)


def _option(name: str, schema: Mapping[str, object], random: int | None, *, required: bool) -> Option:
    title = words(schema.get("title") or schema.get("label")) or spoken(name)
    option = Option(name, title, OptionKind.TEXT, (), required=required)
    if "enum" in schema:
        return _meant(_choice(option, schema))
    match _type(schema):
        case "boolean":
            return _meant(replace(option, kind=OptionKind.SWITCH))
        case "integer":
            return _meant(replace(_ranged(replace(option, kind=OptionKind.INT), schema), random=random))
        case "number":
            return _meant(_ranged(replace(option, kind=OptionKind.FLOAT), schema))
        case "string":
            return _text(option, schema)
        case _:
            raise Unclear("its type is not stated plainly")


def _meant(option: Option) -> Option:
    meaning, unit = _MEANINGS.get(option.field, ("", ""))
    values: list[OptionValue] = [choice.value for choice in option.choices]
    if meaning == "duration_s" and (option.kind is OptionKind.SWITCH or not all(map(is_number, values))):
        return option
    return replace(option, meaning=meaning, unit=unit)


def _choice(option: Option, schema: Mapping[str, object]) -> Option:
    if any(key in schema for key in _LIMITS):
        raise Unclear("it has both a list of values and a range")
    values = [value for value in items(schema["enum"]) if value is not None]
    if not values or len(values) > MAX_VALUES or not all(map(is_usable, values)):
        raise Unclear("its values cannot be used in a profile")
    choices = list[Choice]()
    for value in cast("list[OptionValue]", values):
        if not any(is_same(value, choice.value) for choice in choices):
            choices.append(Choice(value, shown(value), value))
    return replace(option, kind=OptionKind.CHOICE, choices=tuple(choices))


def _ranged(option: Option, schema: Mapping[str, object]) -> Option:
    whole = option.kind is OptionKind.INT
    low, high, step = (_number(schema, key, whole=whole) for key in ("minimum", "maximum", "multipleOf"))
    for key, sign in (("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
        if key not in schema:
            continue
        bound = _number(schema, key, whole=whole)
        if not whole or bound is None or (low if sign > 0 else high) is not None:
            raise Unclear("its range is not stated plainly")
        low, high = (bound + sign, high) if sign > 0 else (low, bound + sign)
    if low is not None and high is not None and low > high:
        raise Unclear("its range is empty")
    if step is not None and (step <= 0 or (low is not None and not is_on_step(low, 0.0, step))):
        raise Unclear("its steps do not begin at its lowest value")
    return replace(option, min=low, max=high, step=None if whole and step == 1 else step)


def _number(schema: Mapping[str, object], key: str, *, whole: bool) -> float | None:
    if key not in schema:
        return None
    value = schema[key]
    if not is_number(value):
        raise Unclear(f"its {key} is not a number")
    number = cast("float", value)
    if whole and isinstance(number, float):
        if not number.is_integer():
            raise Unclear(f"its {key} is not a whole number")
        return int(number)
    return number


def _text(option: Option, schema: Mapping[str, object]) -> Option:
    if "format" in schema or option.field.lower().endswith(("url", "uri")):
        raise Unclear("it takes a single text of a special form, which a profile cannot describe")
    if (_count(schema.get("minLength")) or 0) > 1 or any(key in schema for key in _LIMITS):
        raise Unclear("its length is not stated in a way that a profile can describe")
    return _meant(replace(option, max_chars=_count(schema.get("maxLength")) or None))


def _with_default(option: Option, schema: Mapping[str, object]) -> Option:
    """Return the option with its default; one that the option itself does not allow is left out."""
    value = schema.get("default")
    if value is None or not is_usable(value):
        return option
    default = cast("OptionValue", value)
    if not option.allows(default) or (option.max_chars is not None and len(str(default)) > option.max_chars):
        return option
    return replace(option, default=default)


def _media(name: str, schema: Mapping[str, object], *, required: bool) -> MediaFacts:
    kind = next((kind for kind, hints in _MEDIA_WORDS.items() if any(hint in name.lower() for hint in hints)), None)
    item = table(schema.get("items"))
    if "enum" in schema or kind is None or [key for key in item if key not in _ITEM_KEYS]:
        raise Unclear("it is a list of something that is not known")
    if kind is MediaKind.LORA:
        if set(table(item.get("properties"))) != {"path", "scale"}:
            raise Unclear("its items are not pairs of path and scale")
    elif (_type(item) or "string") != "string" or (not item and not name.lower().endswith(("_urls", "_uris"))):
        raise Unclear("its items are not said to be addresses")
    least, most = (_count(schema.get(key)) for key in ("minItems", "maxItems"))
    if most == 0 or (most is not None and (least or 0) > most):
        raise Unclear("the number of its items is not stated plainly")
    return MediaFacts(kind, max(1, least or 0) if required else 0, most)


def _count(value: object) -> int | None:
    """Return a count; None for anything else."""
    return cast("int", value) if is_whole(value) and is_number(value) and cast("int", value) >= 0 else None
