"""Shapes and sizes are understood however a model writes them, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.models.shapes import Size, as_lines, as_ratio, as_size
from tests.doubles.models import shipped_models


@pytest.mark.parametrize("text", ["1280x720", "1280*720", "1280×720", "1280 × 720"])
def test_a_size_is_a_shape_and_a_resolution(text: str) -> None:
    size = as_size(text)
    assert size == Size(1280, 720)
    assert (size.aspect, size.resolution, size.lines) == ("16:9", "720p", 720)
    assert as_ratio(text) == pytest.approx(16 / 9)
    assert as_lines(text) == 720


@pytest.mark.parametrize(
    ("value", "ratio"),
    [("16:9", 16 / 9), ("9:16", 9 / 16), ("21:9", 21 / 9), ("landscape", 16 / 9), ("Portrait", 9 / 16), ("square", 1)],
)
def test_shapes_have_a_ratio(value: str, ratio: float) -> None:
    assert as_ratio(value) == pytest.approx(ratio)


@pytest.mark.parametrize(("value", "lines"), [("480p", 480), ("1080P", 1080), ("2k", 1440), ("4K", 2160), ("720x1280", 720)])
def test_resolutions_have_lines(value: str, lines: int) -> None:
    assert as_lines(value) == lines


@pytest.mark.parametrize("value", ["auto", "", "0:9", "16:0", "0x720", "16:9 ", "p", "720", 720, True, 1.5, None, "16:9:1"])
def test_anything_else_is_neither(value: str | None) -> None:
    assert (as_size(value), as_ratio(value), as_lines(value)) == (None, None, None)


@given(width=st.integers(10, 99_999), height=st.integers(10, 99_999))
def test_a_size_and_its_aspect_have_one_ratio(width: int, height: int) -> None:
    size = Size(width, height)
    assert as_ratio(size.aspect) == pytest.approx(size.ratio)
    assert as_lines(size.resolution) == size.lines or size.lines < 100


def test_every_shape_and_size_of_a_shipped_model_is_understood() -> None:
    readers = {"aspect": as_ratio, "resolution": as_lines, "size": as_size}
    unknown = {
        (profile.slug, option.field, choice.means)
        for profile in shipped_models().values()
        for option in profile.options
        for choice in option.choices
        if option.meaning in readers and choice.means != "auto" and readers[option.meaning](choice.means) is None
    }
    assert unknown == set()
