"""What the service publishes about a model, a JSON Schema or a flat list of parameters, read as far as it is certain.

The shape of these files is not documented. Everything in them is untrusted: names and texts are checked or cleaned, and
whatever is not read leaves a reason instead of a guess.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from sora_studio.domain.models.names import PROMPT, is_field
from sora_studio.domain.models.profile import MODE, ROUTE
from sora_studio.domain.models.published_field import (
    PublishedField,
    PublishedPrompt,
    Unclear,
    is_usable,
    items,
    read_field,
    read_prompt,
    table,
    words,
)
from sora_studio.domain.models.values import OptionValue, is_same

MAX_MODES = 50
MAX_FIELDS = 100
SHARED = "the schema does not say in which modes it exists"

_OF_REQUEST = frozenset({"request_type", "callback_url", "model", "model_id", ROUTE})
"""Fields of the request around `input`."""
_INNER = ("schema", "input_schema", "request_schema", "request", "parameters", "params", "fields", "inputs", "input")
_MAX_WRAPPERS = 4
_OBJECT_KEYS = {
    *("type", "properties", "required", "oneOf", "anyOf", "additionalProperties", "title", "description", "discriminator"),
    *("examples", "example", "default", "$schema", "$id", "$comment", "model_id", "slug", "version"),
}
_ROW_KEYS = {"min": "minimum", "max": "maximum"}


@dataclass(frozen=True, slots=True)
class PublishedMode:
    """One way to use the model: its own fields of `input`, and the others. `words` are the schema's, as plain text."""

    sends: Mapping[str, OptionValue]
    title: str
    fields: tuple[PublishedField, ...]
    prompt: PublishedPrompt | None = None
    closed: bool = False
    """No other field is allowed."""
    words: str = ""

    def field(self, name: str) -> PublishedField | None:
        """Return the field with that name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Published:
    """The certain part of a schema. Without modes, `reason` is a sentence about why.

    `shared`: one list of fields stands for several modes. `routes` None: nothing is said about them.
    """

    modes: tuple[PublishedMode, ...] = ()
    shared: bool = False
    routes: tuple[str, ...] | None = None
    default_route: str = ""
    reason: str = ""


def read_published(content: object) -> Published:
    """Return what is certain in a parsed schema file. Never raises."""
    try:
        return _read(content)
    except Unclear as reason:
        return Published(reason=f"The modes are not certain: {reason}.")


def same_fields(one: Mapping[str, OptionValue], other: Mapping[str, OptionValue]) -> bool:
    """Return whether two modes send the same, types included."""
    return one.keys() == other.keys() and all(is_same(value, other[name]) for name, value in one.items())


def _read(content: object) -> Published:
    around = dict[str, object]()
    for _ in range(_MAX_WRAPPERS):
        if isinstance(content, list):
            return _with_routes(_from_rows(items(cast("object", content))), around)
        schema = table(content)
        properties = table(schema.get("properties"))
        around |= properties
        if _is_object(inner := table(properties.get("input"))):
            content = inner
        elif _is_object(schema):
            return _with_routes(_from_schema(schema), around)
        else:
            content = next((schema[key] for key in _INNER if isinstance(schema.get(key), dict | list)), None)
    raise Unclear("the file is neither a JSON Schema of a request nor a list of parameters")


def _is_object(schema: Mapping[str, object]) -> bool:
    return isinstance(schema.get("properties"), dict) or any(isinstance(schema.get(key), list) for key in ("oneOf", "anyOf"))


def _with_routes(published: Published, around: Mapping[str, object]) -> Published:
    described = table(around.get(ROUTE))
    values = items(described.get("enum"))
    if not values or not all(isinstance(value, str) and is_usable(value) for value in values):
        return published
    routes = tuple(dict.fromkeys(cast("list[str]", values)))
    default = described.get("default")
    return replace(published, routes=routes, default_route=default if isinstance(default, str) and default in routes else "")


def _from_rows(rows: list[object]) -> Published:
    """Read a flat list `[{name, type, required, enum, default, min, max, description}]` as the schema that it stands for."""
    properties, required = dict[str, object](), list[str]()
    for row in map(table, rows[: MAX_FIELDS + 1]):
        name = row.get("name")
        if not isinstance(name, str):
            raise Unclear("a parameter has no name")
        name = name.removeprefix("input.")
        if name in properties:
            raise Unclear(f"{words(name)} stands twice")
        properties[name] = {_ROW_KEYS.get(key, key): value for key, value in row.items() if key not in ("name", "required")}
        required += [name] if row.get("required") is True else []
    if not properties:
        raise Unclear("the list of parameters is empty")
    return _with_routes(_from_schema({"properties": properties, "required": required}), properties)


def _from_schema(schema: Mapping[str, object]) -> Published:
    ways = [key for key in ("oneOf", "anyOf") if key in schema]
    if len(ways) > 1:
        raise Unclear("it has both oneOf and anyOf")
    if not ways:
        selectors = _listed_modes(table(schema.get("properties")))
        modes = _modes_of(schema, {})
        shared = len(selectors) > 1
        return Published(_checked([_shared(mode) for mode in modes] if shared else modes), shared=shared)
    modes = list[PublishedMode]()
    branches = items(schema[ways[0]])
    if len(branches) > MAX_MODES:
        raise Unclear("there are too many")
    for branch in map(table, branches):
        if "oneOf" in branch or "anyOf" in branch:
            raise Unclear("its alternatives are nested")
        modes += _modes_of(branch, {key: value for key, value in schema.items() if key != ways[0]})
    return Published(_checked(modes))


def _checked(modes: Iterable[PublishedMode]) -> tuple[PublishedMode, ...]:
    """Return the modes if each sends something of its own."""
    checked = list[PublishedMode]()
    for mode in modes:
        if any(same_fields(mode.sends, other.sends) for other in checked):
            raise Unclear("the schema does not tell them apart")
        checked.append(mode)
    if not checked or len(checked) > MAX_MODES:
        raise Unclear("there are none" if not checked else "there are too many")
    if len(checked) > 1 and any(not mode.sends for mode in checked):
        raise Unclear("the schema does not tell them apart")
    return tuple(checked)


def _modes_of(branch: Mapping[str, object], base: Mapping[str, object]) -> list[PublishedMode]:
    """Return the modes that one alternative describes: one, or one for each value that it allows as `mode`."""
    for key in (*branch, *base):
        if key not in _OBJECT_KEYS and not key.startswith("x-"):
            raise Unclear(f"{words(key) or 'a keyword'} is not read by this program")
    properties = {**table(base.get("properties")), **table(branch.get("properties"))}
    properties = {name: value for name, value in properties.items() if name not in _OF_REQUEST}
    if len(properties) > MAX_FIELDS:
        raise Unclear("there are too many fields")
    required = {name for part in (base, branch) for name in items(part.get("required")) if isinstance(name, str)}
    sends = {name: _constant(table(value)["const"]) for name, value in properties.items() if _is_selector(name, value)}
    listed = _listed_modes(properties)
    if MODE in properties and MODE not in sends and not listed:
        raise Unclear("the values of mode are not listed")
    others = {name: value for name, value in properties.items() if name not in sends and name != MODE}
    closed = branch.get("additionalProperties") is False or base.get("additionalProperties") is False
    mode = PublishedMode(
        sends,
        words(branch.get("title")),
        tuple(read_field(name, value, required=name in required) for name, value in others.items() if name != PROMPT),
        read_prompt(others[PROMPT], required=PROMPT in required) if PROMPT in others else None,
        closed,
        words(branch.get("description")),
    )
    if not listed:
        return [mode]
    return [replace(mode, sends={MODE: value, **sends}, title=mode.title if len(listed) == 1 else "") for value in listed]


def _is_selector(name: str, described: object) -> bool:
    return "const" in table(described) and is_field(name) and name != PROMPT


def _constant(value: object) -> OptionValue:
    if not is_usable(value):
        raise Unclear("a fixed value cannot be used in a profile")
    return cast("OptionValue", value)


def _listed_modes(properties: Mapping[str, object]) -> list[OptionValue]:
    values = [_constant(value) for value in items(table(properties.get(MODE)).get("enum"))]
    if len(values) > MAX_MODES:
        raise Unclear("there are too many")
    return values


def _shared(mode: PublishedMode) -> PublishedMode:
    """Leave open what one list for several modes does not say: where a field that is not required exists."""
    return replace(
        mode, fields=tuple(field if field.required or field.open else replace(field, open=SHARED) for field in mode.fields)
    )
