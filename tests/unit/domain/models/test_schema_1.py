"""Profiles of schema 1 are read as ever, or refused with the line and the reason."""

import pytest

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.build import build, provider
from sora_studio.domain.models.check import RefusalKind, check
from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.profile import (
    Choice,
    Condition,
    GenerationTime,
    Limits,
    MediaKind,
    MediaSlot,
    Mode,
    ModeKind,
    Option,
    OptionKind,
    PollPlan,
    Price,
    PricePer,
    PromptLimits,
    Role,
    Routing,
)
from sora_studio.domain.models.read import read
from tests.doubles.models import image

SMALL = """\
schema = 1
slug = "veo-3.1"
title = "Veo"
modes = ["text-to-video"]
[prompt]
min_chars = 1
max_chars = 50
[[options]]
field = "length"
title = "Length"
values = [5, 8]
default = 5
[routing]
values = ["auto"]
default = "auto"
[poll]
first_after_s = 0.5
every_s = 2
[limits]
requests_per_minute = 10
concurrent_tasks = 2
[results]
expire_after_s = 60
"""


PICTURES = "[images]\nfield = 'pictures'\nmin = 1\nmax = 1\nformats = ['png']\nmax_bytes = 9\n"


def with_pictures(most: int = 1) -> str:
    small = SMALL.replace('["text-to-video"]', '["text-to-video", "image-to-video"]')
    return small + PICTURES.replace("max = 1", f"max = {most}")


def test_a_profile_says_what_its_file_says() -> None:
    profile = read(SMALL, "veo-3.1.toml")
    assert (profile.slug, profile.title) == ("veo-3.1", "Veo")
    assert profile.modes == (Mode("text-to-video", "Text to video", ModeKind.TEXT, sends={"mode": "text-to-video"}),)
    assert profile.prompt == PromptLimits(required=True, min_chars=1, max_chars=50)
    choices = (Choice(5, "5", 5), Choice(8, "8", 8))
    assert profile.options == (Option("length", "Length", OptionKind.CHOICE, ("text-to-video",), default=5, choices=choices),)
    assert profile.routing == Routing(("auto",), "auto")
    assert profile.poll == PollPlan(0.5, 2)
    assert profile.limits == Limits(10, 2)
    assert profile.expire_after_s == 60


def test_what_is_optional_may_be_left_out() -> None:
    profile = read(SMALL, "veo-3.1.toml")
    assert (profile.media, profile.rules, profile.generation_times, profile.prices) == ((), (), (), ())


@pytest.mark.parametrize(("most", "role"), [(1, Role.FIRST), (2, Role.REFERENCE)])
def test_images_are_the_first_frame_or_references(most: int, role: Role) -> None:
    profile = read(with_pictures(most), "veo-3.1.toml")
    assert [(mode.id, mode.kind) for mode in profile.modes][1] == ("image-to-video", ModeKind.IMAGE)
    slot = MediaSlot(role, MediaKind.IMAGE, "pictures", ("image-to-video",), 1, most, ("png",), 9)
    assert profile.media == (slot,)


@pytest.mark.parametrize(
    ("field", "meaning"),
    [
        ("duration", "duration_s"),
        ("aspect_ratio", "aspect"),
        ("ratio", "aspect"),
        ("resolution", "resolution"),
        ("sound", "sound"),
        ("seed", "seed"),
        ("length", ""),
    ],
)
def test_well_known_fields_have_their_meaning(field: str, meaning: str) -> None:
    profile = read(SMALL.replace('"length"', f'"{field}"'), "veo-3.1.toml")
    assert profile.options[0].meaning == meaning


def test_a_request_is_built_as_ever() -> None:
    profile = read(with_pictures(), "veo-3.1.toml")
    draft = Draft("A pier.", "image-to-video", {"length": 8}, {Role.FIRST: (image("pier"),)})
    assert check(draft, profile) == []
    assert build(draft, profile) == {
        "mode": "image-to-video",
        "prompt": "A pier.",
        "length": 8,
        "pictures": ["https://example.com/pier.png"],
    }
    assert provider(draft, profile) == "auto"
    assert [refusal.kind for refusal in check(Draft("A pier.", "image-to-video"), profile)] == [RefusalKind.MEDIA_MISSING]


def test_prices_and_times_may_depend_on_options_and_route() -> None:
    text = SMALL + '[[price]]\nwhen = { length = 5, provider = "auto" }\nusd = 0.5\n[[price]]\nwhen = {}\nusd = 1\n'
    text += "[[generation_time]]\nwhen = { length = 5 }\nseconds = [60, 90]\n"
    profile = read(text, "veo-3.1.toml")
    short = Condition({"length": (5,), "provider": ("auto",)})
    assert profile.prices == (Price(PricePer.CLIP, short, (0.5, 0.5)), Price(PricePer.CLIP, Condition(), (1, 1)))
    assert profile.generation_times == (GenerationTime((60, 90), Condition({"length": (5,)})),)
    for seconds, usd, time in ((5, 0.5, (60, 90)), (8, 1, None)):
        facts = Draft("A pier.", "text-to-video", {"length": seconds}).facts(profile.modes[0], profile)
        assert profile.price_range_usd(*facts) == (usd, usd)
        assert profile.usual_time_s(*facts) == time


# Each: what is replaced in SMALL, by what, the line of the fault in the result, and a word of the reason.
BAD_PROFILES = [
    # syntax
    ('slug = "veo-3.1"', "slug = veo-3.1", 2, "invalid value"),
    ('title = "Veo"', 'title = "Veo', 3, "illegal character"),
    ("[poll]", "[poll", 16, "expected"),
    ("expire_after_s = 60\n", 'expire_after_s = "', 23, "unterminated"),
    ("every_s = 2", "every_s = 2\nevery_s = 3", 19, "overwrite"),
    # schema and slug
    ("schema = 1", "schema = 3", 1, "schema 3"),
    ("schema = 1", "schema = true", 1, "whole number"),
    ("schema = 1", "schema = 1.0", 1, "whole number"),
    ("schema = 1", "", 0, "'schema' is missing"),
    ('slug = "veo-3.1"', 'slug = "Veo!"', 2, "not a slug"),
    ('slug = "veo-3.1"', 'slug = "../veo"', 2, "not a slug"),
    ('slug = "veo-3.1"', 'slug = "veo-"', 2, "not a slug"),
    ('slug = "veo-3.1"', f'slug = "{"v" * 65}"', 2, "not a slug"),
    ('slug = "veo-3.1"', "slug = 3", 2, "text in quotes"),
    # texts
    ('title = "Veo"', 'title = "  "', 3, "says something"),
    ('title = "Veo"', 'title = "a\\nb"', 3, "one line"),
    ('title = "Veo"', "", 0, "'title' is missing"),
    # unknown keys and tables
    ('title = "Veo"', 'title = "Veo"\ncolour = "red"', 4, "'colour' is not known"),
    ("every_s = 2", "every_s = 2\nevery_m = 2", 19, "'every_m' is not known in [poll]"),
    ("default = 5", "default = 5\nhint = 'x'", 13, "'hint' is not known in [options]"),
    ("[limits]", "[speed]\nfast = 1\n[limits]", 19, "'speed' is not known"),
    # modes
    ('modes = ["text-to-video"]', "modes = []", 4, "at least one"),
    ('modes = ["text-to-video"]', 'modes = "text-to-video"', 4, "must be a list, not text"),
    ('modes = ["text-to-video"]', 'modes = ["video-to-video"]', 4, "not a mode"),
    ('modes = ["text-to-video"]', 'modes = ["text-to-video", "text-to-video"]', 4, "twice"),
    ('modes = ["text-to-video"]', 'modes = ["image-to-video"]', 4, "needs a table [images]"),
    # prompt
    ("min_chars = 1", "min_chars = 51", 6, "more than max_chars"),
    ("min_chars = 1", "min_chars = 0", 6, "at least 1"),
    ("max_chars = 50", "max_chars = '50'", 7, "whole number, not text"),
    ("[prompt]\nmin_chars = 1\nmax_chars = 50\n", "prompt = 3\n", 5, "must be a table, not a number"),
    (
        "[prompt]\nmin_chars = 1\nmax_chars = 50\n",
        "[[prompt]]\nmin_chars = 1\nmax_chars = 50\n",
        5,
        "must be a table, not a list",
    ),
    # options
    ('field = "length"', 'field = "le ngth"', 9, "not a field name"),
    ('field = "length"', 'field = "prompt"', 9, "already taken"),
    ('field = "length"', 'field = "provider"', 9, "already taken"),
    ("values = [5, 8]", "values = [5, 8, 5]", 11, "5 twice"),
    ("values = [5, 8]", "values = [5, [8]]", 11, "not a list"),
    ("values = [5, 8]", "values = [5, 1979-05-27]", 11, "not a date"),
    ("values = [5, 8]", "values = [5, '']", 11, "says something"),
    ("default = 5", "default = 6", 12, "none of 5 or 8"),
    ("default = 5", "default = '5'", 12, "none of 5 or 8"),
    ("values = [5, 8]\ndefault = 5", "values = [0, 1]\ndefault = false", 12, "none of 0 or 1"),
    ("default = 5", "", 8, "'default' is missing in [options]"),
    ("default = 5", "default = 5\nunit = 1", 13, "text in quotes"),
    ("[routing]", "[[options]]\nfield = 'length'\ntitle = 'L'\nvalues = [1]\ndefault = 1\n[routing]", 14, "already taken"),
    # routing
    ('default = "auto"', 'default = "value"', 15, "none of auto"),
    ('values = ["auto"]', "values = [1]", 14, "text in quotes"),
    # times
    ("first_after_s = 0.5", "first_after_s = 0", 17, "more than 0"),
    ("first_after_s = 0.5", "first_after_s = -1", 17, "0 or more"),
    ("first_after_s = 0.5", "first_after_s = nan", 17, "0 or more"),
    ("first_after_s = 0.5", "first_after_s = inf", 17, "too large"),
    ("first_after_s = 0.5", "first_after_s = 1e12", 17, "at most"),
    ("every_s = 2", "every_s = true", 18, "a number, not true or false"),
    ("every_s = 2", "every_s = '2'", 18, "a number, not text"),
    ("expire_after_s = 60", "expire_after_s = 0", 23, "more than 0"),
    # limits
    ("concurrent_tasks = 2", "concurrent_tasks = 0", 21, "at least 1"),
    ("concurrent_tasks = 2", "concurrent_tasks = 2.0", 21, "whole number"),
    ("requests_per_minute = 10", "requests_per_minute = true", 20, "whole number"),
    ("[results]\nexpire_after_s = 60\n", "", 0, "'results' is missing"),
]


@pytest.mark.parametrize(("good", "bad", "line", "reason"), BAD_PROFILES)
def test_a_bad_profile_is_refused_with_its_line(good: str, bad: str, line: int, reason: str) -> None:
    assert SMALL.count(good) == 1
    with pytest.raises(ProfileError) as caught:
        read(SMALL.replace(good, bad), "mine.toml")
    assert reason.lower() in caught.value.reason.lower()
    assert (caught.value.source, caught.value.line) == ("mine.toml", line)


BAD_ADDITIONS = [
    ("[images]\nfield='i'\nmin=1\nmax=1\nformats=['png']\nmax_bytes=1", 24, "need the mode"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = [2, 1]", 26, "more than the longest"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = [0, 1]", 26, "more than 0"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = [1]", 26, "two numbers"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = 5", 26, "two numbers"),
    ("[[generation_time]]\nwhen = {length = 6}\nseconds = [1, 2]", 25, "is no value of length: Length takes 5 or 8"),
    ("[[generation_time]]\nwhen = {width = 6}\nseconds = [1, 2]", 25, "no option 'width'"),
    ("[[generation_time]]\nwhen = {provider = 'value'}\nseconds = [1, 2]", 25, "no provider 'value'"),
    ("[generation_time]\nwhen = {}\nseconds = [1, 2]", 24, "list of tables"),
    ("[[price]]\nwhen = {length = true}\nusd = 1", 25, "is no value of length: Length takes 5 or 8"),
    ("[[price]]\nwhen = {}\nusd = -1", 26, "0 or more"),
    ("[[price]]\nwhen = {}\nusd = 1\nnote = 'x'", 27, "'note' is not known in [price]"),
    ("[[price]]\nwhen = {}\nusd = 1\n[[price]]\n[price.when]\nprovider = 'auto'\n", 27, "'usd' is missing"),
    ("[[price]]\nwhen = {}\nusd = 1\n[[price]]\nusd = 1\n[price.when]\nprovider = 'x'\n", 30, "no provider 'x'"),
]


@pytest.mark.parametrize(("addition", "line", "reason"), BAD_ADDITIONS)
def test_a_bad_addition_is_refused_with_its_line(addition: str, line: int, reason: str) -> None:
    with pytest.raises(ProfileError) as caught:
        read(SMALL + addition, "mine.toml")
    assert reason in caught.value.reason
    assert caught.value.line == line


BAD_IMAGES = [
    ("min = 1", "min = 2", "min (2) is more than max (1)"),
    ("formats = ['png']", "formats = ['.PNG']", "not the name of a format"),
    ("field = 'pictures'", "field = 'mode'", "already taken"),
    ("field = 'pictures'", "field = 'length'", "already taken"),
    ("max_bytes = 9", "max_bytes = 0", "at least 1"),
]


@pytest.mark.parametrize(("good", "bad", "reason"), BAD_IMAGES)
def test_bad_image_rules_are_refused(good: str, bad: str, reason: str) -> None:
    text = SMALL.replace('"text-to-video"', '"image-to-video"')
    text += PICTURES
    assert read(text, "fine").media
    with pytest.raises(ProfileError) as caught:
        read(text.replace(good, bad), "mine.toml")
    assert reason in caught.value.reason
    assert caught.value.line > 0
