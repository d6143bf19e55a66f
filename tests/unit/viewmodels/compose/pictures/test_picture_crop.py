"""A crop keeps its shape and stays inside, whatever is done to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sora_studio.domain.picture import Crop
from sora_studio.viewmodels.compose.pictures import picture_crop
from sora_studio.viewmodels.compose.pictures.picture_crop import Corner

SHAPES = st.floats(0.2, 5.0)
MOVES = st.floats(-2.0, 2.0)
CORNERS = st.sampled_from([(-1, -1), (1, -1), (-1, 1), (1, 1)])


def shape_of(crop: Crop, picture: float) -> float:
    return crop.width * picture / crop.height


def is_inside(crop: Crop) -> bool:
    edges = (crop.left, crop.top, 1 - crop.left - crop.width, 1 - crop.top - crop.height)
    return all(edge >= -1e-9 for edge in edges)


@given(SHAPES, SHAPES)
def test_the_first_crop_is_the_largest_from_the_middle(picture: float, shape: float) -> None:
    crop = picture_crop.largest(picture, shape)
    assert shape_of(crop, picture) == pytest.approx(shape)
    assert max(crop.width, crop.height) == pytest.approx(1)
    assert (crop.left + crop.width / 2, crop.top + crop.height / 2) == (pytest.approx(0.5), pytest.approx(0.5))


@given(SHAPES, SHAPES, MOVES, MOVES, CORNERS, MOVES, MOVES, st.floats(0.1, 3.0))
def test_moving_and_resizing_never_leave_the_picture_or_bend_the_shape(
    picture: float, shape: float, right: float, down: float, corner: Corner, x: float, y: float, factor: float
) -> None:
    crop = picture_crop.moved(picture_crop.scaled(_half(picture, shape), factor, picture=picture, shape=shape), right, down)
    assert is_inside(crop)
    drawn = picture_crop.resized(crop, corner, (x, y), picture=picture, shape=shape)
    for made in (crop, drawn, picture_crop.reshaped(drawn, picture=picture, shape=1 / shape)):
        assert is_inside(made)
        assert min(made.width, made.height) > 0
    assert shape_of(crop, picture) == pytest.approx(shape)
    assert shape_of(drawn, picture) == pytest.approx(shape)


@given(SHAPES, SHAPES, CORNERS, st.floats(0.3, 0.7), st.floats(0.3, 0.7))
def test_the_corner_across_from_the_held_one_stays(picture: float, shape: float, corner: Corner, x: float, y: float) -> None:
    before = _half(picture, shape)
    after = picture_crop.resized(before, corner, (x, y), picture=picture, shape=shape)
    across, along = corner
    assert _edge(after.left, after.width, -across) == pytest.approx(_edge(before.left, before.width, -across))
    assert _edge(after.top, after.height, -along) == pytest.approx(_edge(before.top, before.height, -along))


def test_another_shape_of_the_clip_keeps_the_crops_place() -> None:
    before = Crop(0.5, 0.2, 0.4, 0.3)
    after = picture_crop.reshaped(before, picture=4 / 3, shape=9 / 16)
    assert shape_of(after, 4 / 3) == pytest.approx(9 / 16)
    assert after.left + after.width / 2 == pytest.approx(0.7)


def _half(picture: float, shape: float) -> Crop:
    return picture_crop.scaled(picture_crop.largest(picture, shape), 0.5, picture=picture, shape=shape)


def _edge(begin: float, length: float, side: int) -> float:
    return begin + length if side > 0 else begin
