"""The composer's words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.estimate import PriceEstimate
from sora_studio.domain.models.profile import Choice, Option, OptionKind
from sora_studio.viewmodels.compose import compose_text


def test_the_counter_reads_like_a_figure_and_names_the_excess() -> None:
    assert compose_text.counter(1842, 10_000) == "1,842 / 10,000"
    assert compose_text.counter(7, None) == "7"
    assert compose_text.overrun(10_120, 10_000) == "120 over"
    assert compose_text.overrun(10_000, 10_000) == ""
    assert compose_text.overrun(10_000, None) == ""


@pytest.mark.parametrize(
    ("tasks", "price", "online", "words"),
    [
        (1, None, True, "Generate"),
        (3, None, True, "Generate 3 tasks"),
        (1, PriceEstimate(0.5, 0.5, 0.5), True, "Generate · $0.50"),
        (3, PriceEstimate(0.5, 0.5, 0.5), True, "Generate 3 · $1.50"),
        (1, PriceEstimate(0.42, 0.4, 0.45, measured=29), True, "Generate · ≈ $0.42"),
        (4, PriceEstimate(0.42, 0.4, 0.45, measured=29), True, "Generate 4 · ≈ $1.68"),
        (2, PriceEstimate(0.425, 0.4, 0.45), True, "Generate 2 · $0.80–0.90"),
        (3, PriceEstimate(0.5, 0.5, 0.5, measured=1), False, "Queue 3 for later · ≈ $1.50"),
        (1, None, False, "Queue for later"),
        (3, None, False, "Queue 3 tasks for later"),
    ],
)
def test_the_button_says_what_pressing_it_does(tasks: int, price: PriceEstimate | None, online: bool, words: str) -> None:
    assert compose_text.generate(tasks=tasks, price=price, online=online) == words


@given(st.text())
def test_a_title_is_one_short_line_and_never_empty(prompt: str) -> None:
    title = compose_text.title(prompt)
    assert 1 <= len(title) <= compose_text.TITLE_CHARS + 1
    assert "\n" not in title


def test_a_title_is_cut_between_words() -> None:
    assert compose_text.title("\n  Harbour at dawn, mist lifts off the water") == "Harbour at dawn, mist lifts off…"


def test_a_saving_time_is_the_persons_own() -> None:
    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert compose_text.saved(at) == f"saved {at.astimezone():%H:%M}"
    assert compose_text.saved(None) == ""


def test_a_check_box_says_what_is_so_when_it_is_checked() -> None:
    removed, kept = Choice(True, "Removed", False), Choice(False, "Kept", True)
    option = Option("remove_watermark", "Watermark", OptionKind.CHOICE, ("text-to-video",), choices=(removed, kept))
    assert compose_text.check_title(option) == "Watermark removed"
    assert compose_text.check_title(replace(option, title="Sound", kind=OptionKind.SWITCH, choices=())) == "Sound"
    former = replace(option, title="Remove watermark", choices=(Choice(True, "on", True), Choice(False, "off", False)))
    assert compose_text.check_title(former) == "Remove watermark"


@pytest.mark.parametrize(
    ("value", "shape"), [("landscape", "landscape"), ("9:16", "portrait"), ("1280*720", "landscape"), (10, None), ("1:1", None)]
)
def test_only_shapes_that_have_an_icon_get_one(value: str | int, shape: str | None) -> None:
    assert compose_text.shape(value) == shape
