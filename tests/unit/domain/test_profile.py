"""What a profile tells about one task."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.profile import ModelProfile


def test_the_usual_time_follows_the_options(sora_2: ModelProfile) -> None:
    assert sora_2.usual_time_s({"duration": 10, "aspect_ratio": "portrait"}) == (180, 300)
    assert sora_2.usual_time_s({"duration": 15}) == (240, 360)
    assert sora_2.usual_time_s({"duration": 4}) is None
    assert sora_2.price_usd({"duration": 10}, "auto") is None


def test_labels_read_as_a_person_says_them(sora_2: ModelProfile) -> None:
    labels = [[option.label(value) for value in option.values] for option in sora_2.options]
    assert labels == [["10 s", "15 s"], ["Landscape", "Portrait"], ["on", "off"]]


@given(speed=st.floats(0.5, 1000))
def test_a_faster_service_shrinks_the_waiting_and_nothing_else(sora_2: ModelProfile, speed: float) -> None:
    fast = sora_2.faster(speed)
    assert fast.poll.first_after_s * speed == pytest.approx(180)
    assert fast.poll.every_s * speed == pytest.approx(10)
    assert [time.seconds[1] * speed for time in fast.generation_times] == pytest.approx([300, 360])
    assert (fast.limits, fast.options, fast.expire_after_s) == (sora_2.limits, sora_2.options, sora_2.expire_after_s)
