"""A snippet inserts its text and leads through its stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.writing.malformed import MalformedText
from sora_studio.domain.writing.snippets import Stop, escape, insertion


def test_stops_are_visited_by_number_and_those_of_one_number_together() -> None:
    made = insertion("A ${2:warm} $1 at ${1:dusk}, $0 then $2.")
    assert made.text == "A warm dusk at dusk,  then warm."
    assert made.stops == (Stop(1, ((7, 11), (15, 19))), Stop(2, ((2, 6), (27, 31))), Stop(0, ((21, 21),)))
    assert [made.text[start:end] for stop in made.stops for start, end in stop.spans] == ["dusk", "dusk", "warm", "warm", ""]


@pytest.mark.parametrize(
    ("text", "inserted", "stops"),
    [
        ("plain", "plain", [(0, 5)]),
        (r"costs \$5, $x and ${name}", "costs $5, $x and ${name}", [(0, 24)]),
        ("${1:{dawn|dusk}} $0", "{dawn|dusk} ", [(1, 0), (0, 12)]),
        (r"${1:a \} b \\}", "a } b \\", [(1, 0), (0, 7)]),
        ("${1}$10", "", [(1, 0), (10, 0), (0, 0)]),
    ],
)
def test_what_a_dollar_sign_means(text: str, inserted: str, stops: list[tuple[int, int]]) -> None:
    made = insertion(text)
    assert made.text == inserted
    assert [(stop.number, stop.spans[0][0]) for stop in made.stops] == stops


def test_a_stop_without_an_end_is_explained_at_its_place() -> None:
    with pytest.raises(MalformedText, match=r"^Character 3: This \$\{ has no \}\.") as caught:
        insertion("A ${1:warm")
    assert [(flaw.start, flaw.end) for flaw in caught.value.flaws] == [(2, 4)]


@given(st.text(alphabet="a1$\\{}: "))
def test_any_text_can_be_a_snippet(text: str) -> None:
    assert insertion(escape(text)).text == text
