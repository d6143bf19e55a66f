"""Keeps what is on the screen where it is while the order or the sizes change."""

from collections.abc import Sequence
from dataclasses import dataclass

from sora_studio.ui.library.grid_layout import GridLayout
from sora_studio.viewmodels.library.display_order import DisplayOrder

MOST_ANCHORS = 400
"""Items that are remembered, so that one of them is still there afterwards."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An item on the screen and where its top is in the view. `height` is that of its cell."""

    task: int
    place: int
    top: int
    height: int

    def top_at(self, height: int) -> int:
        """Return where the top belongs with cells of this height: as much of the cell is hidden as before, in proportion."""
        return self.top if self.top >= 0 else round(self.top * height / self.height)


def anchors(order: DisplayOrder, layout: GridLayout, shown: range, *, top: int, first: int | None) -> list[Anchor]:
    """Return the item that matters most, then those on the screen from the top; without it, the very top stays the top.

    `top` is the scroll position.
    """
    places = list(shown[:MOST_ANCHORS])
    if first is not None and first in shown:
        places.insert(0, first)
    elif top == 0:
        return []
    height = layout.metrics.cell_height
    return [Anchor(order.ids[place], place, layout.rect(place).top() - top, height) for place in places]


def restored(kept: Sequence[Anchor], order: DisplayOrder, layout: GridLayout) -> int | None:
    """Return the scroll position that leaves the first item that is still there in its place; None without one."""
    for anchor in kept:
        if (place := order.place(anchor.task, near=anchor.place)) is not None:
            cell = layout.rect(place)
            return cell.top() - anchor.top_at(cell.height())
    return None
