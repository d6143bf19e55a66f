"""Options: what each kind may say, and each refusal with its line."""

import pytest

from sora_studio.domain.models.profile import Choice, Option, OptionKind
from tests.doubles.models import HARBOUR, harbour, line_here, refusal_of

BOTH = ("text-to-video", "frames")


def option(text: str) -> Option:
    return harbour(f"[[option]]\nfield = 'x'\ntitle = 'X'\n{text}").options[-1]


def test_an_option_says_what_its_table_says() -> None:
    seconds, quality = harbour().options
    assert seconds == Option(
        field="seconds",
        title="Duration",
        kind=OptionKind.CHOICE,
        modes=BOTH,
        meaning="duration_s",
        unit="s",
        default=5,
        as_text=True,
        choices=(Choice(5, "5 s", 5), Choice(10, "10 s", 10)),
    )
    assert (quality.default, quality.required, quality.unit) == (None, True, "")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kind = 'switch'", Option("x", "X", OptionKind.SWITCH, BOTH)),
        ("kind = 'switch'\ndefault = false", Option("x", "X", OptionKind.SWITCH, BOTH, default=False)),
        ("kind = 'int'\nmin = 1\nmax = 9\nrandom = -1", Option("x", "X", OptionKind.INT, BOTH, min=1, max=9, random=-1)),
        ("kind = 'int'\nrandom = 0\ndefault = 0", Option("x", "X", OptionKind.INT, BOTH, default=0, random=0)),
        (
            "kind = 'float'\nmin = 0\nmax = 1\nstep = 0.1\ndefault = 0.3",
            Option("x", "X", OptionKind.FLOAT, BOTH, default=0.3, min=0, max=1, step=0.1),
        ),
        ("kind = 'float'\ndefault = 5", Option("x", "X", OptionKind.FLOAT, BOTH, default=5)),
        (
            "kind = 'text'\nmax_chars = 5\ndefault = 'haze'",
            Option("x", "X", OptionKind.TEXT, BOTH, default="haze", max_chars=5),
        ),
        ("kind = 'text'\nmodes = ['frames']", Option("x", "X", OptionKind.TEXT, ("frames",))),
    ],
)
def test_each_kind_has_keys_of_its_own(text: str, wanted: Option) -> None:
    assert option(text) == wanted


def test_values_may_be_bare_or_have_a_title_and_a_meaning() -> None:
    values = (
        "['auto', 8, true, 0.5, { value = 9 }, { value = 'w', title = 'Wide', means = '16:9' }, { value = false, means = 1 }]"
    )
    assert option(f"kind = 'choice'\nunit = 's'\nvalues = {values}").choices == (
        Choice("auto", "auto s", "auto"),
        Choice(8, "8 s", 8),
        Choice(value=True, title="on", means=True),
        Choice(0.5, "0.5 s", 0.5),
        Choice(9, "9 s", 9),
        Choice("w", "Wide", "16:9"),
        Choice(value=False, title="off", means=1),
    )


def test_values_of_different_types_are_different() -> None:
    chosen = option("kind = 'choice'\nvalues = [1, 1.0, true, '1']")
    assert [(type(choice.value), choice.value) for choice in chosen.choices] == [
        (int, 1),
        (float, 1.0),
        (bool, True),
        (str, "1"),
    ]


def test_a_field_may_stand_twice_in_different_modes() -> None:
    profile = harbour(
        "[[option]]\nfield = 'x'\ntitle = 'X'\nkind = 'switch'\nmodes = ['frames']",
        "[[option]]\nfield = 'x'\ntitle = 'X'\nkind = 'text'\nmodes = ['text-to-video']",
    )
    assert [profile.options_in(mode)[-1].kind for mode in BOTH] == [OptionKind.TEXT, OptionKind.SWITCH]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("field = 'a b' # here", "not a field name"),
        ("field = '1a' # here", "not a field name"),
        *(
            (f"field = '{name}' # here", f"'{name}' is already taken")
            for name in ("prompt", "mode", "provider", "has", "lacks")
        ),
        ("field = 'seconds' # here\nkind = 'switch'", "'seconds' stands twice in the mode 'text-to-video'"),
        ("field = 'seconds' # here\nkind = 'switch'\nmodes = ['frames']", "'seconds' stands twice in the mode 'frames'"),
        ("field = 'task' # here\nkind = 'switch'", "The mode 'frames' itself sends the field 'task'."),
        ("kind = 'list' # here", "none of choice, int, float, text or switch"),
        ("kind = 'switch'\nmodes = ['frame'] # here", "'frame' is not a mode; there is text-to-video and frames."),
        ("kind = 'switch'\nmodes = [] # here", "at least one"),
        ("kind = 'switch'\nmodes = ['frames', 'frames'] # here", "'frames' twice"),
        ("kind = 'switch'\ndefault = 1 # here", "default is 1, but X takes on or off."),
        ("kind = 'switch'\nvalues = [1] # here", "'values' is not known in [option]"),
        ("kind = 'switch'\nwire = 'text' # here", 'it can only be "string"'),
        ("kind = 'switch'\nrequired = 1 # here", "true or false"),
        ("kind = 'switch'\nmeaning = '' # here", "says something"),
        ("kind = 'choice'", "'values' is missing in [option]"),
        ("kind = 'choice'\nvalues = [] # here", "at least one"),
        ("kind = 'choice'\nvalues = [1, 2, 1] # here", "values contains 1 twice."),
        ("kind = 'choice'\nvalues = [\n1,\n{ value = 1 }]", "values contains 1 twice."),
        ("kind = 'choice'\nvalues = [{ title = 'A' }] # here", "'value' is missing"),
        ("kind = 'choice'\nvalues = [{ value = 1, note = 2 }] # here", "'note' is not known in [option.values]"),
        ("kind = 'choice'\nvalues = [[1]] # here", "not a list"),
        ("kind = 'choice'\nvalues = [2026-11-28] # here", "not a date"),
        ("kind = 'choice'\nvalues = [1, ''] # here", "says something"),
        ("kind = 'choice'\nvalues = [nan] # here", "not a number with a fraction"),
        (f"kind = 'choice'\nvalues = [0x{'f' * 5_000}, 0x{'f' * 5_000}] # here", "values contains a number twice."),
        ("kind = 'choice'\nvalues = [1, 2]\ndefault = 3 # here", "default is 3, but X takes 1 or 2."),
        ("kind = 'choice'\nvalues = [1, 2]\ndefault = true # here", "default is true, but X takes 1 or 2."),
        ("kind = 'choice'\nvalues = [1, 2]\nmin = 1 # here", "'min' is not known"),
        ("kind = 'int'\nmin = 5 # here\nmax = 4", "min (5) is more than max (4)."),
        ("kind = 'int'\nmin = 1.5 # here", "min must be a whole number."),
        ("kind = 'int'\nstep = 0.5 # here", "step must be a whole number."),
        ("kind = 'int'\nstep = 0 # here", "more than 0"),
        ("kind = 'int'\nrandom = 0.5 # here", "random must be a whole number."),
        ("kind = 'int'\nmax = inf # here", "must be a number"),
        ("kind = 'int'\nmin = 1\nmax = 9\ndefault = 10 # here", "default is 10, but X goes from 1 to 9."),
        ("kind = 'int'\nmin = 1\nmax = 9\nstep = 2\ndefault = 4 # here", "X goes from 1 to 9 in steps of 2."),
        ("kind = 'int'\ndefault = 5.0 # here", "default is 5.0, but X takes whole numbers."),
        ("kind = 'float'\nrandom = 1 # here", "'random' is not known"),
        ("kind = 'float'\nmax_chars = 1 # here", "'max_chars' is not known"),
        ("kind = 'text'\nmax_chars = 0 # here", "at least 1"),
        ("kind = 'text'\nmax_chars = 3\ndefault = 'haze' # here", "default is longer than max_chars (3)."),
        ("kind = 'text'\ndefault = 3 # here", "default is 3, but X takes text."),
    ],
    ids=lambda value: value[:60],
)
def test_a_bad_option_is_refused_with_its_line(table: str, reason: str) -> None:
    field = "" if "field" in table else "field = 'x'\n"
    kind = "" if "kind" in table else "kind = 'switch'\n"
    text = f"{HARBOUR}[[option]]\ntitle = 'X'\n{field}{kind}{table}\n"
    line, said = refusal_of(text)
    assert reason in said
    table_line = HARBOUR.count("\n") + 1
    assert line == (line_here(text) or table_line + (4 if "values" in table else 0))


def test_a_step_that_no_number_can_resolve_is_no_obstacle() -> None:
    assert option("kind = 'float'\nstep = 1e-320\ndefault = 5").allows(7.25)
