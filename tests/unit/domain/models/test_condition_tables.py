"""Rules, prices and usual times: what they may name, and each refusal with its line."""

from datetime import date

import pytest

from sora_studio.domain.models.profile import Allowed, Condition, GenerationTime, Price, PricePer, Rule
from tests.doubles.models import HARBOUR, harbour, line_here, refusal_of

STEPS = "[[option]]\nfield = 'steps'\ntitle = 'Steps'\nkind = 'int'\nmin = 1\nmax = 50\n"
PRICE = "seen_on = 2026-11-28\nsource = 'https://example.com'\n"


def test_a_rule_says_what_its_table_says() -> None:
    profile = harbour(
        STEPS,
        "[[rule]]\nwhen = { mode = ['frames'], seconds = [5, 10], has = ['last'], lacks = ['steps'] }\nsay = 'No.'",
        "[[rule]]\nwhen = {}\nallow = { steps = { min = 2, max = 8 }, quality = ['720p'] }\nsay = 'Slow.'",
        "[[rule]]\nwhen = { mode = 'frames' }\nallow = { steps = { max = 8.5 } }\nsay = 'Slow.'",
    )
    assert profile.rules == (
        Rule(Condition({"quality": ("1080p",)}), "10 s is not available at 1080p.", {"seconds": Allowed((5,))}),
        Rule(Condition({"mode": ("frames",), "seconds": (5, 10)}, ("last",), ("steps",)), "No."),
        Rule(Condition(), "Slow.", {"steps": Allowed(min=2, max=8), "quality": Allowed(("720p",))}),
        Rule(Condition({"mode": ("frames",)}), "Slow.", {"steps": Allowed(max=8.5)}),
    )


def test_a_price_says_what_its_table_says() -> None:
    profile = harbour(
        f"[[price]]\nper = 'second'\nwhen = {{ quality = '720p' }}\namount = [0.1, 0.2]\nmin_s = 5\nmax_s = 10\n{PRICE}",
        f"[[price]]\nper = 'input_second'\namount = 3\ncurrency = 'CNY'\n{PRICE}",
        f"[[price]]\nper = 'clip'\n{PRICE}",
    )
    seen = {"seen_on": date(2026, 11, 28), "source": "https://example.com"}
    assert profile.prices == (
        Price(PricePer.SECOND, Condition({"quality": ("720p",)}), (0.1, 0.2), min_s=5, max_s=10, **seen),
        Price(PricePer.INPUT_SECOND, Condition(), (3, 3), "CNY", **seen),
        Price(PricePer.CLIP, Condition(), None, **seen),
    )


def test_a_time_says_what_its_table_says() -> None:
    profile = harbour(
        "[[generation_time]]\nwhen = { seconds = 10 }\nseconds = [60, 90.5]", "[[generation_time]]\nseconds = [30, 30]"
    )
    assert profile.generation_times == (
        GenerationTime((60, 90.5), Condition({"seconds": (10,)})),
        GenerationTime((30, 30), Condition()),
    )


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("[[rule]] # here\nsay = 'No.'", "'when' is missing in [rule]"),
        ("[[rule]] # here\nwhen = {}", "'say' is missing in [rule]"),
        ("[[rule]]\nwhen = 'always' # here\nsay = 'No.'", "must be a table"),
        ("[[rule]]\nwhen = { width = 5 } # here\nsay = 'No.'", "There is no option 'width'."),
        ("[[rule]]\nwhen = { provider = 'auto' } # here\nsay = 'No.'", "There is no option 'provider'."),
        ("[[rule]]\nwhen = { mode = 'frame' } # here\nsay = 'No.'", "There is no mode 'frame'."),
        ("[[rule]]\nwhen = { mode = 1 } # here\nsay = 'No.'", "There is no mode 1."),
        ("[[rule]]\nwhen = { seconds = 7 } # here\nsay = 'No.'", "7 is no value of seconds: Duration takes 5 s or 10 s."),
        ("[[rule]]\nwhen = { seconds = [5, '10'] } # here\nsay = 'No.'", "'10' is no value of seconds"),
        ("[[rule]]\nwhen = { seconds = [] } # here\nsay = 'No.'", "at least one"),
        ("[[rule]]\nwhen = { seconds = { min = 5 } } # here\nsay = 'No.'", "not a table"),
        ("[[rule]]\nwhen = { has = 'first' } # here\nsay = 'No.'", "has must be a list"),
        (
            "[[rule]]\nwhen = { has = ['video'] } # here\nsay = 'No.'",
            "'video' is not a role or an option; there is first, last",
        ),
        ("[[rule]]\nwhen = { lacks = ['x'] } # here\nsay = 'No.'", "'x' is not a role or an option"),
        ("[[rule]]\nwhen = {}\nallow = {} # here\nsay = 'No.'", "allow must name at least one option."),
        ("[[rule]]\nwhen = {}\nallow = [5] # here\nsay = 'No.'", "must be a table"),
        ("[[rule]]\nwhen = {}\nallow = { seconds = [7] } # here\nsay = 'No.'", "7 is no value of seconds"),
        ("[[rule]]\nwhen = {}\nallow = { seconds = 5 } # here\nsay = 'No.'", "must be a table"),
        ("[[rule]]\nwhen = {}\nallow = { seconds = { max = 5 } } # here\nsay = 'No.'", "seconds has no range"),
        ("[[rule]]\nwhen = {}\nallow = { width = [5] } # here\nsay = 'No.'", "There is no option 'width'."),
        ("[[rule]]\nwhen = {}\nallow = { mode = ['frames'] } # here\nsay = 'No.'", "There is no option 'mode'."),
        ("[[rule]]\nwhen = {}\nallow = { steps = {} } # here\nsay = 'No.'", "a list of values, or have min or max"),
        ("[[rule]]\nwhen = {}\nallow = { steps = { min = 6, max = 5 } } # here\nsay = 'No.'", "min (6) is more than max (5)."),
        ("[[rule]]\nwhen = {}\nallow = { steps = { min = 6, step = 5 } } # here\nsay = 'No.'", "'step' is not known"),
        ("[[rule]]\nwhen = {}\nsay = 'No.'\nwhy = 'x' # here", "'why' is not known in [rule]"),
        (f"[[price]] # here\n{PRICE}", "'per' is missing"),
        (f"[[price]]\nper = 'minute' # here\n{PRICE}", "none of clip, second or input_second"),
        (f"[[price]]\nper = 'clip'\namount = -1 # here\n{PRICE}", "0 or more"),
        (f"[[price]]\nper = 'clip'\namount = '1' # here\n{PRICE}", "must be a number, not text"),
        (f"[[price]]\nper = 'clip'\namount = [1, 2, 3] # here\n{PRICE}", "a number, or a list of two"),
        (f"[[price]]\nper = 'clip'\namount = [2, 1] # here\n{PRICE}", "The lowest amount (2) is more than the highest (1)."),
        (f"[[price]]\nper = 'clip'\nmin_s = 2 # here\nmax_s = 1\n{PRICE}", "min_s (2) is more than max_s (1)."),
        (f"[[price]]\nper = 'clip'\nusd = 1 # here\n{PRICE}", "'usd' is not known in [price]"),
        (f"[[price]]\nper = 'clip'\nwhen = {{ seconds = true }} # here\n{PRICE}", "true is no value of seconds"),
        ("[[price]] # here\nper = 'clip'\nsource = 'x'", "'seen_on' is missing"),
        ("[[price]] # here\nper = 'clip'\nseen_on = 2026-11-28", "'source' is missing"),
        ("[[generation_time]] # here\nwhen = {}", "'seconds' is missing"),
        ("[[generation_time]]\nseconds = [2, 1] # here", "The shortest time (2) is more than the longest (1)."),
        ("[[generation_time]]\nseconds = [0, 1] # here", "more than 0"),
        ("[[generation_time]]\nseconds = [1] # here", "a list of two numbers"),
        ("[[generation_time]]\nseconds = 1 # here", "a list of two numbers"),
        ("[generation_time] # here\nseconds = [1, 2]", "must be a list of tables [[generation_time]]"),
    ],
    ids=lambda value: value[:70],
)
def test_a_bad_table_is_refused_with_its_line(table: str, reason: str) -> None:
    text = f"{HARBOUR}{STEPS}{table}\n"
    line, said = refusal_of(text)
    assert reason in said
    assert line == line_here(text)
