"""A profile is read exactly, or refused with the line and the reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.profile import GenerationTime, ImageRules, Limits, ModelProfile, Option, PollPlan, Price, Routing
from sora_studio.domain.profile_toml import parse_profile
from sora_studio.domain.toml_lines import key_lines, line_of

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


def test_the_shipped_profile_says_what_the_protocol_says(sora_2: ModelProfile) -> None:
    assert (sora_2.slug, sora_2.title) == ("sora-2", "Sora 2")
    assert sora_2.modes == ("text-to-video", "image-to-video")
    assert (sora_2.prompt.min_chars, sora_2.prompt.max_chars) == (1, 10_000)
    assert sora_2.images == ImageRules("image_urls", 1, 1, ("jpeg", "png", "webp"), 10_000_000)
    assert sora_2.options == (
        Option("duration", "Duration", (10, 15), 10, "s"),
        Option("aspect_ratio", "Aspect ratio", ("landscape", "portrait"), "landscape"),
        Option("remove_watermark", "Remove watermark", (True, False), default=True),
    )
    assert sora_2.routing == Routing(("auto", "value", "official"), "auto")
    assert sora_2.poll == PollPlan(180, 10)
    assert sora_2.generation_times == (
        GenerationTime({"duration": 10}, (180, 300)),
        GenerationTime({"duration": 15}, (240, 360)),
    )
    assert sora_2.limits == Limits(10_000, 1_000)
    assert sora_2.expire_after_s == 15 * 86_400


def test_the_second_shipped_profile_is_the_larger_model(shipped: Path) -> None:
    pro = parse_profile((shipped / "sora-2-pro.toml").read_text(encoding="utf-8"), "sora-2-pro.toml")
    assert pro.prompt.max_chars == 5_000
    assert pro.limits == Limits(60, 10)
    assert pro.routing == Routing(("official",), "official")
    resolution = pro.option("resolution")
    assert resolution is not None
    assert resolution.values == ("720p", "1080p")


def test_what_is_optional_may_be_left_out() -> None:
    profile = parse_profile(SMALL, "veo-3.1.toml")
    assert profile.images is None
    assert profile.generation_times == ()
    assert profile.prices == ()
    assert profile.poll == PollPlan(0.5, 2)


def test_prices_may_depend_on_options_and_route() -> None:
    text = SMALL + '[[price]]\nwhen = { length = 5, provider = "auto" }\nusd = 0.5\n[[price]]\nwhen = {}\nusd = 1\n'
    profile = parse_profile(text, "veo-3.1.toml")
    assert profile.prices == (Price({"length": 5, "provider": "auto"}, 0.5), Price({}, 1))
    assert profile.price_usd({"length": 5}, "auto") == 0.5
    assert profile.price_usd({"length": 8}, "auto") == 1


# Each: what is replaced in SMALL, by what, the line of the fault in the result, and a word of the reason.
BAD_PROFILES = [
    # syntax
    ('slug = "veo-3.1"', "slug = veo-3.1", 2, "invalid value"),
    ('title = "Veo"', 'title = "Veo', 3, "illegal character"),
    ("[poll]", "[poll", 16, "expected"),
    ("expire_after_s = 60\n", 'expire_after_s = "', 23, "unterminated"),
    ("every_s = 2", "every_s = 2\nevery_s = 3", 19, "overwrite"),
    # schema and slug
    ("schema = 1", "schema = 2", 1, "schema 2"),
    ("schema = 1", "schema = true", 1, "whole number"),
    ("schema = 1", "schema = 1.0", 1, "whole number"),
    ("schema = 1", "", 0, "'schema' is missing"),
    ('slug = "veo-3.1"', 'slug = "Veo"', 2, "not a slug"),
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
    ("max_chars = 50", "", 5, "'max_chars' is missing in [prompt]"),
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
    ("values = [5, 8]", "values = [5, 8.5]", 11, "not a number with a fraction"),
    ("values = [5, 8]", "values = [5, 1979-05-27]", 11, "not a date"),
    ("values = [5, 8]", "values = [5, '']", 11, "says something"),
    ("default = 5", "default = 6", 12, "none of 5, 8"),
    ("default = 5", "default = '5'", 12, "none of 5, 8"),
    ("values = [5, 8]\ndefault = 5", "values = [0, 1]\ndefault = false", 12, "none of 0, 1"),
    ("default = 5", "", 8, "'default' is missing in [options]"),
    ("default = 5", "default = 5\nunit = 1", 13, "text in quotes"),
    ("[routing]", "[[options]]\nfield = 'length'\ntitle = 'L'\nvalues = [1]\ndefault = 1\n[routing]", 14, "already taken"),
    # routing
    ('default = "auto"', 'default = "value"', 15, "none of 'auto'"),
    ('values = ["auto"]', "values = [1]", 14, "text in quotes"),
    # times
    ("first_after_s = 0.5", "first_after_s = 0", 17, "more than 0"),
    ("first_after_s = 0.5", "first_after_s = -1", 17, "0 or more"),
    ("first_after_s = 0.5", "first_after_s = nan", 17, "0 or more"),
    ("first_after_s = 0.5", "first_after_s = inf", 17, "0 or more"),
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
        parse_profile(SMALL.replace(good, bad), "mine.toml")
    assert reason.lower() in caught.value.reason.lower()
    assert (caught.value.source, caught.value.line) == ("mine.toml", line)


BAD_ADDITIONS = [
    ("[images]\nfield='i'\nmin=1\nmax=1\nformats=['png']\nmax_bytes=1", 24, "need the mode"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = [2, 1]", 26, "more than the longest"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = [0, 1]", 26, "more than 0"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = [1]", 26, "two numbers"),
    ("[[generation_time]]\nwhen = {length = 5}\nseconds = 5", 26, "two numbers"),
    ("[[generation_time]]\nwhen = {length = 6}\nseconds = [1, 2]", 25, "none of 5, 8"),
    ("[[generation_time]]\nwhen = {width = 6}\nseconds = [1, 2]", 25, "no option 'width'"),
    ("[[generation_time]]\nwhen = {provider = 'auto'}\nseconds = [1, 2]", 25, "no option 'provider'"),
    ("[[generation_time]]\nseconds = [1, 2]", 24, "'when' is missing"),
    ("[generation_time]\nwhen = {}\nseconds = [1, 2]", 24, "list of tables"),
    ("[[price]]\nwhen = {length = true}\nusd = 1", 25, "none of 5, 8"),
    ("[[price]]\nwhen = {}\nusd = -1", 26, "0 or more"),
    ("[[price]]\nwhen = {}\nusd = 1\nnote = 'x'", 27, "'note' is not known in [price]"),
    ("[[price]]\nwhen = {}\nusd = 1\n[[price]]\n[price.when]\nprovider = 'x'\n", 29, "none of 'auto'"),
    ("[[price]]\nwhen = {}\nusd = 1\n[[price]]\nusd = 1\n[price.when]\nprovider = 'x'\n", 30, "none of 'auto'"),
]


@pytest.mark.parametrize(("addition", "line", "reason"), BAD_ADDITIONS)
def test_a_bad_addition_is_refused_with_its_line(addition: str, line: int, reason: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(SMALL + addition, "mine.toml")
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
    text += "[images]\nfield = 'pictures'\nmin = 1\nmax = 1\nformats = ['png']\nmax_bytes = 9\n"
    assert parse_profile(text, "fine").images is not None
    with pytest.raises(ProfileError) as caught:
        parse_profile(text.replace(good, bad), "mine.toml")
    assert reason in caught.value.reason
    assert caught.value.line > 0


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5_000,
        "a = " + "9" * 5_000,
        "#" * 100_001,
        "\ufeffschema = 1",
        "",
        "\0",
        "a = \ud800",
        "schema = 1\na = [\n" + "1,\n" * 33_000 + "]\n",
    ],
    ids=lambda text: text[:9],
)
def test_no_text_escapes_as_another_error_or_stalls_the_start(text: str) -> None:
    with pytest.raises(ProfileError):
        parse_profile(text, "mine.toml")


@given(st.data())
def test_a_profile_with_a_line_changed_is_read_or_refused_by_a_line_that_exists(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    lines[number] = data.draw(st.sampled_from(["", "x = 1", "[x]", "values = []", lines[0], "default = {}", '"', "a.b = 1"]))
    refusal: ProfileError | None = None
    try:
        parse_profile("\n".join(lines), "mine.toml")
    except ProfileError as error:
        refusal = error
    if refusal is not None:
        assert 0 <= refusal.line <= len(lines)
        assert refusal.reason.endswith(".")
        assert refusal.title.startswith("mine.toml")


def test_lines_are_found_in_every_way_to_write_a_key() -> None:
    text = 'a.b = 1\n"c d" = [\n  1,\n  2,\n]\n\ne = """\nf = 1\n[g]\n"""\n[h.i] # [j]\nk = { l = 1 }\n'
    text += "[[m]]\n[[m]]\n[m.n]\no = 1\r\n[[m.p]]\nq = 1\n"
    lines = key_lines(text)
    assert line_of(("a", "b"), lines) == 1
    assert line_of(("c d", 1), lines) == 2
    assert line_of(("e",), lines) == 7
    assert line_of(("f",), lines) == 0
    assert line_of(("h", "i", "k", "l"), lines) == 12
    assert line_of(("m", 0), lines) == 13
    assert line_of(("m", 1), lines) == 14
    assert line_of(("m", 1, "n", "o"), lines) == 16
    assert line_of(("m", 1, "p", 0, "q"), lines) == 18
    assert line_of(("m", 1, "n", "missing"), lines) == 15
