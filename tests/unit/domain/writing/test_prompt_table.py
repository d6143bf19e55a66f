"""A table holds the exact texts: groups taken, cards expanded, repeats marked."""

from sora_studio.domain.writing.cards import Card, CardKind
from sora_studio.domain.writing.prompt_table import MOST_ROWS, prompt_table
from sora_studio.domain.writing.variations import Variations

ANNA, BEN = Card("anna", CardKind.CHARACTER, "a {tall} ferrywoman"), Card("ben", CardKind.CHARACTER, "a boy, like @ben")


def test_groups_are_taken_before_cards_are_expanded() -> None:
    rows = prompt_table(Variations("At {dawn|dusk} {@anna|@Image1} rows, with @anna."), [ANNA], ["@Image{n}"])
    assert [row.text for row in rows] == [
        "At dawn a {tall} ferrywoman rows, with a {tall} ferrywoman.",
        "At dawn @Image1 rows, with a {tall} ferrywoman.",
        "At dusk a {tall} ferrywoman rows, with a {tall} ferrywoman.",
        "At dusk @Image1 rows, with a {tall} ferrywoman.",
    ]
    assert [[row.text[pick.start : pick.end] for pick in row.picks] for row in rows[1:3]] == [
        ["dawn", "@Image1"],
        ["dusk", "a {tall} ferrywoman"],
    ]
    assert rows[0].cards == (ANNA,)


def test_a_card_that_cannot_be_expanded_is_a_flaw_of_its_rows() -> None:
    rows = prompt_table(Variations("{@anna, |}@ben"), [ANNA, BEN])
    assert [row.text for row in rows] == ["a {tall} ferrywoman, @ben", "@ben"]
    assert [row.text[flaw.start : flaw.end] for row in rows for flaw in row.flaws] == ["@ben", "@ben"]


def test_equal_texts_name_the_first_and_the_table_has_an_end() -> None:
    rows = prompt_table(Variations("{a|b|a}{|}"))
    assert [row.text for row in rows] == ["a", "a", "b", "b", "a", "a"]
    assert [row.same_as for row in rows] == [None, 0, None, 2, 0, 0]
    assert len(prompt_table(Variations("{a|b|c|d|e|f|g|h|i|j}" * 4))) == MOST_ROWS
