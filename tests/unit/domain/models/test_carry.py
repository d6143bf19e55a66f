"""A draft changes its model: nothing is lost, and each change leaves a note."""

import random
from dataclasses import replace

import pytest

from sora_studio.domain.models.carry import Carried, carry, mode_for_media
from sora_studio.domain.models.check import RefusalKind, check
from sora_studio.domain.models.draft import Draft, Medium
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Role
from sora_studio.domain.models.values import OptionValue
from tests.doubles.models import addresses, any_draft, avoidable, image, model, shipped_models

PER_TARGET = 1
"""Drafts for each pair of shipped models; the benchmark tries more."""


def option(meaning: str, kind: str, *lines: str, field: str = "x", title: str = "X") -> str:
    named = f"meaning = '{meaning}'" if meaning else ""
    return "\n".join([f"[[option]]\nfield = '{field}'\ntitle = '{title}'\nkind = '{kind}'", named, *lines])


def slot(role: str, most: int = 1, kind: str = "image", modes: str = "") -> str:
    named = f"modes = ['{modes}']" if modes else ""
    return f"[[media]]\nrole = '{role}'\nkind = '{kind}'\nfield = '{role}_url'\nmax = {most}\n{named}"


def moved(value: OptionValue, source: str, *target: str, title: str = "Target") -> tuple[OptionValue | None, list[str]]:
    """Carry one value; return what the target's first option became, and the notes."""
    new = model("text", *target, title=title)
    carried = carry(Draft("", "text", {"x": value}), model("text", source), new)
    return carried.draft.options.get("x"), list(carried.notes)


def carried(draft: Draft, source: str, target: str) -> Carried:
    return carry(draft, shipped_models()[source], shipped_models()[target])


# Mode


@pytest.mark.parametrize(
    ("modes", "role", "wanted"),
    [
        ("image text", "first", "text"),
        ("edit reference", "first", "reference"),
        ("edit motion", "first", "edit"),
    ],
)
def test_the_mode_is_the_first_of_its_kind_else_the_one_that_takes_most_media(modes: str, role: str, wanted: str) -> None:
    target = model(modes, slot("reference", 5, modes="reference") if "reference" in modes else "")
    draft = Draft("x", "text", media={Role(role): (image("a"),)})
    assert carry(draft, model("text"), target).draft.mode == wanted


def test_of_two_modes_of_a_kind_it_is_the_first() -> None:
    carried_draft = carried(Draft("A pier.", "image-to-video", media={Role.FIRST: (image("a"),)}), "sora-2", "veo-3-1")
    assert carried_draft.draft.mode == "fast-frames"
    assert carried_draft.notes[0] == "Mode: Image to video becomes First and last frame, fast."


def test_a_mode_of_the_same_title_leaves_no_note() -> None:
    assert carry(Draft("x", "text"), model("text"), model("text")) == Carried(Draft("x", "text"), ())


# Options

DURATIONS = option("duration_s", "choice", "unit = 's'", "values = [4, 8, 12]", "default = 4", title="Duration")
ANY_DURATION = option("duration_s", "int", "unit = 's'", title="Length")


@pytest.mark.parametrize(
    ("value", "target", "wanted", "note"),
    [
        (15, DURATIONS, 12, "Duration: 15 s becomes 12 s."),
        (11, DURATIONS, 8, "Duration: 11 s becomes 8 s."),
        (8, DURATIONS, 8, ""),
        (2, DURATIONS, 4, "Duration: 2 s becomes 4 s."),
        (15, option("duration_s", "int", "min = 2", "max = 10", "unit = 's'"), 10, "X: 15 s becomes 10 s."),
        (1, option("duration_s", "int", "min = 2", "max = 10", "unit = 's'"), 2, "X: 1 s becomes 2 s."),
        (9, option("duration_s", "int", "min = 1", "max = 30", "step = 5", "unit = 's'"), 6, "X: 9 s becomes 6 s."),
        (9, option("duration_s", "float", "max = 7.5", "unit = 's'"), 7.5, "X: 9 s becomes 7.5 s."),
        (9, ANY_DURATION, 9, ""),
        (
            9,
            option("duration_s", "choice", "values = [{ value = 'long', title = 'Long', means = 8 }]"),
            "long",
            "X: 9 s becomes Long.",
        ),
        (9, option("duration_s", "text"), None, "Length: 9 s has no place in Target, text."),
        (9, option("length", "int"), None, "Length: 9 s has no place in Target, text."),
        (9, "", None, "Length: 9 s has no place in Target, text."),
    ],
)
def test_a_duration_becomes_the_highest_that_is_not_above(value: int, target: str, wanted: object, note: str) -> None:
    assert moved(value, ANY_DURATION, target) == (wanted, [note] if note else [])


RESOLUTIONS = option("resolution", "text", title="Resolution")


@pytest.mark.parametrize(
    ("value", "values", "wanted"),
    [
        ("1080p", ["480p", "720p"], "720p"),
        ("4k", ["720p", "2k", "1080p"], "2k"),
        ("480p", ["1080p", "720p"], "720p"),
        ("720p", ["1080p", "720P", "480p"], "720P"),
        ("768p", ["720p", "768p"], "768p"),
        ("best", ["720p", "best"], "best"),
        ("best", ["720p", "1080p"], None),
    ],
)
def test_a_resolution_becomes_the_highest_that_is_not_above(value: str, values: list[str], wanted: str | None) -> None:
    became, notes = moved(value, RESOLUTIONS, option("resolution", "choice", f"values = {values}", title="Quality"))
    assert became == wanted
    if wanted is None:
        assert notes == ["Resolution: best has no place in Target, text."]
    elif wanted != value and wanted.casefold() != value:
        assert notes == [f"Quality: {value} becomes {wanted}."]


ASPECT = option("aspect", "text", title="Shape")


@pytest.mark.parametrize(
    ("value", "values", "wanted"),
    [
        ("21:9", ["9:16", "1:1", "16:9"], "16:9"),
        ("3:4", ["9:16", "1:1", "16:9"], "1:1"),
        ("4:5", ["9:16", "3:4", "1:1"], "3:4"),
        ("16:9", ["9:16", "landscape"], "landscape"),
        ("portrait", ["9:16", "16:9"], "9:16"),
        ("auto", ["16:9", "auto"], "auto"),
        ("auto", ["16:9", "9:16"], None),
    ],
)
def test_a_shape_becomes_the_nearest(value: str, values: list[str], wanted: str | None) -> None:
    assert moved(value, ASPECT, option("aspect", "choice", f"values = {values}"))[0] == wanted


def test_an_equal_shape_under_another_name_leaves_no_note() -> None:
    target = option(
        "aspect", "choice", "values = [{ value = 'landscape', means = '16:9' }, { value = 'tall', means = '9:16' }]"
    )
    assert moved("16:9", ASPECT, target) == ("landscape", [])
    assert moved("1:1", ASPECT, target)[1] == ["X: 1:1 becomes Landscape."]


@pytest.mark.parametrize(
    ("kind", "value", "target", "wanted"),
    [
        ("switch", True, option("m", "switch"), True),
        (
            "switch",
            True,
            option("m", "choice", "values = [{ value = false, means = true }, { value = true, means = false }]"),
            False,
        ),
        ("switch", True, option("m", "choice", "values = [1, 0]"), None),
        ("int", 7, option("m", "int", "max = 9"), 7),
        ("int", 7, option("m", "int", "max = 5"), None),
        ("float", 0.5, option("m", "float", "max = 1"), 0.5),
        ("float", 0.5, option("m", "float", "max = 1", "step = 0.2"), None),
        ("text", "anime", option("m", "choice", "values = ['general', 'anime']"), "anime"),
        ("text", "noir", option("m", "choice", "values = ['general', 'anime']"), None),
        ("int", 7, option("other", "int"), None),
    ],
)
def test_any_other_option_takes_only_the_equal_value(kind: str, value: OptionValue, target: str, wanted: object) -> None:
    became, notes = moved(value, option("m", kind, title="Old"), target)
    assert (type(became), became) == (type(wanted), wanted)
    assert bool(notes) is (wanted is None)


def test_text_is_carried_whole_even_if_too_long() -> None:
    old, new = option("negative", "text", title="Leave out"), model("text", option("negative", "text", "max_chars = 10"))
    result = carry(Draft("p" * 99, "text", {"x": "haze" * 9}), model("text", old), new)
    assert (result.draft.prompt, result.draft.options) == ("p" * 99, {"x": "haze" * 9})
    assert result.notes == ()
    assert [refusal.kind for refusal in check(result.draft, new)] == [RefusalKind.TEXT_LONG]


def test_defaults_are_carried_too_and_everything_else_starts_at_its_default() -> None:
    source = model("text", option("duration_s", "int", "default = 9"), option("sound", "switch", field="s", title="Sound"))
    target = model(
        "text",
        option("duration_s", "int", "default = 5"),
        option("sound", "switch", "default = true", field="sound"),
        option("style", "choice", "values = ['a', 'b']", "default = 'b'", field="style"),
    )
    result = carry(Draft("", "text"), source, target)
    assert result.draft.options == {"x": 9, "sound": True, "style": "b"}
    assert result.notes == ()


def test_an_option_without_a_meaning_leaves_a_note_only_if_it_was_changed() -> None:
    source = model("text", option("", "choice", "values = ['auto', 'small']", "default = 'auto'", title="Motion"))
    assert carry(Draft("", "text"), source, model("text")).notes == ()
    assert carry(Draft("", "text", {"x": "auto"}), source, model("text")).notes == ()
    changed = carry(Draft("", "text", {"x": "small"}), source, model("text", title="Target"))
    assert changed.notes == ("Motion: Small has no place in Target, text.",)


def test_a_random_seed_is_nothing_and_another_is_carried() -> None:
    seed = option("seed", "int", "random = -1", "min = 0", title="Seed")
    other = option("seed", "int", "random = 0", "min = 0", "default = 0", field="seed")
    for value, wanted, notes in ((-1, 0, ()), (7, 7, ())):
        result = carry(Draft("", "text", {"x": value}), model("text", seed), model("text", other))
        assert (result.draft.options["seed"], result.notes) == (wanted, notes)
    assert moved(-1, seed, "") == (None, [])
    assert moved(7, seed, "") == (None, ["Seed: 7 has no place in Target, text."])
    assert moved(70, seed, option("seed", "int", "max = 9"))[1] == ["Seed: 70 has no place in Target, text."]


def test_a_value_that_the_mode_always_gives_leaves_no_note() -> None:
    fixed = model("edit").modes[0]
    target = model("edit", title="Target")
    source = model("text", RESOLUTIONS.replace("'x'", "'r'"), ANY_DURATION)
    draft = Draft("", "text", {"r": "1080p", "x": 5})

    def notes(**always: OptionValue) -> tuple[str, ...]:
        return carry(draft, source, replace(target, modes=(replace(fixed, title="text", fixed=always),))).notes

    assert notes(resolution="1080p", duration_s=5) == ()
    assert notes(resolution="768p", duration_s=5) == ("Resolution: 1080p has no place in Target, text.",)
    assert notes(resolution="1080p", duration_s="video") == ("Length: 5 s has no place in Target, text.",)


def test_a_value_that_the_old_model_would_refuse_does_no_harm() -> None:
    for value in ("long", True, 10**400, float("nan"), -3):
        became, _ = moved(value, ANY_DURATION, DURATIONS)
        assert became == 4


# Sizes


def test_a_size_is_a_shape_and_a_resolution_there_and_back() -> None:
    there = carried(Draft("A pier.", "text-to-video", {"size": "720*1280", "duration": 8}), "sora-2-pro", "seedance-2-0")
    assert {name: there.draft.options[name] for name in ("aspect_ratio", "resolution", "duration")} == {
        "aspect_ratio": "9:16",
        "resolution": "720p",
        "duration": 8,
    }
    assert there.notes == ()
    back = carried(there.draft, "seedance-2-0", "sora-2-pro")
    assert back.draft.options == {"size": "720*1280", "duration": 8}


def test_a_size_between_the_shapes_takes_the_nearest_and_says_so() -> None:
    there = carried(Draft("A pier.", "text-to-video", {"size": "1792*1024"}), "sora-2-pro", "seedance-2-0")
    assert (there.draft.options["aspect_ratio"], there.draft.options["resolution"]) == ("16:9", "720p")
    assert there.notes == ("Resolution: 1792 × 1024 becomes 720p.", "Aspect ratio: 1792 × 1024 becomes 16:9.")


SIZES = "values = ['1280x720', '720x1280', '1920x1080', '960x960']"


@pytest.mark.parametrize(
    ("shape", "lines", "wanted"),
    [
        ("16:9", "1080p", "1920x1080"),
        ("16:9", "4k", "1920x1080"),
        ("16:9", "480p", "1280x720"),
        ("9:16", "1080p", "720x1280"),
        ("1:1", "720p", "960x960"),
        ("auto", "1080p", "1920x1080"),
    ],
)
def test_a_size_has_the_nearest_shape_and_then_the_highest_resolution_not_above(shape: str, lines: str, wanted: str) -> None:
    source = model("text", ASPECT, RESOLUTIONS.replace("'x'", "'r'"))
    target = model("text", option("size", "choice", SIZES, "default = '1280x720'"))
    assert carry(Draft("", "text", {"x": shape, "r": lines}), source, target).draft.options["x"] == wanted


def test_a_size_keeps_what_the_draft_does_not_say_as_its_default_has_it() -> None:
    target = option("size", "choice", SIZES, "default = '1920x1080'")
    assert moved("16:9", ASPECT, target)[0] == "1920x1080"
    assert moved("9:16", ASPECT, target)[0] == "720x1280"
    assert moved("720p", RESOLUTIONS, target)[0] == "1280x720"
    assert moved("auto", ASPECT, target) == ("1920x1080", ["Shape: auto has no place in Target, text."])


# Media


def place(media: dict[Role, tuple[Medium, ...]], *slots: str, aside: dict[Role, tuple[Medium, ...]] | None = None) -> Carried:
    target = model("image", *slots, title="Target")
    return carry(Draft("", "image", media=media, set_aside=aside or {}), model("image"), target)


def test_media_keep_their_role() -> None:
    media = {Role.FIRST: (image("a"),), Role.LAST: (image("b"),)}
    result = place(media, slot("last"), slot("first"))
    assert (result.draft.media, result.draft.set_aside, result.notes) == (media, {}, ())


def test_what_is_left_takes_another_role_of_its_kind_that_has_room() -> None:
    video = Medium("https://example.com/v.mp4", MediaKind.VIDEO)
    result = place({Role.FIRST: (image("a"),), Role.VIDEO: (video,)}, slot("video", kind="video"), slot("reference", 2))
    assert result.draft.media == {Role.VIDEO: (video,), Role.REFERENCE: (image("a"),)}
    assert result.notes == ("a.png: first becomes reference.",)


def test_what_has_no_place_is_set_aside_and_comes_back() -> None:
    media = {Role.REFERENCE: tuple(map(image, "abc"))}
    there = place(media, slot("first"))
    assert there.draft.media == {Role.FIRST: (image("a"),)}
    assert there.draft.set_aside == {Role.REFERENCE: (image("b"), image("c"))}
    reason = "is set aside: image of Target has no place for it."
    assert there.notes == ("a.png: reference becomes first.", f"b.png {reason}", f"c.png {reason}")
    further = place(dict(there.draft.media), slot("first"), aside=dict(there.draft.set_aside))
    assert (further.draft.set_aside, further.notes) == (there.draft.set_aside, ())
    back = place(dict(there.draft.media), slot("reference", 5), aside=dict(there.draft.set_aside))
    assert back.draft.set_aside == {}
    assert set(back.draft.media[Role.REFERENCE]) == set(media[Role.REFERENCE])
    assert back.notes == ("b.png is back as reference.", "c.png is back as reference.", "a.png: first becomes reference.")


def test_a_mask_stays_a_mask_and_nothing_becomes_one() -> None:
    mask = place({Role.MASK: (image("m"),)}, slot("reference", 5))
    assert (mask.draft.media, mask.draft.set_aside) == ({}, {Role.MASK: (image("m"),)})
    kept = place({Role.MASK: (image("m"),), Role.LAST: (image("b"),)}, slot("mask", 2))
    assert kept.draft.media == {Role.MASK: (image("m"),)}
    assert kept.draft.set_aside == {Role.LAST: (image("b"),)}


def test_media_of_another_kind_do_not_take_a_role() -> None:
    sound = Medium("https://example.com/s.wav", MediaKind.AUDIO)
    character = Medium("https://example.com/c.mp4", MediaKind.VIDEO)
    result = place({Role.AUDIO: (sound,), Role.CHARACTER: (character,)}, slot("character"), slot("reference", 5))
    assert result.draft.media == {}
    assert result.draft.set_aside == {Role.CHARACTER: (character,), Role.AUDIO: (sound,)}


def test_one_picture_may_be_first_and_last() -> None:
    media = {Role.FIRST: (image("a"),), Role.LAST: (image("a"),)}
    result = place(media, slot("first"), slot("last"))
    assert (result.draft.media, result.notes) == (media, ())


@pytest.mark.parametrize("same", [True, False], ids=["one object", "equal objects"])
def test_equal_media_are_all_kept(same: bool) -> None:
    one = image("a")
    pictures = (one, one, one) if same else (image("a"), image("a"), image("a"))
    for slots in ([slot("first")], [slot("reference", 2)], [slot("first"), slot("last")], []):
        draft = place({Role.REFERENCE: pictures}, *slots).draft
        assert addresses(draft.media, draft.set_aside) == {"https://example.com/a.png": 3}


def test_pictures_that_make_a_task_each_stay_together() -> None:
    pictures = tuple(map(image, "abc"))
    result = carried(Draft("A pier.", "image-to-video", media={Role.FIRST: pictures}), "sora-2", "kling-3-0-std")
    assert result.draft.media == {Role.FIRST: pictures}
    assert len(result.draft.split(shipped_models()["kling-3-0-std"])) == 3
    away = place({Role.FIRST: pictures}, slot("audio", kind="audio"))
    back = place(dict(away.draft.media), slot("first"), aside=dict(away.draft.set_aside))
    assert back.draft.media == {Role.FIRST: pictures}


def test_what_comes_back_makes_no_further_tasks() -> None:
    result = place({Role.FIRST: (image("a"),)}, slot("first"), aside={Role.FIRST: (image("b"),)})
    assert result.draft.media == {Role.FIRST: (image("a"),)}
    assert result.draft.set_aside == {Role.FIRST: (image("b"),)}


# Route and rules


def test_a_route_is_kept_where_it_exists() -> None:
    draft = Draft("A pier.", "text-to-video", route="official")
    assert carried(draft, "sora-2", "sora-2-pro").draft.route == "official"
    left = carried(draft, "sora-2", "seedance-2-0")
    assert left.draft.route == ""
    assert "Route: Seedance 2.0 has no route official." in left.notes


def obeyed(value: OptionValue, target: str, allow: str, *rules: str) -> tuple[OptionValue | None, list[str]]:
    kind = "text" if isinstance(value, str) else "float"
    rule = f"[[rule]]\nwhen = {{}}\nallow = {{ x = {allow} }}\nsay = 'Not here.'"
    return moved(value, option("m", kind), target, rule, *rules)


@pytest.mark.parametrize(
    ("value", "lines", "allow", "wanted"),
    [
        ("c", ["choice", "values = ['a', 'b', 'c']"], "['b', 'a']", "a"),
        (9, ["choice", "values = [1, 5, 9]"], "[1, 5]", 5),
        (2, ["choice", "values = [1, 2, 9]"], "[1, 9]", 1),
        (9, ["int", "min = 1", "max = 20"], "{ max = 6 }", 6),
        (9, ["int", "min = 1", "max = 20"], "{ max = 6.5 }", 6),
        (9, ["int", "min = 1", "max = 20"], "{ min = 12.5 }", 13),
        (9, ["int", "min = 1", "max = 21", "step = 4"], "{ max = 8 }", 5),
        (9, ["int", "min = 1", "max = 21", "step = 4"], "{ min = 10 }", 13),
        (9, ["int", "min = 1", "max = 20"], "[3, 12, 20]", 12),
        (0.5, ["float", "min = 0", "max = 1"], "{ max = 0.25 }", 0.25),
        (0.5, ["float", "min = 0", "max = 1", "step = 0.1"], "{ max = 0.25 }", 0.2),
    ],
)
def test_a_value_that_a_rule_forbids_becomes_the_first_or_nearest(
    value: OptionValue, lines: list[str], allow: str, wanted: OptionValue
) -> None:
    kind, *limits = lines
    became, notes = obeyed(value, option("m", kind, *limits), allow)
    assert became == pytest.approx(wanted) if isinstance(wanted, float) else became == wanted
    assert type(became) is type(wanted)
    assert notes == ["Not here."]


def test_a_value_that_a_rule_allows_stays_without_a_note() -> None:
    assert obeyed("b", option("m", "choice", "values = ['a', 'b']"), "['b']") == ("b", [])


def test_rules_that_leave_nothing_or_contradict_each_other_come_to_an_end() -> None:
    target = option("m", "int", "min = 1", "max = 9")
    became, notes = obeyed(7, target, "{ max = 3 }", "[[rule]]\nwhen = {}\nallow = { x = { min = 5 } }\nsay = 'Never.'")
    assert became in range(1, 10)
    assert notes == ["Not here.", "Never."]
    assert obeyed(7, target, "{ min = 20 }") == (7, [])


def test_a_change_may_make_another_rule_hold() -> None:
    target = model(
        "text",
        option("a", "int", "min = 1", "max = 9", field="a"),
        option("b", "int", "min = 1", "max = 9", field="b"),
        "[[rule]]\nwhen = { a = 2 }\nallow = { b = { max = 3 } }\nsay = 'Second.'",
        "[[rule]]\nwhen = {}\nallow = { a = { max = 2 } }\nsay = 'First.'",
    )
    source = model("text", option("a", "int", field="a"), option("b", "int", field="b"))
    result = carry(Draft("", "text", {"a": 8, "b": 8}), source, target)
    assert (result.draft.options, result.notes) == ({"a": 2, "b": 3}, ("First.", "Second."))


def test_a_rule_of_a_shipped_model_is_obeyed_with_its_sentence() -> None:
    draft = Draft("A pier.", "reference-to-video", {"duration": 15}, {Role.VIDEO: (Medium("v", MediaKind.VIDEO),)})
    source = replace(shipped_models()["wan-2-7-video"], rules=())
    result = carry(draft, source, shipped_models()["wan-2-7-video"])
    assert result.draft.options["duration"] == 10
    assert result.notes == ("With a reference video the clip is at most 10 s long.",)


# Every pair of shipped models


@pytest.mark.parametrize("slug", shipped_models())
def test_between_shipped_models_nothing_is_lost_and_nothing_new_is_refused(slug: str) -> None:
    rng = random.Random(slug)
    source = shipped_models()[slug]
    for target in shipped_models().values():
        mode = rng.choice(source.modes)
        for draft in (any_draft(source, mode, rng) for _ in range(PER_TARGET)):
            there = carry(draft, source, target)
            assert_nothing_is_lost(draft, there.draft)
            assert avoidable(there.draft, target) == []
            assert all(note.endswith(".") and "\n" not in note for note in there.notes)
            back = carry(there.draft, target, source)
            assert_nothing_is_lost(draft, back.draft)
            assert avoidable(back.draft, source) == []


def test_a_chain_of_models_loses_nothing() -> None:
    rng = random.Random(1)
    for source, _ in zip(shipped_models().values(), range(12), strict=False):
        start = draft = any_draft(source, source.modes[-1], rng)
        model_now: ModelProfile = source
        for target in rng.sample(list(shipped_models().values()), 8):
            draft, model_now = carry(draft, model_now, target).draft, target
            assert_nothing_is_lost(start, draft)


def assert_nothing_is_lost(before: Draft, after: Draft) -> None:
    assert after.prompt == before.prompt
    assert addresses(after.media, after.set_aside) == addresses(before.media, before.set_aside)


@pytest.mark.parametrize(
    ("slug", "mode", "role", "kind", "after", "without"),
    [
        ("veo-3-1", "quality-text", Role.FIRST, MediaKind.IMAGE, "quality-frames", "quality-text"),
        ("veo-3-1", "fast-text", Role.FIRST, MediaKind.IMAGE, "fast-frames", "fast-text"),
        ("kling-2-1", "master-text-to-video", Role.FIRST, MediaKind.IMAGE, "master-image-to-video", "master-text-to-video"),
        ("seedance-2-0", "text-to-video", Role.VIDEO, MediaKind.VIDEO, "omni_reference", "text-to-video"),
        ("happyHorse", "reference-to-video", Role.REFERENCE, MediaKind.IMAGE, "reference-to-video", "text-to-video"),
        ("ltx-2-19b", "text-to-video-LoRA", Role.FIRST, MediaKind.IMAGE, "image-to-video-LoRA", "text-to-video-LoRA"),
    ],
)
def test_the_mode_follows_the_media(slug: str, mode: str, role: Role, kind: MediaKind, after: str, without: str) -> None:
    profile = shipped_models()[slug]
    before = next(one for one in profile.modes if one.id == mode)
    found = mode_for_media(profile, before, {role: (Medium("https://x.example/a", kind),)})
    assert found.id == after
    assert mode_for_media(profile, found, {}).id == without
