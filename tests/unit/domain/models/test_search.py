"""Models are found by name and facts; every word must fit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.profile import Status
from sora_studio.domain.models.search import entry_of, matches, parse_query
from tests.doubles.models import model, shipped_models

PRICES = {"veo-3-1": 0.2, "seedance-2-0": 0.42}


def found(text: str) -> set[str]:
    query = parse_query(text)
    models = shipped_models().items()
    return {slug for slug, profile in models if matches(entry_of(profile), query, lambda slug=slug: PRICES.get(slug))}


@pytest.mark.parametrize(
    ("text", "some", "others"),
    [
        ("1080p", {"seedance-2-0", "vidu-q3"}, {"seedance-2-0-fast", "veo-3-1"}),
        ("end frame", {"kling-2-6", "veo-3-1"}, {"sora-2", "grok-video"}),
        ("LAST FRAME", {"kling-2-6", "veo-3-1"}, {"sora-2", "grok-video"}),
        ("sound", {"seedance-2-0", "happyHorse"}, {"seedance-2-0-mini", "infinitetalk"}),
        ("references", {"seedance-2-0", "veo-3-1", "wan-2-7-video"}, {"kling-2-6"}),
        ("9 references", {"seedance-2-0", "happyHorse"}, {"veo-3-1"}),
        ("10 s", {"sora-2", "seedance-2-0", "kling-2-6"}, {"sora-2-pro", "veo-3-1"}),
        ("5s", {"kling-2-6", "wan-2-5"}, {"hailuo-2-3-fast", "sora-2"}),
        ("portrait", {"sora-2", "sora-2-pro", "veo-3-1"}, {"hailuo-2-3"}),
        ("square", {"kling-2-6", "wan-2-6-video"}, {"sora-2"}),
        ("veo", {"veo-3-1"}, {"sora-2"}),
        ("seedance, 1080p and sound", {"seedance-2-0", "seedance-1-5-pro-extend"}, {"seedance-2-0-fast", "vidu-q3"}),
        ("motion", {"kling-3-0-std", "wan-2-2-animate"}, {"kling-2-6"}),
        ("under $0.30", {"veo-3-1"}, {"seedance-2-0", "sora-2"}),
        ("< 0,42 $", {"veo-3-1", "seedance-2-0"}, {"sora-2"}),
        ("seedance under .5", {"seedance-2-0"}, {"veo-3-1"}),
    ],
)
def test_names_and_facts_are_found(text: str, some: set[str], others: set[str]) -> None:
    result = found(text)
    assert some <= result
    assert not others & result


@pytest.mark.parametrize("text", ["", "   ", "under", "under $", "and", "“”"])
def test_what_says_nothing_yet_limits_nothing(text: str) -> None:
    assert found(text) == set(shipped_models())


def test_a_price_is_looked_up_only_when_it_matters() -> None:
    def look_up() -> float | None:
        raise AssertionError

    assert not matches(entry_of(shipped_models()["sora-2"]), parse_query("veo under 1"), look_up)
    assert matches(entry_of(shipped_models()["veo-3-1"]), parse_query("veo"), look_up)


def test_a_model_that_is_gone_is_found_by_its_name_only() -> None:
    gone = entry_of(replace(shipped_models()["sora-2"], status=Status.GONE))
    assert matches(gone, parse_query("sora"), lambda: None)
    assert matches(gone, parse_query("sora portrait"), lambda: None)
    assert not matches(gone, parse_query("portrait"), lambda: None)
    assert not matches(gone, parse_query("10 s"), lambda: None)


def test_accents_do_not_matter() -> None:
    assert matches(entry_of(model("text", title="Évian Ångström")), parse_query("evian ångstrom"), lambda: None)


@given(st.text(max_size=80))
def test_any_text_is_a_query(text: str) -> None:
    matches(entry_of(shipped_models()["veo-3-1"]), parse_query(text), lambda: None)
