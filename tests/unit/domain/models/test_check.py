"""What keeps a draft from being sent: every sentence as stated, in the stated order, and all of them."""

from dataclasses import replace
from typing import Any

import pytest

from sora_studio.domain.models.check import Refusal, RefusalKind, check
from sora_studio.domain.models.draft import Draft, MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Role, Status
from tests.doubles.models import harbour, image, model

STATED = (
    *("gone", "mode", "prompt_missing", "prompt_short", "prompt_long"),
    *("option_unknown", "option_value", "text_long", "option_missing", "media_unknown", "media_missing", "media_many"),
    *("media_format", "media_bytes", "media_pixels", "media_ratio", "media_alpha", "media_length", "media_total"),
    *("rule", "route"),
)
"""Kinds of refusals in the order of the checks."""
OWN = "prompt_unsendable"
"""Characters that no service could take: the program's own refusal, among those of the prompt."""

OPTION = "[[option]]\nfield = 'x'\ntitle = 'Strength'\n"
LENGTHS = "[prompt]\nmin_chars = 3\nmax_chars = 12"
ROUTES = "[routing]\nvalues = ['auto']\ndefault = 'auto'"
NO_10_S = "10 s is not available at 1080p."


def gone(*successors: str) -> ModelProfile:
    return replace(harbour(), status=Status.GONE, successors=successors)


def text(prompt: str) -> Draft:
    return Draft(prompt, "text-to-video", {"quality": "720p"})


def given(**options: Any) -> Draft:
    return Draft("A pier.", "text", options)


def frames(*media: Medium, **options: Any) -> Draft:
    return Draft("A pier.", "frames", {"quality": "720p", **options}, {Role.FIRST: media} if media else {})


def media(role: str, *given: Medium) -> Draft:
    return Draft("A pier.", "reference", media={Role(role): given})


def file(kind: str = "image", name: str = "pier.png", **facts: Any) -> Medium:
    return Medium(f"/films/{name}", MediaKind(kind), MediaFacts(**facts))


def slot(kind: str, *limits: str, role: str = "") -> ModelProfile:
    table = f"[[media]]\nrole = '{role or ('reference' if kind == 'image' else kind)}'\nkind = '{kind}'\nfield = 'urls'\n"
    return model("reference", "\n".join([table, *limits]), title="Quay")


INT = model("text", f"{OPTION}kind = 'int'\nmin = 1\nmax = 9")
FLOAT = model("text", f"{OPTION}kind = 'float'\nmin = 0\nmax = 1\nstep = 0.1")
SHORT_TEXT = model("text", f"{OPTION}kind = 'text'\nmax_chars = 1_000")
SWITCH = model("text", f"{OPTION}kind = 'switch'")
REQUIRED = model("text", f"{OPTION}kind = 'switch'\nrequired = true")
LONG_PROMPT = harbour("[prompt]\nmax_chars = 1_000")
SIDES = slot("image", "min_side = 300\nmax_side = 4_096")
RATIO = slot("image", "min_ratio = 0.4\nmax_ratio = 2.5")
FORMATS = slot("image", "formats = ['jpeg', 'png', 'webp']\nmax_bytes = 10_000_000")
SECONDS = slot("video", "min_s = 2\nmax_s = 15\ntotal_max_s = 20")

CASES: list[tuple[str, Draft, ModelProfile, str]] = [
    (
        "gone",
        text("A pier."),
        gone("harbour-2", "quay-1"),
        "Harbour 1 is no longer offered. Open this draft with harbour-2 or quay-1.",
    ),
    ("gone", text("A pier."), gone(), "Harbour 1 is no longer offered."),
    ("mode", Draft("A pier.", "edit"), harbour(), "Harbour 1 has no mode edit."),
    ("prompt_missing", text(""), harbour(), "The prompt is empty. Describe the clip first."),
    ("prompt_missing", text(" \n\t"), harbour(), "The prompt is empty. Describe the clip first."),
    ("prompt_short", text("ab"), harbour(LENGTHS), "The prompt has 2 characters, 1 fewer than the 3 needed."),
    ("prompt_long", text("x" * 1_200), LONG_PROMPT, "The prompt has 1,200 characters, 200 more than the 1,000 allowed."),
    (
        OWN,
        text("A \x07pier."),
        harbour(),
        "Character 3 of the prompt is an invisible control character (U+0007) and cannot be sent. Remove it.",
    ),
    (OWN, text("A\0 \0p\0i\0e\0r\0"), harbour(), "The prompt looks like UTF-16 text. Save it as UTF-8 and try again."),
    ("option_unknown", given(width=5), INT, "text has no option width."),
    ("option_unknown", given(size=5), model("text", f"{OPTION}kind = 'int'\nmodes = ['text']"), "text has no option size."),
    ("option_value", frames(image("a"), seconds=7), harbour(), "Duration takes 5 s or 10 s."),
    ("option_value", frames(image("a"), seconds="5"), harbour(), "Duration takes 5 s or 10 s."),
    ("option_value", given(x=10), INT, "Strength goes from 1 to 9."),
    ("option_value", given(x=5.0), INT, "Strength goes from 1 to 9."),
    ("option_value", given(x=True), INT, "Strength goes from 1 to 9."),
    ("option_value", given(x=0.15), FLOAT, "Strength goes from 0 to 1 in steps of 0.1."),
    ("option_value", given(x=1), SWITCH, "Strength takes on or off."),
    ("option_value", given(x=5), SHORT_TEXT, "Strength takes text."),
    ("option_value", given(x=10**400), INT, "Strength goes from 1 to 9."),
    ("text_long", given(x="x" * 1_001), SHORT_TEXT, "Strength has 1,001 characters; 1,000 fit."),
    ("option_missing", given(), REQUIRED, "Choose Strength first."),
    ("media_unknown", media("mask", image("a")), slot("image", "max = 1", "min = 0"), "reference takes no mask."),
    ("media_missing", frames(), harbour(), "First and last frame needs 1 first picture."),
    ("media_missing", media("video"), slot("video", "min = 2"), "reference needs 2 videos."),
    ("media_missing", Draft("A pier.", "reference"), slot("image"), "reference needs 1 reference."),
    ("media_many", media("reference", *map(image, "abc")), slot("image", "max = 2"), "reference takes 2 references; 3 given."),
    (
        "media_format",
        media("reference", file(format="gif")),
        FORMATS,
        "pier.png is a GIF file; the service takes JPEG, PNG or WebP.",
    ),
    ("media_bytes", media("reference", file(size_bytes=12_500_000)), FORMATS, "pier.png has 12.5 MB; 10 MB are allowed."),
    ("media_bytes", media("reference", file(size_bytes=10_000_001)), FORMATS, "pier.png has 10.000001 MB; 10 MB are allowed."),
    ("media_pixels", media("reference", file(width=299, height=500)), SIDES, "pier.png needs 300 to 4,096 px a side."),
    ("media_pixels", media("reference", file(width=500, height=4_097)), SIDES, "pier.png needs 300 to 4,096 px a side."),
    (
        "media_pixels",
        media("reference", file(width=2, height=2)),
        slot("image", "min_side = 301"),
        "pier.png needs at least 301 px a side.",
    ),
    (
        "media_pixels",
        media("reference", file(width=9, height=9)),
        slot("image", "max_side = 8"),
        "pier.png needs at most 8 px a side.",
    ),
    ("media_ratio", media("reference", file(width=400, height=1_000)), RATIO, "pier.png must lie between 0.4 and 2.5."),
    ("media_ratio", media("reference", file(width=2_500, height=1_000)), RATIO, "pier.png must lie between 0.4 and 2.5."),
    (
        "media_ratio",
        media("reference", file(width=1, height=2)),
        slot("image", "min_ratio = 0.5"),
        "pier.png must lie above 0.5.",
    ),
    ("media_ratio", media("reference", file(width=2, height=1)), slot("image", "max_ratio = 2"), "pier.png must lie below 2."),
    (
        "media_alpha",
        media("reference", file(has_alpha=True)),
        slot("image", "alpha = false"),
        "pier.png has transparent parts.",
    ),
    ("media_length", media("video", file("video", seconds=1.5)), SECONDS, "pier.png must last 2 to 15 s."),
    (
        "media_length",
        media("audio", file("audio", seconds=31.0)),
        slot("audio", "max_s = 30"),
        "pier.png must last at most 30 s.",
    ),
    (
        "media_length",
        media("audio", file("audio", seconds=1.0)),
        slot("audio", "min_s = 2"),
        "pier.png must last at least 2 s.",
    ),
    (
        "media_total",
        media("video", file("video", seconds=12.5), file("video", seconds=8.0)),
        SECONDS,
        "The video files last 20.5 s together; 20 s are allowed.",
    ),
    ("rule", frames(image("a"), quality="1080p", seconds=10), harbour(), NO_10_S),
    ("rule", text("A pier."), harbour("[[rule]]\nwhen = { lacks = ['last'] }\nsay = 'Add a last frame.'"), "Add a last frame."),
    ("route", replace(text("A pier."), route="value"), harbour(ROUTES), "Harbour 1 has no route value."),
    ("route", replace(text("A pier."), route="auto"), harbour(), "Harbour 1 has no route auto."),
]


@pytest.mark.parametrize(("kind", "draft", "profile", "sentence"), CASES, ids=[f"{case[0]} {case[3]}" for case in CASES])
def test_a_refusal_has_its_sentence(kind: str, draft: Draft, profile: ModelProfile, sentence: str) -> None:
    assert [(refusal.kind, refusal.say) for refusal in check(draft, profile)] == [(kind, sentence)]


def test_every_kind_of_refusal_is_tried_and_their_order_is_as_stated() -> None:
    assert {case[0] for case in CASES} == set(RefusalKind)
    assert [kind.value for kind in RefusalKind if kind != OWN] == list(STATED)


def test_a_draft_with_nothing_wrong_is_not_refused() -> None:
    assert check(text("A pier."), harbour(LENGTHS, ROUTES)) == []
    assert check(frames(image("a"), seconds=10), harbour()) == []
    assert check(given(x=0.3), FLOAT) == []
    assert check(given(x=1), FLOAT) == []
    assert check(given(x=""), SHORT_TEXT) == []


MASK = """
[[media]]
role = "mask"
kind = "image"
field = "mask"
modes = ["frames"]
formats = ["png"]
max_bytes = 1_000_000
min_side = 100
min_ratio = 0.5
max_ratio = 2
alpha = false
"""
EVERYTHING = (
    LENGTHS,
    ROUTES,
    "[[option]]\nfield = 'negative'\ntitle = 'Leave out'\nkind = 'text'\nmax_chars = 3",
    "[[option]]\nfield = 'strength'\ntitle = 'Strength'\nkind = 'int'\nmin = 1\nmax = 9",
    "[[media]]\nrole = 'audio'\nkind = 'audio'\nfield = 'audio_urls'\nmodes = ['frames']\nmax_s = 5\ntotal_max_s = 8",
    MASK,
    "[[rule]]\nwhen = { has = ['audio'] }\nsay = 'No sound here.'",
)


def test_all_refusals_are_told_in_the_stated_order() -> None:
    bad_mask = file(name="m.gif", format="gif", size_bytes=2_000_000, width=10, height=90, has_alpha=True)
    sounds = (file("audio", "a.wav", seconds=6.0), file("audio", "b.wav", seconds=4.0))
    draft = Draft(
        "x" * 20,
        "frames",
        {"width": 1, "strength": 10, "negative": "haze"},
        {Role.VIDEO: (file("video"),), Role.LAST: (image("a"), image("b")), Role.AUDIO: sounds, Role.MASK: (bad_mask,)},
        route="value",
    )
    refusals = check(draft, harbour(*EVERYTHING))
    assert [refusal.kind for refusal in refusals] == [
        kind for kind in STATED if kind not in ("gone", "mode", "prompt_missing", "prompt_short")
    ]
    at_fault = {refusal.kind.value: (refusal.field, refusal.address) for refusal in refusals}
    assert at_fault["prompt_long"] == ("prompt", "")
    assert at_fault["option_unknown"] == ("width", "")
    assert at_fault["option_value"] == ("strength", "")
    assert at_fault["option_missing"] == ("quality", "")
    assert at_fault["media_unknown"] == ("video", "")
    assert at_fault["media_many"] == ("last", "")
    assert at_fault["media_alpha"] == ("mask", "/films/m.gif")
    assert at_fault["media_length"] == ("audio", "/films/a.wav")
    assert at_fault["media_total"] == ("audio", "")
    assert at_fault["route"] == ("provider", "")


def test_a_model_that_is_gone_or_a_mode_that_is_not_there_is_the_only_refusal() -> None:
    wrong = Draft("", "nowhere", {"width": 1}, route="value")
    assert [refusal.kind for refusal in check(wrong, gone())] == [RefusalKind.GONE]
    assert check(wrong, harbour()) == [Refusal(RefusalKind.MODE, "Harbour 1 has no mode nowhere.", "mode")]
    assert check(text("A pier."), replace(harbour(), status=Status.RETIRING)) == []


def test_a_prompt_that_is_not_required_may_be_empty_but_not_short() -> None:
    profile = harbour("[prompt]\nrequired = false\nmin_chars = 3")
    assert check(text(""), profile) == []
    assert [refusal.kind for refusal in check(text("ab"), profile)] == [RefusalKind.PROMPT_SHORT]


def test_a_limit_itself_is_allowed_except_for_ratios() -> None:
    assert check(text("x" * 3), harbour(LENGTHS)) == []
    assert check(text("x" * 12), harbour(LENGTHS)) == []
    assert check(given(x="x" * 1_000), SHORT_TEXT) == []
    assert check(media("reference", file(format="png", size_bytes=10_000_000)), FORMATS) == []
    assert check(media("reference", file(width=300, height=4_096)), SIDES) == []
    assert check(media("reference", file(width=401, height=1_000)), RATIO) == []
    assert check(media("video", file("video", seconds=15.0), file("video", seconds=5.0)), SECONDS) == []


def test_of_an_address_nothing_is_known_so_nothing_is_refused() -> None:
    for profile in (SIDES, RATIO, FORMATS, slot("image", "alpha = false")):
        assert check(media("reference", image("a")), profile) == []
    addresses = (Medium("https://example.com/a.mp4", MediaKind.VIDEO),) * 3
    assert check(media("video", *addresses), SECONDS) == []


def test_a_mode_that_refers_needs_any_medium() -> None:
    profile = slot("image", "[[media]]\nrole = 'video'\nkind = 'video'\nfield = 'videos'")
    assert [refusal.say for refusal in check(media("video"), profile)] == ["reference needs 1 reference or video."]
    assert check(media("video", file("video")), profile) == []
    assert check(media("reference", image("a")), profile) == []


def test_a_rule_that_allows_says_at_which_option_it_is_broken() -> None:
    [refusal] = check(frames(image("a"), quality="1080p", seconds=10), harbour())
    assert refusal == Refusal(RefusalKind.RULE, NO_10_S, "seconds")


def test_a_rule_counts_defaults_and_looks_only_at_options_of_the_mode() -> None:
    rule = "[[rule]]\nwhen = { has = ['seconds'] }\nsay = 'Too long.'"
    assert [refusal.say for refusal in check(text("A pier."), harbour(rule))] == ["Too long."]
    only_frames = "[[option]]\nfield = 'x'\ntitle = 'X'\nkind = 'int'\ndefault = 9\nmodes = ['frames']"
    limit = "[[rule]]\nwhen = {}\nallow = { x = { max = 5 } }\nsay = 'At most 5.'"
    assert check(text("A pier."), harbour(only_frames, limit)) == []
    assert [refusal.say for refusal in check(frames(image("a")), harbour(only_frames, limit))] == ["At most 5."]


def test_control_characters_in_an_option_are_refused_too() -> None:
    [refusal] = check(given(x="ha\x07ze"), SHORT_TEXT)
    assert refusal.kind is RefusalKind.OPTION_VALUE
    assert "control character" in refusal.say
