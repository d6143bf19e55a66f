"""The layout: every item can be found again, nothing overlaps, and a lookup visits no items."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt

from sora_studio.ui.library.grid_layout import (
    HEADING_HEIGHT,
    MARGIN,
    GridLayout,
    Metrics,
    grid_metrics,
    list_metrics,
)
from sora_studio.ui.library.key_moves import moved

counts = st.lists(st.integers(1, 40), min_size=1, max_size=12)
metrics = st.one_of(
    st.builds(grid_metrics, st.integers(1, 2_000), st.integers(120, 480), has_headings=st.booleans()),
    st.builds(list_metrics, st.integers(1, 2_000), has_headings=st.booleans()),
)


@given(counts, metrics)
def test_every_item_is_found_at_its_place(counts: list[int], metrics: Metrics) -> None:
    layout = GridLayout(counts, metrics)
    for index in range(len(layout)):
        cell = layout.rect(index)
        for corner in (cell.topLeft(), cell.bottomRight(), cell.center()):
            assert layout.index_at(corner.x(), corner.y()) == index
            assert layout.nearest(corner.x(), corner.y()) == index
        assert cell.bottom() < layout.height


@given(counts, metrics, st.integers(-50, 20_000), st.integers(1, 2_000))
def test_visible_are_all_items_that_touch_the_screen(counts: list[int], metrics: Metrics, top: int, height: int) -> None:
    layout = GridLayout(counts, metrics)
    found = layout.visible(top, top + height)
    touching = [i for i in range(len(layout)) if layout.rect(i).bottom() >= top and layout.rect(i).top() < top + height]
    assert set(touching) <= set(found)
    extra = set(found) - set(touching)
    assert all(layout.rect(i).bottom() >= top - metrics.pitch for i in extra), "at most the row before"
    assert len(extra) <= metrics.columns


@given(counts, metrics, st.integers(0, 1_500), st.integers(0, 5_000), st.integers(1, 1_000), st.integers(1, 3_000))
def test_a_rubber_band_touches_what_it_covers(
    counts: list[int], metrics: Metrics, left: int, top: int, width: int, height: int
) -> None:
    layout, band = GridLayout(counts, metrics), QRect(left, top, width, height)
    touched = [index for places in layout.within(band) for index in places]
    assert touched == [index for index in range(len(layout)) if layout.rect(index).intersects(band)]


@given(counts, metrics, st.data())
def test_up_undoes_down(counts: list[int], metrics: Metrics, data: st.DataObject) -> None:
    layout = GridLayout(counts, metrics)
    index = data.draw(st.integers(0, len(layout) - 1))
    below, above = layout.below(index), layout.above(index)
    if below != index:
        assert layout.rect(below).top() > layout.rect(index).top()
        assert layout.rect(below).left() <= layout.rect(index).left()
    if above != index:
        assert layout.rect(above).top() < layout.rect(index).top()
        assert layout.rect(layout.below(above)).top() == layout.rect(index).top()


@given(counts, metrics, st.data())
def test_keys_stay_inside(counts: list[int], metrics: Metrics, data: st.DataObject) -> None:
    layout = GridLayout(counts, metrics)
    index = data.draw(st.integers(0, len(layout) - 1))
    down = moved(layout, index, Qt.Key.Key_PageDown, 600)
    up = moved(layout, index, Qt.Key.Key_PageUp, 600)
    assert 0 <= up <= index <= down < len(layout)
    assert down > index or layout.below(index) == index


def test_the_sizes_are_those_of_the_drawing() -> None:
    metrics = grid_metrics(1_021, 180)
    assert (metrics.columns, metrics.cell_width, metrics.pitch) == (5, 188, 164)
    layout = GridLayout((9, 31), metrics)
    assert layout.heading(0).top() == 0
    assert layout.rect(0).topLeft().toTuple() == (MARGIN, HEADING_HEIGHT)
    assert layout.heading(1).top() == layout.bottom(0) == HEADING_HEIGHT + 2 * 164


def test_gaps_and_headings_are_no_items() -> None:
    layout = GridLayout((9, 31), grid_metrics(1_021, 180))
    assert layout.index_at(MARGIN, 10) is None
    assert layout.index_at(4, 60) is None
    assert layout.index_at(layout.rect(0).right() + 1, 60) is None
    last = layout.rect(8)
    assert layout.index_at(last.right() + 40, last.center().y()) is None, "after the last one of a day"


def test_nothing_is_a_layout_too() -> None:
    layout = GridLayout((0,), grid_metrics(1_021, 180))
    assert len(layout) == 0
    assert layout.index_at(20, 20) is layout.nearest(20, 20) is layout.group_at(0) is None
    assert not layout.visible(0, 1_000)
    assert not list(layout.within(QRect(0, 0, 500, 500)))
