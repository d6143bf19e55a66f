"""What is measured is told as it is: how many, how far apart, and nothing from too little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.draft import Draft, MediaFacts, Medium
from sora_studio.domain.models.estimate import (
    MEASURED_TIMES,
    PriceEstimate,
    TimeEstimate,
    likeness_of,
    measured_price,
    measured_time,
    stated_price,
    stated_time,
)
from sora_studio.domain.models.profile import MediaKind, Role
from tests.doubles.models import model, shipped_models

amounts = st.floats(0.01, 1_000, allow_nan=False)
TIMES = "[[generation_time]]\nseconds = [60, 90]"
BY_INPUT = "[[price]]\nper = 'input_second'\namount = 0.1\nseen_on = 2026-11-28\nsource = 'https://example.com'"


@given(st.lists(amounts, min_size=1, max_size=60))
def test_a_measured_price_lies_between_its_ends_and_says_how_many(prices: list[float]) -> None:
    price = measured_price(prices)
    assert price is not None
    assert (price.low_usd, price.high_usd, price.measured) == (min(prices), max(prices), len(prices))
    assert price.low_usd - 1e-6 <= price.usd <= price.high_usd + 1e-6
    assert sum(one <= price.usd + 1e-6 for one in prices) >= len(prices) / 2
    assert sum(one >= price.usd - 1e-6 for one in prices) >= len(prices) / 2
    assert measured_price(sorted(prices)) == price


@given(st.lists(amounts, min_size=MEASURED_TIMES, max_size=300))
def test_of_measured_times_95_percent_keep_each_end(seconds: list[float]) -> None:
    time = measured_time(seconds)
    assert time is not None
    assert min(seconds) <= time.least_s <= time.usual_s <= time.most_s <= max(seconds)
    for kept in (sum(one >= time.least_s for one in seconds), sum(one <= time.most_s for one in seconds)):
        assert kept >= 0.95 * len(seconds)
    assert measured_time(seconds[::-1]) == time


@given(st.lists(amounts, max_size=MEASURED_TIMES - 1))
def test_too_few_times_tell_nothing(seconds: list[float]) -> None:
    assert measured_time(seconds) is None
    assert measured_price([]) is None


def test_the_slowest_of_many_does_not_count() -> None:
    assert measured_time([100.0] * 95 + [1_000.0] * 5) == TimeEstimate(100, 100, 100, 100)
    assert measured_time([100.0] * 4 + [1_000.0]) == TimeEstimate(100, 100, 1_000, 5)


def test_like_tasks_share_what_decides_their_price() -> None:
    seedance = shipped_models()["seedance-2-0"]
    draft = Draft("A pier", "text-to-video")
    same = likeness_of(draft, seedance)
    assert same is not None
    assert dict(same.values) == {"duration_s": 5, "resolution": "720p", "sound": True}
    alike = Draft("Another pier", "text-to-video", {"duration": 5, "aspect_ratio": "9:16", "web_search": True})
    assert likeness_of(alike, seedance) == same
    for other in ({"duration": 10}, {"resolution": "1080p"}, {"sound": False}):
        assert likeness_of(Draft("A pier", "text-to-video", other), seedance) != same
    assert likeness_of(Draft("A pier", "omni_reference"), seedance) != same
    assert likeness_of(Draft("A pier", "a former mode"), seedance) is None
    sora = shipped_models()["sora-2"]
    kinds = {likeness_of(Draft("A pier", "text-to-video", route=route), sora) for route in ("", "auto", "official")}
    assert len(kinds) == 2
    pro = shipped_models()["sora-2-pro"]
    sizes = {likeness_of(Draft("A pier", pro.modes[0].id, {o.field: c.value}), pro) for o in pro.options for c in o.choices}
    assert len(sizes) > 2


@pytest.mark.parametrize(
    ("slug", "mode", "role", "is_learned"),
    [
        ("infinitetalk", "image-to-video", Role.AUDIO, False),
        ("kling-3-0-std", "motion-control", Role.VIDEO, False),
        ("wan-2-7-video", "video-edit", Role.VIDEO, False),
        ("wan-2-7-video", "text-to-video", None, True),
        ("happyHorse", "text-to-video", None, True),
        ("happyHorse", "video-edit", Role.VIDEO, False),
        ("seedance-2-0", "omni_reference", Role.VIDEO, True),
    ],
)
def test_nothing_is_learned_across_clips_as_long_as_their_media(
    slug: str, mode: str, role: Role | None, is_learned: bool
) -> None:
    medium = Medium("/media/1", MediaKind.AUDIO if role is Role.AUDIO else MediaKind.VIDEO)
    draft = Draft("A pier", mode, media={role: (medium,)} if role else {})
    assert (likeness_of(draft, shipped_models()[slug]) is not None) == is_learned


def test_a_profile_states_an_amount_or_a_range() -> None:
    sora = shipped_models()["sora-2"]
    draft = Draft("A pier", "text-to-video", {"duration": 15})
    assert stated_price(draft, sora) == PriceEstimate(0.125, 0.1, 0.15)
    assert stated_time(draft, sora) == TimeEstimate(300, 240, 360)
    assert stated_time(Draft("A pier", "text"), model("text", TIMES)) == TimeEstimate(75, 60, 90)
    grok = shipped_models()["grok-video"]
    assert stated_price(Draft("A pier", grok.modes[0].id), grok) is None
    assert stated_price(Draft("A pier", "a former mode"), sora) is None
    assert stated_time(Draft("A pier", "a former mode"), sora) is None


@pytest.mark.parametrize(("lengths", "usd"), [((4.0, 6.0), 1.0), ((4.0, None), None), ((), None)])
def test_a_price_per_input_second_needs_every_length(lengths: tuple[float | None, ...], usd: float | None) -> None:
    films = tuple(
        Medium(f"/films/{number}.mp4", MediaKind.VIDEO, MediaFacts(seconds=seconds)) for number, seconds in enumerate(lengths)
    )
    picture = Medium("/pictures/1.png", MediaKind.IMAGE)
    price = stated_price(Draft("A pier", "text", media={Role.VIDEO: films, Role.FIRST: (picture,)}), model("text", BY_INPUT))
    assert (price and price.usd) == usd
