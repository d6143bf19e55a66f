"""What a profile says about one option, one condition and one task."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.profile import Allowed, Choice, Condition, ModelProfile, Option, OptionKind
from tests.doubles.models import harbour

MODES = ("m",)
PRICE = "seen_on = 2026-11-28\nsource = 'https://example.com'\n"


def number(kind: OptionKind = OptionKind.INT, **limits: float) -> Option:
    return Option("x", "X", kind, MODES, **limits)  # pyright: ignore[reportArgumentType]


CHOICE = Option("x", "X", OptionKind.CHOICE, MODES, unit="s", choices=(Choice(5, "5 s", 5), Choice("auto", "Auto", "auto")))
SWITCH = Option("x", "X", OptionKind.SWITCH, MODES)
TEXT = Option("x", "X", OptionKind.TEXT, MODES, max_chars=3)


# Options


@pytest.mark.parametrize(
    ("option", "allowed", "refused"),
    [
        (CHOICE, [5, "auto"], ["5", 5.0, True, "Auto", 6]),
        (SWITCH, [True, False], [1, 0, "on", 1.0]),
        (TEXT, ["", "ab", "longer than it may be"], [1, True]),
        (number(), [0, -5, 2**53, -(2**53)], [5.0, True, "5", 2**53 + 1, 10**400]),
        (number(min=1, max=9), [1, 9], [0, 10, -1]),
        (number(min=1, max=9, random=-1), [-1, 1], [0, -2]),
        (number(min=1, max=9, step=2), [1, 3, 9], [2, 4]),
        (number(OptionKind.FLOAT), [0.5, 5, -1.0], [True, "5", float("nan"), float("inf"), 10**400]),
        (number(OptionKind.FLOAT, min=0, max=1, step=0.1), [0, 1, 0.3, 0.7, 0.1 + 0.2], [0.05, 1.1, -0.1]),
    ],
    ids=lambda value: value.says() if isinstance(value, Option) else "",
)
def test_types_ranges_and_steps_are_exact(option: Option, allowed: list[object], refused: list[object]) -> None:
    assert [value for value in allowed if not option.allows(value)] == []  # pyright: ignore[reportArgumentType]
    assert [value for value in refused if option.allows(value)] == []  # pyright: ignore[reportArgumentType]


@given(tenths=st.integers(0, 1_000), kind=st.sampled_from([OptionKind.INT, OptionKind.FLOAT]))
def test_every_step_of_a_range_is_allowed(tenths: int, kind: OptionKind) -> None:
    assert number(OptionKind.FLOAT, min=0, max=100, step=0.1).allows(tenths / 10)
    assert number(kind, min=-7, step=3).allows(-7 + 3 * tenths)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (CHOICE, "takes 5 s or Auto"),
        (SWITCH, "takes on or off"),
        (TEXT, "takes text"),
        (number(), "takes whole numbers"),
        (number(OptionKind.FLOAT, step=0.5), "takes numbers in steps of 0.5"),
        (number(min=1), "starts at 1"),
        (number(max=9), "ends at 9"),
        (number(min=1, max=9), "goes from 1 to 9"),
        (Option("x", "X", OptionKind.INT, MODES, unit="s", min=2, max=15, step=1), "goes from 2 to 15 s in steps of 1"),
        (number(min=1, max=9, random=-1), "goes from 1 to 9; -1 stands for any"),
        (number(min=0, max=9, random=0), "goes from 0 to 9"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_option_says_what_it_takes(option: Option, said: str) -> None:
    assert option.says() == said


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        (CHOICE, "5", 5),
        (CHOICE, " 5 S ", 5),
        (CHOICE, "AUTO", "auto"),
        (CHOICE, "6", "6"),
        (SWITCH, "yes", True),
        (SWITCH, "off", False),
        (SWITCH, "perhaps", "perhaps"),
        (number(), " 12 ", 12),
        (number(), "1.5", "1.5"),
        (number(), "9" * 5_000, "9" * 5_000),
        (number(OptionKind.FLOAT), "1.5", 1.5),
        (number(OptionKind.FLOAT), "much", "much"),
        (TEXT, " Haze ", " Haze "),
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, Option) else value.kind.value,
)
def test_words_of_a_command_line_become_values(option: Option, text: str, value: object) -> None:
    parsed = option.parse(text)
    assert (type(parsed), parsed) == (type(value), value)


def test_labels_read_as_a_person_says_them(sora_2: ModelProfile) -> None:
    labels = [[option.label(choice.value) for choice in option.choices] for option in sora_2.options]
    assert labels == [["10 s", "15 s"], ["Landscape", "Portrait"], ["Removed", "Kept"]]
    assert number(OptionKind.FLOAT).label(2.50) == "2.5"
    assert CHOICE.label(7) == "7 s"
    assert SWITCH.label(True) == "on"


# Conditions and rules


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition(), True),
        (Condition({"x": (1, 2)}), True),
        (Condition({"x": (True,)}), False),
        (Condition({"x": ("1",)}), False),
        (Condition({"x": (1,), "y": ("b",)}), False),
        (Condition({"z": (1,)}), False),
        (Condition(has=("x", "first")), True),
        (Condition(has=("x", "last")), False),
        (Condition(lacks=("last", "z")), True),
        (Condition(lacks=("last", "first")), False),
        (Condition({"x": (1,)}, ("first",), ("last",)), True),
    ],
)
def test_a_condition_holds_if_all_its_keys_do(condition: Condition, holds: bool) -> None:
    assert condition.holds({"x": 1, "y": "a"}, {"x", "y", "first"}) is holds


@pytest.mark.parametrize(
    ("allowed", "inside", "outside"),
    [
        (Allowed((5, "a")), [5, "a"], [5.0, "5", True, 6]),
        (Allowed(min=2), [2, 2.5, 100], [1, 1.9, "3", True]),
        (Allowed(max=2), [2, -5], [2.1, "1", float("nan")]),
        (Allowed(min=2, max=3), [2, 3], [1, 4]),
    ],
)
def test_what_a_rule_leaves_is_exact(allowed: Allowed, inside: list[int], outside: list[int]) -> None:
    assert [value for value in inside if value not in allowed] == []
    assert [value for value in outside if value in allowed] == []


# Times and prices


def test_the_usual_time_follows_the_options(sora_2: ModelProfile) -> None:
    assert sora_2.usual_time_s({"duration": 10, "aspect_ratio": "portrait"}, set()) == (180, 300)
    assert sora_2.usual_time_s({"duration": 15}, set()) == (240, 360)
    assert sora_2.usual_time_s({"duration": 4}, set()) is None


def test_the_first_price_that_fits_counts() -> None:
    profile = harbour(
        f"[[price]]\nper = 'clip'\nwhen = {{ seconds = 5 }}\namount = 0.5\n{PRICE}",
        f"[[price]]\nper = 'clip'\nwhen = {{ has = ['last'] }}\namount = [1, 2]\n{PRICE}",
        f"[[price]]\nper = 'clip'\namount = 3\n{PRICE}",
    )
    assert profile.price_range_usd({"seconds": 5}, {"last"}) == (0.5, 0.5)
    assert profile.price_range_usd({"seconds": 10}, {"last"}) == (1, 2)
    assert profile.price_range_usd({"seconds": 10}, set()) == (3, 3)


@pytest.mark.parametrize(
    "table",
    [
        "per = 'clip'",
        "per = 'second'\namount = 1",
        "per = 'input_second'\namount = 1",
        "per = 'clip'\namount = 1\ncurrency = 'CNY'",
    ],
)
def test_a_price_without_an_amount_or_seconds_is_unknown(table: str) -> None:
    assert harbour(f"[[price]]\n{table}\n{PRICE}").price_range_usd({}, set()) is None
    assert harbour().price_range_usd({}, set()) is None


def test_a_price_per_second_counts_the_seconds_that_are_billed() -> None:
    profile = harbour(f"[[price]]\nper = 'second'\namount = 0.25\nmin_s = 6\nmax_s = 9\n{PRICE}")
    spans = [profile.price_range_usd({"mode": "frames", "seconds": s}, set()) for s in (5, 8, 10)]
    assert spans == [(1.5, 1.5), (2.0, 2.0), (2.25, 2.25)]


def test_a_price_per_input_second_needs_the_length_of_the_input() -> None:
    profile = harbour(f"[[price]]\nper = 'input_second'\namount = [0.1, 0.2]\nmin_s = 5\n{PRICE}")
    assert profile.price_range_usd({"seconds": 10}, set(), input_s=3) == (0.5, 1.0)
    assert profile.price_range_usd({"seconds": 10}, set()) is None


@given(speed=st.floats(0.5, 1000))
def test_a_faster_service_shrinks_the_waiting_and_nothing_else(sora_2: ModelProfile, speed: float) -> None:
    fast = sora_2.faster(speed)
    assert fast.poll.first_after_s * speed == pytest.approx(180)
    assert fast.poll.every_s * speed == pytest.approx(10)
    assert [time.seconds[1] * speed for time in fast.generation_times] == pytest.approx([300, 360])
    assert (fast.limits, fast.options, fast.expire_after_s) == (sora_2.limits, sora_2.options, sora_2.expire_after_s)


def test_modes_options_and_media_are_found_by_mode() -> None:
    profile = harbour()
    assert [mode.id for mode in profile.modes] == ["text-to-video", "frames"]
    assert profile.mode("frames") is profile.modes[1]
    assert profile.mode("edit") is None
    assert [option.field for option in profile.options_in("frames")] == ["seconds", "quality"]
    assert [slot.role for slot in profile.media_in("frames")] == ["first", "last"]
