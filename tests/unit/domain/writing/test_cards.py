"""A card's name becomes its text, and every place leads back to what was typed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.writing.cards import MOST_NESTING, Card, CardKind, expand

ANNA = Card("anna", CardKind.CHARACTER, "a ferrywoman of sixty, grey braid", "/pictures/anna.png")
PIER = Card("pier", CardKind.PLACE, "a wooden pier where @anna waits", "/pictures/pier.png")
PIER_NIGHT = Card("pier-night", CardKind.PLACE, "the pier under one lamp")
HARBOUR = Card("港口", CardKind.PLACE, "雾中的港口")
CARDS = (ANNA, PIER, PIER_NIGHT, HARBOUR)
TAGS = ("@Image{n}", "<<<image_{n}>>>")


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("@anna rows.", f"{ANNA.text} rows."),
        ("@Anna's boat, (@ANNA)", f"{ANNA.text}'s boat, ({ANNA.text})"),
        ("at @pier-night, not @pier-day", f"at {PIER_NIGHT.text}, not a wooden pier where {ANNA.text} waits-day"),
        ("在@港口的黎明", "在雾中的港口的黎明"),
        ("write to anna@anna.example or joe_@anna", None),
        ("@annabel and @Anna2 and @nobody and @", None),
        (r"say \@anna, not \@nobody", r"say @anna, not \@nobody"),
        ("@Image1 and <<<@anna>>> and <<<image_1>>>", None),
        ("", None),
    ],
)
def test_only_names_of_cards_are_expanded(text: str, expanded: str | None) -> None:
    assert expand(text, CARDS, TAGS).text == (text if expanded is None else expanded)


def test_what_the_model_names_is_never_a_card() -> None:
    image = Card("Image1", CardKind.PALETTE, "teal and rust")
    assert expand("@image1 @Image1", [image]).text == "teal and rust teal and rust"
    assert expand("@image1 @Image1 @Image1b", [image], TAGS).text == "@image1 @Image1 @Image1b"
    assert expand("@Image1", [image], ["@Image{n}"]).cards == ()


def test_cards_and_pictures_are_told_once_in_order() -> None:
    found = expand("@pier, @anna, @pier", CARDS)
    assert found.cards == (PIER, ANNA)
    assert found.pictures == ("/pictures/pier.png", "/pictures/anna.png")


def test_places_lead_both_ways() -> None:
    found = expand(r"At dawn @anna rows; \@anna.", CARDS)
    name, words = found.source.index("@anna"), found.text.index(ANNA.text)
    assert found.to_text(3) == found.to_source(3) == 3
    assert {found.to_source(words + at) for at in range(len(ANNA.text))} == {name}
    assert {found.to_text(name + at) for at in range(5)} == {words}
    rows = found.text.index("rows")
    assert found.source[found.to_source(rows) :].startswith("rows")
    assert found.text[found.to_text(found.source.index("rows")) :].startswith("rows")
    assert found.source[slice(*found.source_span(words + 2, words + 5))] == "@anna"
    assert found.source[slice(*found.source_span(words + 2, rows + 4))] == "@anna rows"
    assert (found.to_source(len(found.text)), found.to_text(len(found.source))) == (len(found.source), len(found.text))


PARTS = st.sampled_from(["@anna", "@pier", "\\@anna", "@x", "a@b", " ", ".", "港口", "@港口", "<<<", ">>>", "@Image1", "x"])


@given(st.lists(PARTS, max_size=12).map("".join))
def test_every_place_leads_to_one_and_in_order(source: str) -> None:
    found = expand(source, CARDS, TAGS)
    assert "".join(source[part.source_start : part.source_end] for part in found.segments) == source
    back = [found.to_source(at) for at in range(len(found.text) + 1)]
    there = [found.to_text(at) for at in range(len(source) + 1)]
    assert back == sorted(back)
    assert there == sorted(there)
    assert all(0 <= at <= len(source) for at in back)
    for part in found.segments:
        if part.card is None and part.end > part.start:
            assert found.text[part.start : part.end] == source[part.source_start : part.source_end]


def test_a_card_that_leads_to_itself_stays_and_is_explained() -> None:
    circle = [
        Card("a", CardKind.PLACE, "x @b"),
        Card("b", CardKind.PLACE, "y @A"),
        Card("c", CardKind.PLACE, "@c"),
        Card("d", CardKind.PLACE, "fine"),
    ]
    found = expand("@a, @d, @c", circle)
    assert found.text == "@a, fine, @c"
    assert [(flaw.start, flaw.message) for flaw in found.flaws] == [
        (0, "@a names @b, which names @a again. Cards cannot contain themselves."),
        (8, "The card @c names itself, so it cannot be expanded."),
    ]
    assert [card.name for card in found.cards] == ["d"]


def test_cards_that_would_grow_without_limit_stay_as_they_are() -> None:
    began = time.perf_counter()
    doubling = [Card(f"c{number}", CardKind.PLACE, f"@c{number + 1} @c{number + 1}") for number in range(18)]
    found = expand("@c0", [*doubling, Card("c18", CardKind.PLACE, "rain")])
    assert found.text == "@c0"
    assert "longer than 100,000 characters" in found.flaws[0].message
    chain = [Card(f"c{number}", CardKind.PLACE, f"@c{number + 1}") for number in range(1000)]
    assert f"more than {MOST_NESTING} deep" in expand("@c0", chain).flaws[0].message
    assert expand("@d " * 60, [Card("d", CardKind.PLACE, "x" * 2000)]).flaws[0].start == 49 * 3
    assert time.perf_counter() - began < 2
