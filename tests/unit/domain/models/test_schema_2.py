"""Modes and sections of schema 2: what absent keys mean, and each refusal with its line."""

from datetime import date

import pytest

from sora_studio.domain.models.profile import (
    Limits,
    Mode,
    ModeKind,
    PollPlan,
    PromptLimits,
    Routing,
    Source,
    Status,
)
from sora_studio.domain.models.read import read
from tests.doubles.models import HARBOUR, harbour, line_here, refusal_of


def test_a_profile_says_what_its_file_says() -> None:
    profile = harbour(
        "[prompt]\nrequired = false\nmin_chars = 3\nmax_chars = 500",
        '[routing]\nvalues = ["auto", "official"]\ndefault = "auto"',
        "[poll]\nfirst_after_s = 30\nevery_s = 5.5",
        "[limits]\nrequests_per_minute = 60\nconcurrent_tasks = 3",
        "[results]\nexpire_after_s = 3600",
    )
    assert (profile.slug, profile.title, profile.family) == ("harbour-1", "Harbour 1", "harbour")
    assert profile.status is Status.CURRENT
    assert profile.source == Source("https://example.com/docs/harbour-1", date(2026, 11, 28), "high")
    assert profile.prompt == PromptLimits(required=False, min_chars=3, max_chars=500)
    assert profile.routing == Routing(("auto", "official"), "auto")
    assert profile.poll == PollPlan(30, 5.5)
    assert profile.limits == Limits(60, 3)
    assert profile.expire_after_s == 3600


def test_absent_sections_have_their_stated_meaning() -> None:
    profile = harbour()
    assert profile.prompt == PromptLimits(required=True, min_chars=1, max_chars=None)
    assert profile.routing is None
    assert (profile.poll.first_after_s, profile.poll.every_s) == (60, 10)
    assert profile.expire_after_s == 24 * 3600
    assert (profile.gone_after, profile.successors) == (None, ())
    assert (profile.prices, profile.generation_times) == ((), ())


def test_a_life_cycle_is_read() -> None:
    text = 'status = "gone"\ngone_after = 2026-09-24\nsuccessors = ["harbour-2", "Harbour_3.1"]'
    profile = read(HARBOUR.replace('status     = "current"', text), "harbour-1.toml")
    assert profile.status is Status.GONE
    assert profile.gone_after == date(2026, 9, 24)
    assert profile.successors == ("harbour-2", "Harbour_3.1")


def test_a_mode_sends_its_id_unless_it_says_otherwise() -> None:
    profile = harbour()
    assert profile.modes == (
        Mode("text-to-video", "Text to video", ModeKind.TEXT, {"mode": "text-to-video"}),
        Mode("frames", "First and last frame", ModeKind.IMAGE, {"mode": "pro", "task": "FRAMES"}),
    )


def test_a_mode_needs_a_prompt_as_the_section_says_unless_it_says_otherwise() -> None:
    modes = '[[mode]]\nid = "a"\ntitle = "A"\nkind = "talk"\nprompt_required = {}\n'
    assert [mode.prompt_required for mode in harbour(modes.format("false")).modes] == [True, True, False]
    optional = harbour(modes.format("true"), "[prompt]\nrequired = false")
    assert [mode.prompt_required for mode in optional.modes] == [False, False, True]


def test_a_mode_may_fix_values_or_the_role_they_are_read_from() -> None:
    fixed = '{ resolution = "1080p", duration_s = "video", sound = true }'
    profile = harbour(f'[[mode]]\nid = "a"\ntitle = "A"\nkind = "edit"\nfixed = {fixed}')
    assert profile.modes[-1].fixed == {"resolution": "1080p", "duration_s": "video", "sound": True}


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ('slug       = "harbour-1"', 'slug = "har bour" # here', "not a slug"),
        ('slug       = "harbour-1"', 'slug = "../harbour" # here', "not a slug"),
        ('slug       = "harbour-1"', f'slug = "{"h" * 65}" # here', "not a slug"),
        ('slug       = "harbour-1"', "", "'slug' is missing"),
        ('title      = "Harbour 1"', "title = 1 # here", "text in quotes, not a number"),
        ('title      = "Harbour 1"', "title = ' ' # here", "says something"),
        ('family     = "harbour"', "", "'family' is missing"),
        ('family     = "harbour"', 'family = "a"\ncolour = "red" # here', "'colour' is not known."),
        ('status     = "current"', 'status = "old" # here', "status is 'old', which is none of current, retiring or gone."),
        ('status     = "current"', 'status = "gone"\ngone_after = "2026-09-24" # here', "must be a date"),
        ('status     = "current"', 'status = "gone"\ngone_after = 2026-09-24T12:00:00 # here', "must be a date"),
        ('status     = "current"', 'status = "gone"\nsuccessors = [] # here', "at least one"),
        ('status     = "current"', 'status = "gone"\nsuccessors = ["a", "a"] # here', "'a' twice"),
        ('status     = "current"', 'status = "gone"\nsuccessors = ["a", "b c"] # here', "not a slug"),
        (
            'confidence = "high" }',
            'confidence = "sure" } # here',
            "confidence is 'sure', which is none of high, medium or low.",
        ),
        ('confidence = "high" }', 'confidence = "low", by = "me" } # here', "'by' is not known in [source]"),
        ("seen_on = 2026-11-28", "seen_on = 2026", "must be a date such as 2026-11-28, not a number"),
        ('id    = "frames"', 'id = "text-to-video" # here', "There is already a mode 'text-to-video'."),
        ('id    = "frames"', "id = 5 # here", "text in quotes"),
        ('[[mode]]\nid    = "frames"', "[[mode]] # here", "'id' is missing in [mode]"),
        ('{ mode = "pro", task = "FRAMES" }', '{ mode = "pro", prompt = "x" } # here', "'prompt' is already taken"),
        ('{ mode = "pro", task = "FRAMES" }', '{ "a b" = "pro" } # here', "not a field name"),
        ('{ mode = "pro", task = "FRAMES" }', "{ mode = [1] } # here", "not a list"),
        ('{ mode = "pro", task = "FRAMES" }', '"pro" # here', "must be a table, not text"),
        ('task = "FRAMES" }', 'task = "FRAMES" }\nfast = true # here', "'fast' is not known in [mode]"),
        ('task = "FRAMES" }', 'task = "FRAMES" }\nprompt_required = 1 # here', "true or false, not a number"),
        ('task = "FRAMES" }', 'task = "FRAMES" }\nfixed = { duration_s = "clip" } # here', "takes seconds or video or audio"),
        ('task = "FRAMES" }', 'task = "FRAMES" }\nfixed = { duration_s = true } # here', "takes seconds or video or audio"),
        ('task = "FRAMES" }', 'task = "FRAMES" }\nfixed = 5 # here', "must be a table"),
    ],
    ids=lambda value: value[:40],
)
def test_a_bad_value_is_refused_with_its_line(good: str, bad: str, reason: str) -> None:
    assert HARBOUR.count(good) == 1
    text = HARBOUR.replace(good, bad)
    line, said = refusal_of(text)
    assert reason in said
    assert line == (line_here(text) or (6 if "seen_on" in good else 0))


@pytest.mark.parametrize("kind", ["video", "Text", ""])
def test_a_mode_has_one_of_the_kinds(kind: str) -> None:
    text = f'{HARBOUR}[[mode]]\nid = "x"\ntitle = "X"\nkind = "{kind}" # here\n'
    assert refusal_of(text)[0] == line_here(text)


def test_a_profile_needs_a_mode() -> None:
    text = "\n".join(HARBOUR.split("\n")[:7])
    assert refusal_of(text) == (0, "A profile needs at least one [[mode]].")
    assert refusal_of(text + "mode = 3 # here\n") == (7, "mode must be a list of tables [[mode]], not a number.")
    assert refusal_of(text + "mode = [3] # here\n") == (7, "mode must be a table, not a number.")


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("[prompt]\nmin_chars = 0 # here", "at least 1; it is 0"),
        ("[prompt]\nmin_chars = 5 # here\nmax_chars = 4", "min_chars (5) is more than max_chars (4)"),
        ("[prompt]\nmax_chars = 1.0 # here", "a whole number, not a number with a fraction"),
        ("[prompt]\nmax_chars = 9007199254740993 # here", "too large"),
        ("[prompt]\nrequired = 'no' # here", "true or false"),
        ("[prompt]\nlines = 1 # here", "'lines' is not known in [prompt]"),
        ("[[prompt]] # here", "must be a table, not a list"),
        ("[routing] # here\nvalues = ['a']", "'default' is missing in [routing]"),
        ("[routing]\nvalues = ['a']\ndefault = 'b' # here", "default is 'b', which is none of a."),
        ("[routing]\nvalues = [1] # here\ndefault = 'a'", "text in quotes"),
        ("[poll] # here\nevery_s = 1", "'first_after_s' is missing in [poll]"),
        ("[poll]\nfirst_after_s = 0 # here\nevery_s = 1", "more than 0"),
        ("[poll]\nfirst_after_s = -1 # here\nevery_s = 1", "must be 0 or more; it is -1."),
        ("[poll]\nfirst_after_s = nan # here\nevery_s = 1", "must be 0 or more; it is nan."),
        ("[poll]\nfirst_after_s = inf # here\nevery_s = 1", "too large"),
        (f"[poll]\nfirst_after_s = {'9' * 400} # here\nevery_s = 1", "too large"),
        (f"[poll]\nfirst_after_s = 0x{'f' * 5_000} # here\nevery_s = 1", "too large"),
        ("[poll]\nfirst_after_s = 1e12 # here\nevery_s = 1", "at most"),
        ("[limits]\nrequests_per_minute = 0 # here\nconcurrent_tasks = 1", "at least 1"),
        ("[limits] # here\nrequests_per_minute = 1", "'concurrent_tasks' is missing"),
        ("[results]\nexpire_after_s = true # here", "a number, not true or false"),
        ("[speed] # here\nfast = 1", "'speed' is not known"),
    ],
    ids=lambda value: value[:50],
)
def test_a_bad_section_is_refused_with_its_line(section: str, reason: str) -> None:
    text = f"{HARBOUR}{section}\n"
    line, said = refusal_of(text)
    assert reason in said
    assert line == line_here(text)
