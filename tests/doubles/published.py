"""Schemas as the service might publish them: the simulator's, and hostile ones for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from sora_studio.simulator.models import MODELS
from sora_studio.simulator.schemas import schema

_NAMES = ("mode", "prompt", "input", "properties", "oneOf", "anyOf", "const", "enum", "type", "minimum", "maximum", "default")
_MORE_NAMES = ("items", "minItems", "maxItems", "required", "image_urls", "video_urls", "loras", "name", "parameters", "title")
_WORDS = (
    "integer",
    "number",
    "string",
    "boolean",
    "array",
    "object",
    "image-to-video",
    "text-to-video",
    "a\u202eb",
    "",
    "\ud800",
)
_NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from((0, 1, -1, 2**53, 2**53 + 1, 10**400, 1.0, 1e-320)))
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, st.text(max_size=8), st.sampled_from(_WORDS))
_KEYS = st.one_of(st.sampled_from((*_NAMES, *_MORE_NAMES)), st.text(max_size=6))
any_json = st.recursive(
    _LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(_KEYS, inner, max_size=6)), max_leaves=40
)
"""Any JSON, with a liking for the words of schemas."""
_FIELD = st.dictionaries(st.sampled_from((*_NAMES, *_MORE_NAMES)), _LEAVES | st.lists(_LEAVES, max_size=4), max_size=5)
_FIELDS = st.dictionaries(
    st.sampled_from(("seed", "size", "duration", "image_urls", "loras", "prompt")) | _KEYS, _FIELD, max_size=5
)
_BRANCH = st.builds(
    lambda mode, fields, required: {"properties": {"mode": {"const": mode}, **fields}, "required": required},
    st.sampled_from(("text-to-video", "frames", "edit", 1, True, "\x07")) | _LEAVES,
    _FIELDS,
    st.lists(_KEYS, max_size=3),
)
any_schema = st.one_of(any_json, st.builds(lambda branches: {"oneOf": branches}, st.lists(_BRANCH, min_size=1, max_size=4)))
"""Any JSON, or something that looks like a schema for a while."""


def simulated(slug: str) -> dict[str, Any]:
    """Return a schema as the simulator serves it; a new one each time."""
    return schema(MODELS[slug])


def alternatives(described: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the modes of one of the simulator's schemas, to be changed in place."""
    return described["properties"]["input"]["oneOf"]
