"""The geometry of the picker's rows, from the design."""

from dataclasses import dataclass

from PySide6.QtCore import QRect

ROW_HEIGHT = 44
HEADING_HEIGHT = 36
EDGE = 9
"""Space between a row and the list's edges, as for the search field; the row's content is inset by another 12."""
INSET = 12
STAR = 13
_STAR_GAP = 5
_TITLE_TOP, _LINE_HEIGHT = 5, 17
_GAP = 12
_HIT = 5
"""A star can be clicked this far around it."""


@dataclass(frozen=True, slots=True)
class RowLayout:
    """Rectangles in the view's coordinates. `star` stands before a favourite's title, else behind the title."""

    row: QRect
    star: QRect
    title: QRect
    check: QRect
    price: QRect
    facts: QRect
    time: QRect

    @property
    def star_target(self) -> QRect:
        """Where a click means the star."""
        return self.star.adjusted(-_HIT, -_HIT, _HIT, _HIT)

    @classmethod
    def within(
        cls,
        cell: QRect,
        *,
        right_edge: int,
        title_width: int,
        price_width: int,
        time_width: int,
        is_favourite: bool,
        is_current: bool,
    ) -> "RowLayout":
        """Return the layout of a row whose texts have these widths; the title gives way to the price, the facts to the time.

        `right_edge` is the row's, the same with and without a scroll bar.
        """
        row = QRect(cell.left() + EDGE, cell.top(), right_edge - cell.left() - EDGE, cell.height())
        left, right = row.left() + INSET, row.right() + 1 - INSET
        top, below = row.top() + _TITLE_TOP, row.top() + _TITLE_TOP + _LINE_HEIGHT
        marks = (STAR + _STAR_GAP) * (1 + is_current)
        room = max(0, right - left - price_width - _GAP - marks)
        title_left = left + (STAR + _STAR_GAP if is_favourite else 0)
        title = QRect(title_left, top, min(title_width, room), _LINE_HEIGHT)
        check = QRect(title.right() + 1 + _STAR_GAP, top + (_LINE_HEIGHT - STAR) // 2, STAR, STAR)
        behind = check.left() + (STAR + _STAR_GAP if is_current else 0)
        return cls(
            row=row,
            star=QRect(left if is_favourite else behind, check.top(), STAR, STAR),
            title=title,
            check=check,
            price=QRect(right - price_width, top, price_width, _LINE_HEIGHT),
            facts=QRect(left, below, max(0, right - left - time_width - _GAP), _LINE_HEIGHT),
            time=QRect(right - time_width, below, time_width, _LINE_HEIGHT),
        )
