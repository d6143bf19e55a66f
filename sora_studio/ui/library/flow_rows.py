"""How the search box lays out its chips and its field: in rows, as many as they need."""

from collections.abc import Sequence

from PySide6.QtCore import QRect

ROW_HEIGHT = 24
_ROW_GAP, GAP = 4, 6
LEAST_FIELD = 96
"""A narrower rest of a row is left empty, and the field begins the next one."""


def flow(widths: Sequence[int], *, left: int, right: int, first_right: int, top: int) -> tuple[list[QRect], int]:
    """Return the places of items of these widths, and of the field after them, between `left` and `right`; and the height.

    The first row ends at `first_right`. An item that is wider than a row takes all of it. `top` is also the room below.
    """
    places, x, row = list[QRect](), left, 0
    for width in (*widths, LEAST_FIELD):
        if x > left and x + width > (first_right if row == 0 else right):
            row, x = row + 1, left
        end = first_right if row == 0 else right
        places.append(QRect(x, top + row * (ROW_HEIGHT + _ROW_GAP), min(width, end - x), ROW_HEIGHT))
        x += width + GAP
    places[-1].setRight((first_right if row == 0 else right) - 1)
    return places, 2 * top + (row + 1) * ROW_HEIGHT + row * _ROW_GAP
