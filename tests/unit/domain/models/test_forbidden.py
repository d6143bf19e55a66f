"""What a model's rules rule out, given everything else that is chosen."""

import random

import pytest

from sora_studio.domain.models.check import RefusalKind, check
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.forbidden import bounds, forbidden, reason
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.models.values import OptionValue
from tests.doubles.models import any_draft, harbour, image, model, shipped_models

SAY = "10 s is not available at 1080p."


def banned(profile: ModelProfile, mode: str, **chosen: OptionValue) -> dict[tuple[str, OptionValue], str]:
    """Return the values that cannot be chosen, with the reasons."""
    bans = forbidden(Draft("A pier", mode, chosen), profile)
    found = dict[tuple[str, OptionValue], str]()
    for option in profile.options_in(mode):
        values = [choice.value for choice in option.choices] or [True, False]
        found |= {(option.field, value): why for value in values if (why := reason(bans.get(option.field, ()), value))}
    return found


def option(field: str, *lines: str) -> str:
    return "\n".join([f"[[option]]\nfield = '{field}'\ntitle = '{field}'", *lines])


def test_what_a_rule_does_not_allow_is_forbidden_while_it_holds() -> None:
    assert banned(harbour(), "frames", quality="1080p") == {("seconds", 10): SAY}
    assert banned(harbour(), "frames", quality="720p") == {}
    assert banned(harbour(), "frames") == {}


def test_what_would_make_a_rule_hold_against_another_choice_is_forbidden_too() -> None:
    assert banned(harbour(), "frames", quality="720p", seconds=10) == {("quality", "1080p"): SAY}


def test_a_draft_that_breaks_a_rule_can_be_mended_from_either_side() -> None:
    assert banned(harbour(), "frames", quality="1080p", seconds=10) == {("seconds", 10): SAY, ("quality", "1080p"): SAY}


def test_two_rules_that_tie_two_options_together_do_not_lock_both() -> None:
    profile = model(
        "text",
        option("size", "kind = 'choice'\nvalues = ['small', 'large']\ndefault = 'small'"),
        option("length", "kind = 'choice'\nvalues = [5, 10]\ndefault = 10"),
        "[[rule]]\nwhen = { size = 'large' }\nallow = { length = [5] }\nsay = 'Large is short.'",
        "[[rule]]\nwhen = { size = 'small' }\nallow = { length = [10] }\nsay = 'Small is long.'",
    )
    assert banned(profile, "text") == {("length", 5): "Small is long."}
    assert banned(profile, "text", size="large", length=5) == {("length", 10): "Large is short."}


def test_a_range_that_a_rule_leaves() -> None:
    profile = shipped_models()["wan-2-7-video"]
    film = image("a")
    draft = Draft("A pier", "reference-to-video", {}, {slot.role: (film,) for slot in profile.media_in("reference-to-video")})
    bans = forbidden(draft, profile)["duration"]
    assert bounds(bans) == (None, 10)
    assert (reason(bans, 10), bool(reason(bans, 11))) == ("", True)
    assert forbidden(Draft("A pier", "reference-to-video"), profile) == {}


def test_a_mode_that_is_not_the_models_forbids_nothing() -> None:
    assert forbidden(Draft("A pier", "none"), harbour()) == {}


@pytest.mark.parametrize("slug", [slug for slug, profile in shipped_models().items() if any(r.allow for r in profile.rules)])
def test_a_valid_draft_has_chosen_nothing_forbidden_and_every_forbidden_value_is_refused(slug: str) -> None:
    profile, rng = shipped_models()[slug], random.Random(11)
    for mode in profile.modes:
        for _ in range(20):
            draft = any_draft(profile, mode, rng)
            bans = forbidden(draft, profile)
            for one in profile.options_in(mode.id):
                chosen = draft.chosen(one)
                assert chosen is None or not reason(bans.get(one.field, ()), chosen)
                for value in (choice.value for choice in one.choices):
                    other = Draft(draft.prompt, draft.mode, {**draft.options, one.field: value}, draft.media, draft.route)
                    kinds = [refusal.kind for part in other.split(profile) for refusal in check(part, profile)]
                    assert (RefusalKind.RULE in kinds) is bool(reason(bans.get(one.field, ()), value))
