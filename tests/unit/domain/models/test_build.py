"""The `input` of a request: exactly what schema 2 says is sent."""

import pytest

from sora_studio.domain.models.build import build, provider
from sora_studio.domain.models.draft import Draft, Medium
from sora_studio.domain.models.profile import MediaKind, Role
from tests.doubles.models import harbour, image, model


def test_the_example_of_the_schema_is_built_as_stated() -> None:
    draft = Draft("A pier.", "frames", {"quality": "1080p"}, {Role.FIRST: (image("a"),), Role.LAST: (image("b"),)})
    assert build(draft, harbour()) == {
        "mode": "pro",
        "task": "FRAMES",
        "prompt": "A pier.",
        "seconds": "5",
        "quality": "1080p",
        "image_urls": ["https://example.com/a.png", "https://example.com/b.png"],
    }


@pytest.mark.parametrize("prompt", ["", "  \n", "\ufeff"])
def test_an_empty_prompt_is_left_out(prompt: str) -> None:
    assert build(Draft(prompt, "text-to-video"), harbour()) == {"mode": "text-to-video", "seconds": "5"}


def test_one_picture_is_a_list_too_and_no_picture_is_nothing() -> None:
    one = build(Draft("x", "frames", media={Role.FIRST: (image("a"),), Role.LAST: ()}), harbour())
    assert one["image_urls"] == ["https://example.com/a.png"]
    assert "image_urls" not in build(Draft("x", "frames", media={Role.LAST: ()}), harbour())


def test_nothing_that_belongs_to_another_mode_or_is_set_aside_is_sent() -> None:
    draft = Draft("x", "text-to-video", {"other": 1}, {Role.FIRST: (image("a"),)}, set_aside={Role.LAST: (image("b"),)})
    assert set(build(draft, harbour())) == {"mode", "prompt", "seconds"}


def test_a_lora_goes_out_with_its_scale() -> None:
    profile = model("text", "[[media]]\nrole = 'lora'\nkind = 'lora'\nfield = 'loras'")
    loras = (Medium("https://example.com/a", MediaKind.LORA, scale=0.5), Medium("https://example.com/b", MediaKind.LORA))
    assert build(Draft("x", "text", media={Role.LORA: loras}), profile)["loras"] == [
        {"path": "https://example.com/a", "scale": 0.5},
        {"path": "https://example.com/b", "scale": 1.0},
    ]


@pytest.mark.parametrize(
    ("kind", "value", "sent"), [("int", 5, "5"), ("float", 0.5, "0.5"), ("switch", True, "true"), ("text", "a", "a")]
)
def test_a_value_goes_out_as_text_only_if_the_profile_says_so(kind: str, value: int, sent: str) -> None:
    table = f"[[option]]\nfield = 'x'\ntitle = 'X'\nkind = '{kind}'\n"
    plain = build(Draft("p", "text", {"x": value}), model("text", table))["x"]
    assert (type(plain), plain) == (type(value), value)
    assert build(Draft("p", "text", {"x": value}), model("text", f"{table}wire = 'string'"))["x"] == sent


def test_an_option_without_default_is_sent_only_when_chosen() -> None:
    table = "[[option]]\nfield = 'x'\ntitle = 'X'\nkind = 'text'\n"
    assert "x" not in build(Draft("p", "text"), model("text", table))
    assert "x" not in build(Draft("p", "text", {"x": ""}), model("text", table))
    assert "x" not in build(Draft("p", "text", {"x": ""}), model("text", f"{table}default = 'haze'"))
    assert build(Draft("p", "text"), model("text", f"{table}default = 'haze'"))["x"] == "haze"


def test_a_mode_that_is_not_the_models_is_an_error() -> None:
    with pytest.raises(ValueError, match="edit"):
        build(Draft("x", "edit"), harbour())


def test_the_route_is_sent_only_by_models_that_have_routes() -> None:
    routed = harbour("[routing]\nvalues = ['auto', 'official']\ndefault = 'auto'")
    assert provider(Draft("x", "frames"), routed) == "auto"
    assert provider(Draft("x", "frames", route="official"), routed) == "official"
    assert provider(Draft("x", "frames", route="official"), harbour()) is None
