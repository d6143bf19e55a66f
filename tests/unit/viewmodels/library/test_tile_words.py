"""The words of a tile, as they are shown and as they are said."""

from datetime import date

from sora_studio.domain.judgement import Verdict
from sora_studio.domain.library import DayGroup
from sora_studio.viewmodels.library.tile_words import cost_text, heading_text, notes_text, spoken, time_text
from tests.doubles.library_tiles import TODAY, tile


def test_headings_name_the_day() -> None:
    assert heading_text(DayGroup(TODAY, 9), TODAY) == "Today · 9"
    assert heading_text(DayGroup(date(2026, 11, 24), 1_031), TODAY) == "Yesterday · 1,031"
    assert heading_text(DayGroup(date(2026, 11, 23), 118), TODAY) == "Monday, 23 November · 118"
    assert heading_text(DayGroup(date(2025, 3, 2), 4), TODAY) == "Sunday, 2 March 2025 · 4"


def test_a_tile_is_said_in_one_breath() -> None:
    one = tile(1, title="Harbour at dawn", verdict=Verdict.KEPT, stars=4)
    assert spoken(one, position=3, total=214, today=TODAY) == "Harbour at dawn, 0:10, kept, 4 stars, 3 of 214, today"
    other = tile(4, days_ago=2, takes=3, states=("missing",), is_stale=True, is_seen=False, length_s=None, title="A pier")
    said = spoken(other, position=1, total=1_000, today=TODAY)
    assert said == "A pier, 3 takes, missing, stale, not seen, 1 of 1,000, Monday, 23 November"


def test_what_is_unknown_is_left_out() -> None:
    assert cost_text(tile(1, cost_usd=None)) == ""
    assert cost_text(tile(1, cost_usd=0.5)) == "$0.50"
    assert cost_text(tile(1, cost_usd=0.5, is_cost_estimated=True)) == "about $0.50"
    assert notes_text(tile(1)) == ""
    assert time_text(tile(1).created_at, with_day=True) == "25 Nov 2026"
