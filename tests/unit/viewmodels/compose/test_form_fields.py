"""The form of a model: its controls, their order, and their numbers."""

import pytest

from sora_studio.domain.models.profile import ModelProfile, Option
from sora_studio.domain.models.values import OptionValue
from sora_studio.viewmodels.compose import form_fields
from sora_studio.viewmodels.compose.form_fields import ControlKind
from sora_studio.viewmodels.compose.number_scale import NumberScale, number_scale
from tests.doubles.models import model, shipped_models


def option(*lines: str) -> Option:
    return model("text", "\n".join(["[[option]]\nfield = 'x'\ntitle = 'X'", *lines])).options[0]


def scale(*lines: str) -> NumberScale:
    found = number_scale(option(*lines))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("kind = 'text'", ControlKind.TEXT),
        ("kind = 'switch'\ndefault = true", ControlKind.SWITCH),
        ("kind = 'switch'", ControlKind.CHOICE),
        ("kind = 'choice'\nvalues = [true, false]\ndefault = true", ControlKind.SWITCH),
        ("kind = 'choice'\nvalues = [5, 10]", ControlKind.CHOICE),
        ("kind = 'int'\nmin = 2\nmax = 15", ControlKind.SLIDER),
        ("kind = 'float'\nmin = 0.0\nmax = 1.0", ControlKind.SLIDER),
        ("kind = 'int'\nmin = 0\nmax = 2147483647", ControlKind.NUMBER),
        ("kind = 'int'\nmin = 3", ControlKind.NUMBER),
        ("kind = 'float'", ControlKind.NUMBER),
    ],
)
def test_a_control_for_every_kind(lines: str, kind: ControlKind) -> None:
    assert form_fields.control_kind(option(lines)) is kind


def test_what_is_changed_most_comes_first() -> None:
    def titles(profile: ModelProfile) -> list[str]:
        return [found.title for found in form_fields.in_order(profile.options_in(profile.modes[0].id))]

    models = shipped_models()
    assert titles(models["vidu-q3"])[:4] == ["Duration", "Resolution", "Aspect ratio", "Sound effects"]
    assert titles(models["sora-2"]) == ["Duration", "Aspect ratio", "Watermark"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("kind = 'int'", ["Auto"]),
        ("kind = 'int'\nrandom = -1", ["Auto", "Random"]),
        ("kind = 'int'\nrandom = -1\ndefault = -1", ["Random"]),
        ("kind = 'switch'", ["Auto", "On", "Off"]),
        ("kind = 'switch'\nrequired = true", ["On", "Off"]),
        ("kind = 'choice'\nvalues = ['a', 'b']\ndefault = 'a'", ["A", "B"]),
        ("kind = 'choice'\nvalues = ['auto', 'small']", ["Auto", "Small"]),
    ],
)
def test_what_there_is_to_choose_beside_a_range(lines: str, words: list[str]) -> None:
    assert [entry.words for entry in form_fields.entries(option(lines))] == words


def test_a_value_named_auto_stands_for_no_choice_too() -> None:
    motion = option("kind = 'choice'\nvalues = ['auto', 'small']")
    assert form_fields.as_shown(motion, None) == "auto"
    assert form_fields.difference(motion, "auto") == ""
    assert form_fields.difference(motion, "small") == "X: Small"


@pytest.mark.parametrize(
    ("value", "said"), [(None, ""), ("", ""), (7, "Seed: 7"), (-1, "Seed: Random"), (0, ""), (0.5, "Seed: 0.5")]
)
def test_only_what_differs_from_the_default_is_named(value: OptionValue | None, said: str) -> None:
    seed = model("text", "[[option]]\nfield = 'x'\ntitle = 'Seed'\nkind = 'int'\nrandom = -1\ndefault = 0").options[0]
    assert form_fields.difference(seed, value) == said


def test_a_long_text_is_not_repeated() -> None:
    assert form_fields.difference(option("kind = 'text'"), "haze " * 1_000) == "X"


# Numbers


def test_a_float_stands_on_its_steps_with_their_digits() -> None:
    tenths = scale("kind = 'float'\nmin = 0.0\nmax = 1.0\nstep = 0.1")
    values = [tenths.value_at(position) for position in range(tenths.first, tenths.last + 1)]
    assert values == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert [tenths.words(value) for value in (0.1 + 0.2, 1, 0.5)] == ["0.3", "1.0", "0.5"]
    assert [tenths.position_of(value) for value in values] == list(range(11))


def test_without_a_step_a_range_has_at_least_a_hundred() -> None:
    free = scale("kind = 'float'\nmin = 0.0\nmax = 20.0\nunit = 'px'")
    assert (free.last, free.words(2.5)) == (200, "2.5 px")


def test_a_position_of_whole_numbers_is_the_number() -> None:
    seconds = scale("kind = 'int'\nmin = 3\nmax = 15\nunit = 's'")
    assert (seconds.first, seconds.last, seconds.value_at(7), seconds.words(7)) == (3, 15, 7, "7 s")


def test_steps_that_do_not_reach_the_end_stop_before_it() -> None:
    uneven = scale("kind = 'int'\nmin = 1\nmax = 10\nstep = 4")
    assert [uneven.value_at(position) for position in range(uneven.first, uneven.last + 1)] == [1, 5, 9]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0.66", 0.7),
        ("0,3", 0.3),
        ("99", 1.0),
        ("-5", 0.0),
        (".5", 0.5),
        ("", None),
        ("-", None),
        ("nan", None),
        ("1e999", 1.0),
    ],
)
def test_what_is_typed_becomes_the_nearest_number_on_the_grid(typed: str, number: float | None) -> None:
    assert scale("kind = 'float'\nmin = 0.0\nmax = 1.0\nstep = 0.1").parse(typed) == number


def test_every_value_of_a_shipped_slider_is_one_that_the_model_takes() -> None:
    for profile in shipped_models().values():
        for found in profile.options:
            if (numbers := number_scale(found)) is not None:
                assert all(found.allows(numbers.value_at(place)) for place in range(numbers.first, numbers.last + 1))


def test_every_mode_says_what_it_begins_with() -> None:
    said = {form_fields.mode_sentence(mode, profile) for profile in shipped_models().values() for mode in profile.modes}
    assert "Follows your pictures, films and sounds" in said
    assert not [sentence for sentence in said if sentence.endswith(".")]
