"""What a schema says for certain is read; what it does not say plainly is left open, with a reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.profile import MediaKind, OptionKind
from sora_studio.domain.models.published import SHARED, Published, read_published
from sora_studio.domain.models.published_field import MediaFacts, PublishedField, read_field, words


def _field(described: object, name: str = "strength", *, required: bool = False) -> PublishedField:
    return read_field(name, described, required=required)


def _modes(*branches: dict[str, Any], **around: Any) -> Published:
    return read_published({"properties": {"input": {"type": "object", "oneOf": list(branches)}, **around}})


def _branch(mode: str, **properties: Any) -> dict[str, Any]:
    return {"properties": {"mode": {"const": mode}, "prompt": {"type": "string"}, **properties}, "required": ["prompt"]}


def test_an_integer_keeps_its_range_and_default() -> None:
    option = _field({"type": "integer", "minimum": 4, "maximum": 12.0, "default": 5}, "duration").option
    assert option
    assert (option.kind, option.min, option.max, option.default) == (OptionKind.INT, 4, 12, 5)
    assert (option.meaning, option.unit, option.title) == ("duration_s", "s", "Duration")


def test_one_number_beside_a_range_stands_for_any() -> None:
    option = _field({"anyOf": [{"const": -1}, {"type": "integer", "minimum": 0}]}, "seed").option
    assert option
    assert (option.random, option.min, option.meaning) == (-1, 0, "seed")


def test_a_field_that_may_be_null_is_what_it_is_otherwise() -> None:
    for described in (
        {"anyOf": [{"type": "boolean"}, {"type": "null"}], "default": None},
        {"type": ["boolean", "null"]},
    ):
        option = _field(described).option
        assert option
        assert (option.kind, option.default) == (OptionKind.SWITCH, None)


def test_values_are_kept_once_and_with_their_types() -> None:
    option = _field({"enum": [1, "1", True, 1, None], "default": "1"}).option
    assert option
    assert [choice.value for choice in option.choices] == [1, "1", True]
    assert option.default == "1"


def test_a_default_that_the_field_does_not_allow_is_left_out() -> None:
    option = _field({"type": "integer", "maximum": 3, "default": 4}).option
    assert option
    assert option.default is None


def test_a_list_of_addresses_is_media() -> None:
    described = {"type": "array", "items": {"type": "string", "format": "uri"}, "minItems": 1, "maxItems": 2}
    assert _field(described, "image_urls", required=True).media == MediaFacts(MediaKind.IMAGE, 1, 2)
    assert _field(described, "audio_urls").media == MediaFacts(MediaKind.AUDIO, 0, 2)
    assert _field({"type": "array"}, "video_urls", required=True).media == MediaFacts(MediaKind.VIDEO, 1, None)


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("a", {"type": "string", "pattern": "x"}),
        ("a", {"$ref": "#/x"}),
        ("a", {"type": "object", "properties": {}}),
        ("a", {"type": "integer", "minimum": 1.5}),
        ("a", {"type": "integer", "minimum": 9, "maximum": 1}),
        ("a", {"type": "integer", "minimum": 3, "multipleOf": 2}),
        ("a", {"type": "number", "exclusiveMinimum": 0}),
        ("a", {"type": "integer", "minimum": 1e300}),
        ("a", {"enum": []}),
        ("a", {"enum": [{}]}),
        ("a", {"enum": ["a\u202eb"]}),
        ("a", {"enum": [1, 2], "minimum": 2}),
        ("a", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ("tags", {"type": "array", "items": {"type": "string"}}),
        ("images", {"type": "array"}),
        ("image_url", {"type": "string"}),
        ("a b", {"type": "boolean"}),
        ("a", "integer"),
    ],
)
def test_what_is_not_plain_is_left_open(name: str, described: object) -> None:
    field = _field(described, name)
    assert field.open
    assert (field.option, field.media) == (None, None)


def test_alternatives_are_the_modes() -> None:
    schema = _modes(_branch("text-to-video"), _branch("fast", type={"const": "A"}))
    assert [dict(mode.sends) for mode in schema.modes] == [{"mode": "text-to-video"}, {"mode": "fast", "type": "A"}]
    assert all(mode.prompt and mode.prompt.required for mode in schema.modes)


def test_an_alternative_may_stand_for_several_modes() -> None:
    schema = _modes({"properties": {"mode": {"enum": ["a", "b"]}, "x": {"type": "boolean"}}}, _branch("c"))
    assert [dict(mode.sends) for mode in schema.modes] == [{"mode": "a"}, {"mode": "b"}, {"mode": "c"}]
    assert not schema.shared
    assert [mode.field("x") is not None for mode in schema.modes] == [True, True, False]


def test_one_list_for_several_modes_leaves_open_where_a_field_exists() -> None:
    rows = [
        {"name": "input.mode", "type": "string", "required": True, "enum": ["text-to-video", "image-to-video"]},
        {"name": "input.duration", "type": "int", "required": True, "min": 4, "max": 12},
        {"name": "input.size", "type": "string", "enum": ["a", "b"]},
        {"name": "provider", "type": "string", "enum": ["auto", "value"], "default": "auto"},
    ]
    for content in (rows, {"parameters": rows}):
        schema = read_published(content)
        assert schema.shared
        assert (schema.routes, schema.default_route) == (("auto", "value"), "auto")
        for mode in schema.modes:
            assert [(field.name, field.open) for field in mode.fields] == [("duration", ""), ("size", SHARED)]


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        [1],
        {"properties": {}, "allOf": []},
        {"properties": {"mode": {"type": "string"}}},
        {"oneOf": []},
        {"oneOf": [_branch("a"), _branch("a")]},
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"oneOf": [{"oneOf": [_branch("a")]}]},
        {"oneOf": [_branch("a")], "anyOf": [_branch("a")]},
        {"oneOf": [_branch(str(number)) for number in range(60)]},
        {"oneOf": [_branch("a\nb")]},
        {"properties": {f"f{number}": {} for number in range(200)}},
        [{"name": "a", "type": "int"}, {"name": "a", "type": "int"}],
    ],
)
def test_modes_that_are_not_certain_are_refused_in_a_sentence(content: object) -> None:
    schema = read_published(content)
    assert schema.modes == ()
    assert schema.reason.startswith("The modes are not certain: ")
    assert schema.reason.endswith(".")
    assert schema.reason.isprintable()


def test_texts_lose_controls_and_directions() -> None:
    assert words("A\u202e b\x1b[31m\n c\0") == "A b [31m c"
    assert words(3) == ""
    assert len(words("x" * 10_000)) == 200


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    assert words(text).isprintable()
