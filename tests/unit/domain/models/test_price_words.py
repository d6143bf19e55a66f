"""Prices are never shown as more certain than they are."""

import pytest

from sora_studio.domain.models.draft import Draft
from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.price_words import (
    draft_price_usd,
    estimate_words,
    explained_estimate,
    full_price,
    short_price,
)
from sora_studio.domain.models.record import ModelRecord
from tests.doubles.models import model, shipped_models

MEASURED = ModelRecord(31, 29, 2, price_usd=0.42, price_range_usd=(0.4, 0.45), measured=29)
QUALITY = "[[option]]\nfield = 'q'\ntitle = 'Quality'\nkind = 'choice'\nvalues = ['low', 'high']\ndefault = 'low'"


def price(per: str, amount: str = "", when: str = "", currency: str = "USD") -> str:
    lines = [f"[[price]]\nper = '{per}'\ncurrency = '{currency}'\nseen_on = 2026-11-28\nsource = 'https://example.com'"]
    return "\n".join([*lines, f"amount = {amount}" if amount else "", f"when = {{ {when} }}" if when else ""])


@pytest.mark.parametrize(
    ("tables", "short"),
    [
        ([], "not known"),
        ([price("second")], "not known"),
        ([price("clip", "0.12")], "$0.12"),
        ([price("clip", "0.125")], "$0.125"),
        ([price("clip", "[0.1, 0.15]")], "$0.10 to $0.15"),
        ([price("second", "0.05")], "$0.05 / s"),
        ([price("input_second", "0.05")], "$0.05 / input s"),
        ([price("clip", "0.5", currency="EUR")], "0.50 EUR"),
        ([QUALITY, price("clip", "0.2", "q = 'low'"), price("clip", "1.5", "q = 'high'")], "$0.20 or $1.50"),
        ([QUALITY, price("clip", "0.2", "q = 'low'")], "$0.20 or not known"),
        ([price("clip", "0.2", "mode = 'text'"), price("second", "0.1", "mode = 'image'")], "$0.20 or $0.10 / s"),
        ([price("clip", "0.2", "mode = 'text'"), price("clip", when="mode = 'image'")], "$0.20 or not known"),
    ],
)
def test_a_stated_price_is_as_certain_as_the_profile(tables: list[str], short: str) -> None:
    assert short_price(model("text image", *tables), None) == short


def test_a_measured_price_is_marked_as_such() -> None:
    veo = shipped_models()["veo-3-1"]
    assert short_price(veo, MEASURED) == "≈ $0.42"
    assert full_price(veo, MEASURED, None) == "≈ $0.42 (0.40–0.45, 29 measured)"
    assert full_price(veo, ModelRecord(1, 1, 0, price_usd=0.42, price_range_usd=(0.42, 0.42), measured=1), None) == (
        "≈ $0.42 (1 measured)"
    )
    assert short_price(veo, ModelRecord(3, 3, 0)) == "$0.20 or $1.50"


def test_what_the_draft_costs_is_told_where_there_are_several_prices() -> None:
    veo = shipped_models()["veo-3-1"]
    cost = draft_price_usd(veo, Draft("x", "fast-text"))
    assert full_price(veo, None, cost) == "$0.20 or $1.50; this draft $0.20"
    by_second = model(
        "text", "[[option]]\nfield = 's'\nmeaning = 'duration_s'\ntitle = 'S'\nkind = 'int'", price("second", "0.05")
    )
    assert draft_price_usd(by_second, Draft("x", "text", {"s": 10})) == (0.5, 0.5)
    assert full_price(by_second, None, (0.5, 0.5)) == "$0.05 a second; this draft $0.50"
    assert draft_price_usd(by_second, Draft("x", "text")) is None
    one = model("text", price("clip", "[0.1, 0.15]"))
    assert full_price(one, None, draft_price_usd(one, Draft("x", "text"))) == "$0.10 to $0.15"


@pytest.mark.parametrize(
    ("price", "words", "explained"),
    [
        (None, "", "not known yet"),
        (PriceEstimate(0.42, 0.42, 0.42, measured=1), "≈ $0.42", "≈ $0.42 (1 measured)"),
        (PriceEstimate(0.42, 0.4, 0.45, measured=1_029), "≈ $0.42", "≈ $0.42 (0.40–0.45, 1,029 measured)"),
        (PriceEstimate(0.12, 0.12, 0.12), "$0.12", "$0.12"),
        (PriceEstimate(0.125, 0.125, 0.125), "$0.125", "$0.125"),
        (PriceEstimate(0.425, 0.4, 0.45), "$0.40–0.45", "$0.40–0.45"),
    ],
)
def test_an_estimate_is_told_as_it_is_known(price: PriceEstimate | None, words: str, explained: str) -> None:
    assert (estimate_words(price), explained_estimate(price)) == (words, explained)


def test_the_price_of_several_tasks_is_their_sum() -> None:
    assert estimate_words(PriceEstimate(0.42, 0.4, 0.45, measured=3), tasks=4) == "≈ $1.68"
    assert estimate_words(PriceEstimate(0.425, 0.4, 0.45), tasks=4) == "$1.60–1.80"
