"""A model's facts in the words of a list and of a table."""

from dataclasses import replace
from datetime import date

import pytest

from sora_studio.domain.models.fact_words import end_words, made_from, short_facts, table
from sora_studio.domain.models.profile import Status
from tests.doubles.models import model, shipped_models

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        ("seedance-2-0", "4–15 s · 1080p · sound · 9 references"),
        ("kling-2-6", "5 or 10 s · sound · first and last frame"),
        ("kling-3-0-std", "3–15 s · sound · first and last frame · motion from a video"),
        ("veo-3-1", "first and last frame · 3 references"),
        ("sora-2-pro", "4, 8 or 12 s · 1080p"),
        ("wan-2-6-video", "2–15 s · 1080p · sound"),
        ("infinitetalk", "720p · talking portrait"),
        ("wan-2-7-video", "2–15 s · 1080p · references · edits a video"),
    ],
)
def test_a_row_says_what_tells_a_model_from_others(slug: str, facts: str) -> None:
    assert " · ".join(short_facts(shipped_models()[slug])) == facts


def test_a_table_says_everything_a_choice_depends_on() -> None:
    assert dict(table(shipped_models()["seedance-2-0"])) == {
        "Length": "4–15 s",
        "Resolution": "480p · 720p · 1080p",
        "Shape": "16:9 9:16 1:1 4:3 3:4 21:9",
        "Pictures": "first and last, or 9 references",
        "Films, sounds": "3 of each, 15 s together",
    }
    talking = dict(table(shipped_models()["infinitetalk"]))
    assert (talking["Length"], talking["Shape"]) == ("as the sound", "as the picture")
    assert (talking["Pictures"], talking["Films, sounds"]) == ("a character, with a mask", "1 sound, up to 600 s")
    moving = dict(table(shipped_models()["kling-3-0-std"]))
    assert (moving["Length"], moving["Resolution"]) == ("3–15 s, or as the video", "set by the model")
    assert (moving["Pictures"], moving["Films, sounds"]) == ("first and last, or a character", "1 film, up to 30 s")
    assert dict(table(shipped_models()["ltx-2-19b"]))["LoRAs"] == "3 LoRAs"


def test_odd_sizes_have_the_names_of_the_common_shapes() -> None:
    rows = dict(table(shipped_models()["wan-2-6-video"]))
    assert (rows["Shape"], rows["Resolution"]) == ("16:9 9:16 1:1 4:3 3:4", "720p · 1080p")


def test_every_model_has_facts_and_a_sentence() -> None:
    for profile in shipped_models().values():
        assert short_facts(profile)
        assert all(words for _, words in table(profile))
        assert made_from(profile)[0].isupper()
    assert made_from(shipped_models()["seedance-2-0"]) == "Words, first and last frame, or references"
    assert made_from(model("text")) == "Words"
    assert made_from(model("text image")) == "Words or a first frame"


def test_an_end_is_told_by_its_date() -> None:
    sora = shipped_models()["sora-2"]
    assert end_words(sora, TODAY) == "may have ended on 24 Sept 2026"
    assert end_words(sora, date(2026, 9, 1)) == "may end on 24 Sept 2026"
    assert end_words(replace(sora, gone_after=None), TODAY) == "may end soon"
    assert end_words(replace(sora, status=Status.GONE), TODAY) == "no longer offered"
    assert end_words(shipped_models()["veo-3-1"], TODAY) == ""
