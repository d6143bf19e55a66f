"""The sample draft of the editor, and the request that it becomes."""

import json

import pytest

from sora_studio.domain.models.profile import Role
from sora_studio.viewmodels.settings.models.sample import MOST_MEDIA, Sample
from tests.doubles.models import harbour, shipped_models


def _made(sample: Sample) -> object:
    return json.loads(sample.request())["input"]


def test_what_is_missing_is_said_and_the_chosen_is_sent() -> None:
    sample = Sample.of(harbour())
    assert sample.refusals() == ("Choose Resolution first.",)
    sample = sample.with_option("quality", "1080p").with_option("seconds", 10)
    assert sample.refusals() == ("10 s is not available at 1080p.",)
    sample = sample.with_option("seconds", None)
    assert sample.refusals() == ()
    assert _made(sample) == {"mode": "text-to-video", "prompt": sample.prompt, "seconds": "5", "quality": "1080p"}


def test_media_are_as_many_as_chosen() -> None:
    sample = Sample.of(harbour()).with_option("quality", "720p").with_mode("frames")
    assert sample.refusals() == ()
    sample = sample.with_count(Role.LAST, 1)
    made = _made(sample)
    assert isinstance(made, dict)
    assert made["image_urls"] == ["https://example.com/first-1.jpg", "https://example.com/last-1.jpg"]
    assert sample.with_count(Role.FIRST, 0).refusals() == ("First and last frame needs 1 first picture.",)


def test_a_changed_profile_keeps_what_was_chosen() -> None:
    sample = Sample.of(harbour()).with_mode("frames").with_option("quality", "720p").with_prompt("Mist")
    again = Sample.of(harbour("[limits]\nrequests_per_minute = 1\nconcurrent_tasks = 1\n"), sample)
    assert (again.mode.id, again.prompt, again.chosen) == ("frames", "Mist", {"quality": "720p"})
    other = Sample.of(shipped_models()["sora-2"], sample)
    assert other.mode.id == "text-to-video"
    assert other.draft.options == {}


@pytest.mark.parametrize("slug", sorted(shipped_models()))
def test_every_mode_of_every_model_can_be_shown(slug: str) -> None:
    profile = shipped_models()[slug]
    for mode in profile.modes:
        sample = Sample.of(profile).with_mode(mode.id)
        assert sample.refusals() or json.loads(sample.request())["model"] == slug


def test_numbers_beyond_reason_are_harmless() -> None:
    slot = '[[media]]\nrole = "reference"\nkind = "image"\nfield = "more"\nmin = 1_000_000_000\n'
    sample = Sample.of(harbour(slot)).with_option("quality", "720p")
    assert len(sample.draft.media[Role.REFERENCE]) == MOST_MEDIA
    assert sample.refusals() == ("Text to video needs 1000000000 references.",)
