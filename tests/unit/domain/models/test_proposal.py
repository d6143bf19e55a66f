"""A proposal holds what the schema says for certain, and the reader accepts every one of them."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis

from sora_studio.domain.models.profile import ModeKind, ModelProfile, Role, Status
from sora_studio.domain.models.proposal import Proposal, propose
from sora_studio.domain.models.published import read_published
from sora_studio.domain.models.read import read
from sora_studio.simulator.models import MODELS
from tests.doubles.models import shipped_models
from tests.doubles.published import alternatives, any_schema, simulated

DAY = date(2026, 11, 29)
URL = "https://service.example/docs/models/harbour-2.json"


def _propose(content: object, title: str = "Harbour 2") -> Proposal:
    return propose(read_published(content), slug="harbour-2", title=title, url=URL, day=DAY)


def _read(content: object) -> ModelProfile:
    proposal = _propose(content)
    assert proposal.reason == ""
    return read(proposal.text, "harbour-2.toml")


@pytest.mark.parametrize("slug", MODELS)
def test_a_proposal_says_nothing_wrong(slug: str) -> None:
    """Each mode is sent as in the shipped profile, with the same fields, values, ranges and media."""
    proposed, shipped = _read(simulated(slug)), shipped_models()[slug]
    assert len(proposed.modes) == len(MODELS[slug].modes)
    for mode in proposed.modes:
        own = next(own for own in shipped.modes if own.sends == mode.sends)
        assert mode.prompt_required == own.prompt_required
        options = {option.field: option for option in shipped.options_in(own.id)}
        assert {option.field for option in proposed.options_in(mode.id)} == options.keys()
        for option in proposed.options_in(mode.id):
            same = options[option.field]
            assert all(option.allows(choice.value) for choice in same.choices)
            assert all(same.allows(choice.value) for choice in option.choices)
            assert (option.min, option.max) == (same.min, same.max)
        media = {slot.role: slot for slot in shipped.media_in(own.id)}
        for slot in proposed.media_in(mode.id):
            assert slot.field in {other.field for other in media.values()}
            assert slot.kind in {other.kind for other in media.values() if other.field == slot.field}


def test_where_it_comes_from_is_stated() -> None:
    profile = _read(simulated("vidu-q3"))
    assert profile.source
    assert (profile.slug, profile.title, profile.status) == ("harbour-2", "Harbour 2", Status.CURRENT)
    assert (profile.source.url, profile.source.seen_on, profile.source.confidence) == (URL, DAY, "low")


def test_routes_are_taken_over_with_their_default() -> None:
    routing = _read(simulated("sora-2")).routing
    assert routing
    assert (routing.values, routing.default) == (("auto", "value", "official"), "auto")
    described = simulated("sora-2")
    del described["properties"]["provider"]["default"]
    assert _read(described).routing is None


def test_a_second_picture_has_a_role_only_if_the_mode_says_so() -> None:
    frames = _read(simulated("seedance-2-0")).media_in("first_and_last_frames")
    assert [slot.role for slot in frames] == [Role.FIRST, Role.LAST]
    pictures = _read(simulated("vidu-q3")).media_in("image-to-video")
    assert [(slot.role, slot.max) for slot in pictures] == [(Role.FIRST, 1)]
    assert (
        "# - image-to-video: image_urls takes up to 2; what the others are for is not stated"
        in _propose(simulated("vidu-q3")).text.splitlines()
    )


def test_what_is_open_becomes_a_comment() -> None:
    described = simulated("vidu-q3")
    for mode in alternatives(described):
        mode["properties"]["camera"] = {"type": "object", "description": "How it moves.\nOr not."}
    text = _propose(described).text
    assert "camera" not in {option.field for option in read(text, "harbour-2.toml").options}
    assert "# - text-to-video: camera: its type is not stated plainly" in text.splitlines()
    assert "# - camera: the schema says: How it moves. Or not." in text.splitlines()


def test_a_mode_with_a_required_field_that_is_open_is_left_out() -> None:
    described = simulated("vidu-q3")
    mode = alternatives(described)[0]
    mode["properties"]["camera"] = {"type": "object"}
    mode["required"].append("camera")
    assert [mode.id for mode in _read(described).modes] == ["image-to-video", "turbo-text-to-video", "turbo-image-to-video"]
    assert "# - mode text-to-video is left out: text-to-video needs camera" in _propose(described).text


def test_without_certain_modes_there_is_no_proposal() -> None:
    proposal = _propose({"properties": {"mode": {"type": "string"}}})
    assert (proposal.text, proposal.reason) == ("", "The modes are not certain: the values of mode are not listed.")


def test_of_one_list_for_several_modes_only_those_for_text_are_usable() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "mode", "type": "string", "required": True, "enum": ["text-to-video", "image-to-video"]},
        {"name": "prompt", "type": "string", "required": True},
        {"name": "duration", "type": "integer", "required": True, "enum": [5, 10], "default": 5},
        {"name": "image_urls", "type": "array", "required": False},
    ]
    profile = _read(rows)
    assert [(mode.id, mode.kind) for mode in profile.modes] == [("text-to-video", ModeKind.TEXT)]
    assert [option.field for option in profile.options] == ["duration"]
    assert profile.media == ()


@pytest.mark.parametrize("title", ['"; rm', "\u202eevil\n[[mode]]", "a\\", "'''", '"""', "\ud800", " "])
def test_a_title_stays_a_title(title: str) -> None:
    text = _propose(simulated("vidu-q3"), title).text
    assert len(read(text, "harbour-2.toml").modes) == 4
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)


@hypothesis(deadline=None, max_examples=200)
@given(any_schema)
def test_anything_becomes_a_profile_or_a_sentence(content: object) -> None:
    proposal = _propose(content)
    if proposal.text:
        assert read(proposal.text, "harbour-2.toml").slug == "harbour-2"
    else:
        assert proposal.reason.endswith(".")
        assert proposal.reason.isprintable()
