"""Where every tile of the library stands: pure arithmetic over the day groups, without visiting items."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from PySide6.QtCore import QRect

MARGIN = 16
HEADING_HEIGHT = 40
GRID_GAP = 12
ROW_GAP = 14
CAPTION_HEIGHT = 44
"""The title and the line below it, under a grid tile's frame."""
LINE_HEIGHT = 46
LEAST_TILE_WIDTH = 120
MOST_TILE_WIDTH = 480


class LibraryMode(StrEnum):
    """Tiles in rows, or one line for each item."""

    GRID = "grid"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in logical pixels. Cells of one size stand in `columns`; each group begins with a heading (0 for none)."""

    columns: int
    cell_width: int
    cell_height: int
    gap: int = 0
    row_gap: int = 0
    heading_height: int = HEADING_HEIGHT

    @property
    def pitch(self) -> int:
        """From the top of one row to the top of the next."""
        return self.cell_height + self.row_gap


def grid_metrics(width: int, tile_width: int, *, has_headings: bool = True) -> Metrics:
    """Return as many columns as fit with tiles at least `tile_width` wide; the tiles share what remains."""
    room = max(1, width - 2 * MARGIN)
    columns = max(1, (room + GRID_GAP) // (tile_width + GRID_GAP))
    cell = max(1, (room - (columns - 1) * GRID_GAP) // columns)
    heading = HEADING_HEIGHT if has_headings else 0
    return Metrics(columns, cell, frame_height(cell) + CAPTION_HEIGHT, GRID_GAP, ROW_GAP, heading)


def list_metrics(width: int, *, has_headings: bool = True) -> Metrics:
    """Return one column of lines."""
    return Metrics(1, max(1, width - 2 * MARGIN), LINE_HEIGHT, heading_height=HEADING_HEIGHT if has_headings else 0)


def metrics_for(mode: LibraryMode, width: int, tile_width: int, *, has_headings: bool) -> Metrics:
    """Return the sizes of a view of this width; a list has no use for `tile_width`."""
    if mode is LibraryMode.GRID:
        return grid_metrics(width, tile_width, has_headings=has_headings)
    return list_metrics(width, has_headings=has_headings)


def frame_height(width: int) -> int:
    """Return the height of a 16:9 frame."""
    return round(width * 9 / 16)


class GridLayout:
    """Places items 0 … n-1 in groups of the given counts, none of them 0 unless it is the only one.

    Coordinates are those of the whole content, from its top left.

    A lookup costs O(log groups); building costs O(groups).
    """

    def __init__(self, counts: Sequence[int], metrics: Metrics) -> None:
        self.metrics = metrics
        self._counts = counts
        self._firsts = [0, *accumulate(counts)]
        top = MARGIN if not metrics.heading_height else 0
        self._tops = [top, *(top + below for below in accumulate(map(self._group_height, counts)))]

    def __len__(self) -> int:
        return self._firsts[-1]

    @property
    def height(self) -> int:
        """The height of the whole content."""
        return self._tops[-1] + (MARGIN if len(self) else 0)

    # --- groups ---------------------------------------------------------------------------------------------------

    def group_of(self, index: int) -> int:
        """Return the group of an item."""
        return bisect_right(self._firsts, index) - 1

    def group_at(self, y: int) -> int | None:
        """Return the group at this height, the first or last one beyond the ends; None if nothing is there."""
        if not len(self):
            return None
        return max(0, min(bisect_right(self._tops, y) - 1, len(self._counts) - 1))

    def heading(self, group: int) -> QRect:
        """Return the place of a group's heading, over the whole width of the cells."""
        return QRect(MARGIN, self._tops[group], self._row_width(), self.metrics.heading_height)

    def bottom(self, group: int) -> int:
        """Return where the next group begins."""
        return self._tops[group + 1]

    def headings(self, top: int, bottom: int) -> Iterator[int]:
        """Return the groups with a heading or items between two heights."""
        group = self.group_at(top)
        while group is not None and group < len(self._counts) and self._tops[group] < bottom:
            yield group
            group += 1

    # --- items ----------------------------------------------------------------------------------------------------

    def rect(self, index: int) -> QRect:
        """Return the cell of an item."""
        group = self.group_of(index)
        row, column = divmod(index - self._firsts[group], self.metrics.columns)
        return QRect(self._left(column), self._row_top(group, row), self.metrics.cell_width, self.metrics.cell_height)

    def index_at(self, x: int, y: int) -> int | None:
        """Return the item whose cell contains the point; None in gaps, margins and headings."""
        group = self.group_at(y)
        if group is None:
            return None
        row, in_row = divmod(y - self._cells_top(group), self.metrics.pitch)
        column, in_column = divmod(x - MARGIN, self.metrics.cell_width + self.metrics.gap)
        if row < 0 or in_row >= self.metrics.cell_height or in_column >= self.metrics.cell_width:
            return None
        if not 0 <= column < self.metrics.columns:
            return None
        place = row * self.metrics.columns + column
        return self._firsts[group] + place if place < self._counts[group] else None

    def nearest(self, x: int, y: int) -> int | None:
        """Return the item in the row and column nearest to the point; None if there are no items."""
        group = self.group_at(y)
        if group is None:
            return None
        row = (y - self._cells_top(group)) // self.metrics.pitch
        column = (x - MARGIN) // (self.metrics.cell_width + self.metrics.gap)
        return self._item(group, max(0, min(row, self._rows(group) - 1)), max(0, min(column, self.metrics.columns - 1)))

    def above(self, index: int) -> int:
        """Return the item a row higher in the same column; the same item in the first row."""
        group = self.group_of(index)
        row, column = divmod(index - self._firsts[group], self.metrics.columns)
        if row:
            return index - self.metrics.columns
        return self._item(group - 1, self._rows(group - 1) - 1, column) if group else index

    def below(self, index: int) -> int:
        """Return the item a row lower, the last one of a shorter row; the same item in the last row."""
        group = self.group_of(index)
        row, column = divmod(index - self._firsts[group], self.metrics.columns)
        if row + 1 < self._rows(group):
            return self._item(group, row + 1, column)
        return self._item(group + 1, 0, column) if group + 1 < len(self._counts) else index

    def visible(self, top: int, bottom: int) -> range:
        """Return the items of all rows that touch these heights, the upper one included and the lower one not."""
        if not len(self) or bottom <= top:
            return range(0)
        first = self._first_at(top)
        return range(first, max(first, self._first_at(bottom - 1, is_end=True)))

    def within(self, area: QRect) -> Iterator[range]:
        """Return the items whose cells touch the area, as ranges in order."""
        left = max(0, -(-(area.left() - MARGIN - self.metrics.cell_width + 1) // (self.metrics.cell_width + self.metrics.gap)))
        right = min(self.metrics.columns - 1, (area.right() - MARGIN) // (self.metrics.cell_width + self.metrics.gap))
        if area.isEmpty() or right < left:
            return
        found = self.visible(area.top(), area.bottom() + 1)
        if left == 0 and right == self.metrics.columns - 1:
            yield found
            return
        yield from self._columns(found, left, right)

    def _columns(self, found: range, left: int, right: int) -> Iterator[range]:
        index = found.start
        while index < found.stop:
            group = self.group_of(index)
            end = min(self._firsts[group + 1], found.stop)
            for row in range(index, end, self.metrics.columns):
                if row + left < end:
                    yield range(row + left, min(row + right + 1, end))
            index = end

    # --- arithmetic -----------------------------------------------------------------------------------------------

    def _rows(self, group: int) -> int:
        return -(-self._counts[group] // self.metrics.columns)

    def _group_height(self, count: int) -> int:
        return self.metrics.heading_height + -(-count // self.metrics.columns) * self.metrics.pitch if count else 0

    def _cells_top(self, group: int) -> int:
        return self._tops[group] + self.metrics.heading_height

    def _row_top(self, group: int, row: int) -> int:
        return self._cells_top(group) + row * self.metrics.pitch

    def _left(self, column: int) -> int:
        return MARGIN + column * (self.metrics.cell_width + self.metrics.gap)

    def _row_width(self) -> int:
        return self.metrics.columns * (self.metrics.cell_width + self.metrics.gap) - self.metrics.gap

    def _item(self, group: int, row: int, column: int) -> int:
        place = min(row * self.metrics.columns + column, self._counts[group] - 1)
        return self._firsts[group] + place

    def _first_at(self, y: int, *, is_end: bool = False) -> int:
        """Return the first item of the first row that ends below `y`; at the end, the item after the row above `y`."""
        group = self.group_at(y)
        if group is None:
            return 0
        row, in_row = divmod(y - self._cells_top(group), self.metrics.pitch)
        if is_end or in_row >= self.metrics.cell_height:
            row += 1
        first, last = self._firsts[group], self._firsts[group + 1]
        return max(first, min(first + row * self.metrics.columns, last))
