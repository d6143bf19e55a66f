"""The public index of models, and a JSON Schema of each model's create request, as the gateway's website serves them."""

from collections.abc import Iterable

from sora_studio.simulator.model import Field, FieldKind, MediaField, MediaKind, Mode, Model, Value

BASE = "/docs"
INDEX_PATH = f"{BASE}/models/schemas/index.json"
SCHEMA_PATH = f"{BASE}/models/schemas/video/{{model}}.json"

_JSON_TYPES = {
    FieldKind.INTEGER: "integer",
    FieldKind.NUMBER: "number",
    FieldKind.TEXT: "string",
    FieldKind.SWITCH: "boolean",
}
_VALUE_TYPES: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def index(models: Iterable[Model], generated_at: str) -> dict[str, object]:
    """Return the index; its paths continue the address of the documentation."""
    entries = [_entry(model) for model in models]
    return {"schema_version": "1.0", "generated_at": generated_at, "total_models": len(entries), "models": entries}


def schema(model: Model) -> dict[str, object]:
    """Return the schema of a create request's body."""
    properties: dict[str, object] = {
        "request_type": {"type": "string", "enum": ["async", "callback"], "default": "async"},
        "callback_url": {"type": "string", "format": "uri"},
    }
    if model.routes:
        properties["provider"] = {"type": "string", "enum": list(model.routes), "default": model.routes[0]}
    properties["input"] = {"oneOf": [_input(mode, model) for mode in model.modes]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "model_id": model.slug,
        "title": model.title,
        "type": "object",
        "properties": properties,
        "required": ["input"],
        "additionalProperties": False,
    }


def _entry(model: Model) -> dict[str, object]:
    page = model.page or model.slug.lower()
    return {
        "model_id": model.slug,
        "slug": page,
        "category": "video",
        "title": model.title,
        "integration_type": "async",
        "schema_path": SCHEMA_PATH.format(model=model.slug).removeprefix(BASE),
        "doc_path": f"/models/video/{page}",
    }


def _input(mode: Mode, model: Model) -> dict[str, object]:
    properties: dict[str, object] = {name: {"type": "string", "const": value} for name, value in mode.sends.items()}
    properties["prompt"] = _sized({"type": "string", "minLength": mode.prompt.least}, "maxLength", mode.prompt.most)
    properties |= {field.name: _field(field) for field in mode.fields}
    properties |= {field.name: _media(field) for field in mode.media}
    required = [name for name in mode.sends if name not in model.selects]
    required += ["prompt"] if mode.prompt.required else []
    required += [field.name for field in mode.fields if field.required]
    required += [field.name for field in mode.media if field.least]
    described: dict[str, object] = {
        "title": mode.name,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    if mode.rules:
        described["description"] = " ".join(f"{rule.field} {rule.reason}." for rule in mode.rules)
    return described


def _field(field: Field) -> dict[str, object]:
    described: dict[str, object] = {"type": _type(field)}
    if field.values:
        described["enum"] = list(field.values)
    for name, limit in (("minimum", field.low), ("maximum", field.high), ("multipleOf", field.step)):
        described = _sized(described, name, limit)
    described = _sized(described, "maxLength", field.max_chars)
    if field.anything is not None and field.low is not None and field.anything < field.low:
        described = {"anyOf": [{"const": field.anything}, described]}
    return _sized(described, "default", field.default)


def _type(field: Field) -> str:
    return _JSON_TYPES.get(field.kind) or _VALUE_TYPES[type(field.values[0])]


def _media(field: MediaField) -> dict[str, object]:
    address: dict[str, object] = {"type": "string", "format": "uri"}
    if field.kind is MediaKind.LORA:
        properties = {"path": address, "scale": {"type": "number"}}
        address = {"type": "object", "properties": properties, "required": ["path", "scale"]}
    return _sized({"type": "array", "items": address, "minItems": field.least}, "maxItems", field.most)


def _sized(described: dict[str, object], name: str, limit: Value | None) -> dict[str, object]:
    return described if limit is None else described | {name: limit}
