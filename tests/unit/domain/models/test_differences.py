"""Only what contradicts the installed profile is a difference, and each is told once, in words."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis

from sora_studio.domain.models.differences import differences
from sora_studio.domain.models.proposal import propose
from sora_studio.domain.models.published import read_published
from sora_studio.domain.models.read import read
from sora_studio.simulator.models import MODELS
from tests.doubles.models import shipped_models
from tests.doubles.published import alternatives, any_schema, simulated


def _told(described: object, slug: str = "vidu-q3") -> tuple[str, ...]:
    return differences(read_published(described), shipped_models()[slug])


@pytest.mark.parametrize("slug", MODELS)
def test_a_service_that_is_as_known_has_no_differences(slug: str) -> None:
    assert _told(simulated(slug), slug) == ()


@pytest.mark.parametrize("slug", MODELS)
def test_once_a_proposal_is_installed_only_what_it_left_open_differs(slug: str) -> None:
    published = read_published(simulated(slug))
    proposal = propose(published, slug=slug, title=slug, url="https://service.example", day=date(2026, 11, 29))
    for difference in differences(published, read(proposal.text, "mine.toml")):
        assert difference.endswith("image_urls takes at most 2 instead of 1.")
        assert "image_urls takes up to 2; what the others are for is not stated" in proposal.text


def _everywhere(name: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(described: dict[str, Any]) -> None:
        for mode in alternatives(described):
            if name in mode["properties"] or "type" in changes:
                mode["properties"].setdefault(name, {}).update(changes)

    return change


def _in_first(name: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda described: alternatives(described)[0]["properties"][name].update(changes)


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    def change(described: dict[str, Any]) -> None:
        for mode in alternatives(described):
            del mode["properties"][name]

    return change


def _need(name: str) -> Callable[[dict[str, Any]], None]:
    def change(described: dict[str, Any]) -> None:
        for mode in alternatives(described):
            mode["required"].append(name)

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_everywhere("duration", maximum=20), "duration is at most 20 instead of 16."),
        (_everywhere("duration", maximum=1_000), "duration is at most 1,000 instead of 16."),
        (_in_first("duration", minimum=3), "text-to-video: duration is at least 3 instead of 1."),
        (_everywhere("resolution", enum=["540p", "720p", "4k"]), "resolution: 4k is new."),
        (_everywhere("resolution", enum=["540p", "720p", "4k"]), "resolution: 1080p is no longer listed."),
        (_everywhere("prompt", maxLength=800), "The prompt has at most 800 instead of 5,000 characters."),
        (_everywhere("camera", type="string"), "camera is new."),
        (_everywhere("camera", type="object"), "camera is new."),
        (
            _everywhere("image_urls", maxItems=3),
            "image-to-video, turbo-image-to-video: image_urls takes at most 3 instead of 2.",
        ),
        (_drop("bgm"), "bgm is no longer listed."),
        (_need("movement"), "movement must now be given."),
        (_everywhere("sound", type="string", default=None), "sound is now text."),
        (lambda described: alternatives(described).pop(), "The mode turbo-image-to-video is no longer listed."),
        (_in_first("mode", const="text-to-film"), "The mode text-to-film is new."),
    ],
)
def test_a_change_is_told(change: Callable[[dict[str, Any]], None], sentence: str) -> None:
    described = simulated("vidu-q3")
    change(described)
    assert sentence in _told(described)


def test_what_is_not_stated_is_no_difference() -> None:
    described = simulated("vidu-q3")
    for mode in alternatives(described):
        del mode["additionalProperties"]
        del mode["properties"]["movement"]
        del mode["properties"]["prompt"]["maxLength"]
        mode["properties"]["duration"] = {"type": "integer", "default": 3}
        mode["properties"]["seed"] = {"$ref": "#/somewhere"}
    assert _told(described) == ()


def test_one_list_for_several_modes_is_compared_by_names_and_values() -> None:
    modes = ["text-to-video", "image-to-video", "turbo-text-to-video", "turbo-image-to-video"]
    rows = [
        {"name": "mode", "type": "string", "enum": modes},
        {"name": "resolution", "type": "string", "enum": ["540p", "720p", "1080p", "4k"]},
        {"name": "camera", "type": "string"},
        {"name": "image_urls", "type": "array", "items": {"type": "string"}},
    ]
    assert _told(rows) == ("camera is new.", "resolution: 4k is new.")


def test_routes_are_compared_if_there_are_any() -> None:
    described = simulated("sora-2")
    described["properties"]["provider"]["enum"] = ["auto", "fast"]
    assert _told(described, "sora-2") == (
        "provider: fast is new.",
        "provider: value and official are no longer listed.",
    )


@hypothesis(deadline=None, max_examples=150)
@given(any_schema)
def test_anything_is_compared_in_plain_lines(content: object) -> None:
    for line in _told(content):
        assert line.isprintable()
        assert line.endswith(".")
