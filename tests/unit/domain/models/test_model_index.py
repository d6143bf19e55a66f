"""The index is untrusted: what could lead elsewhere, or is no model, is not used."""

import pytest
from hypothesis import given

from sora_studio.domain.models.model_index import MAX_MODELS, read_index
from sora_studio.simulator.models import MODELS
from sora_studio.simulator.schemas import index
from tests.doubles.published import any_json

BASE = "https://service.example/docs"


def _entry(**changes: object) -> dict[str, object]:
    return {"model_id": "harbour-2", "category": "video", "title": "Harbour 2", "schema_path": "/models/a.json", **changes}


def test_the_simulators_index_is_read_whole() -> None:
    found = read_index(index(MODELS.values(), "2026-11-29"), BASE)
    assert found
    assert [entry.slug for entry in found.entries] == list(MODELS)
    assert found.entries[0].schema_path == "/models/schemas/video/sora-2.json"
    assert found.skipped == 0


def test_other_categories_are_not_video_but_listed() -> None:
    found = read_index({"models": [_entry(category="image"), _entry(model_id="other")]}, BASE)
    assert found
    assert [entry.slug for entry in found.entries] == ["other"]
    assert found.listed == {"harbour-2", "other"}


@pytest.mark.parametrize("slug", ["../x", "a/b", "", None, 3, "a\n", "con:", "-x", "x" * 65, ".."])
def test_an_entry_whose_slug_is_none_is_skipped(slug: object) -> None:
    found = read_index({"models": [_entry(model_id=slug)]}, BASE)
    assert found
    assert (found.entries, found.skipped) == ((), 1)


@pytest.mark.parametrize(
    ("path", "used"),
    [
        ("/models/a.json", "/models/a.json"),
        ("models/a.json", "/models/a.json"),
        (f"{BASE}/models/a.json", "/models/a.json"),
        ("https://elsewhere.example/a.json", ""),
        ("//elsewhere.example/a.json", ""),
        ("https://service.example/other/a.json", ""),
        ("https://service.example/docs@elsewhere.example/a.json", ""),
        ("/../a.json", ""),
        ("/models/%2e%2e/a.json", ""),
        ("/models/..\\a.json", ""),
        ("/a.json?x=1", ""),
        ("/a.json#x", ""),
        ("/a.json\n", ""),
        ("@elsewhere.example/a.json", ""),
        (f"/{'a' * 400}", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_path_stays_below_the_base(path: object, used: str) -> None:
    found = read_index({"models": [_entry(schema_path=path)]}, BASE)
    assert found
    assert found.entries[0].schema_path == used


def test_there_is_an_end_to_models() -> None:
    found = read_index({"models": [_entry(model_id=f"m{number}") for number in range(MAX_MODELS + 5)]}, BASE)
    assert found
    assert (len(found.entries), found.skipped, len(found.listed)) == (MAX_MODELS, 5, MAX_MODELS + 5)


@given(any_json)
def test_anything_is_an_index_or_none(content: object) -> None:
    for whole in (content, {"models": content}, {"models": [content]}):
        found = read_index(whole, BASE)
        assert found is None or all(entry.title.isprintable() for entry in found.entries)
