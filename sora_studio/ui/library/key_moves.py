"""Where the keys of the library's grid lead. Pure functions over the layout."""

from PySide6.QtCore import Qt

from sora_studio.ui.library.grid_layout import GridLayout

MOVES = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)


def moved(layout: GridLayout, place: int, key: int, page_height: int) -> int:
    """Return the position that the key leads to; the same at the ends. `page_height` is in pixels."""
    last = len(layout) - 1
    if key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
        return 0 if key == Qt.Key.Key_Home else last
    if key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
        return max(0, min(place + (1 if key == Qt.Key.Key_Right else -1), last))
    if key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
        return layout.below(place) if key == Qt.Key.Key_Down else layout.above(place)
    return _paged(layout, place, page_height if key == Qt.Key.Key_PageDown else -page_height)


def _paged(layout: GridLayout, place: int, by: int) -> int:
    """Return the item a page away in the same column, at least a row."""
    center = layout.rect(place).center()
    found = layout.nearest(center.x(), center.y() + by)
    if found is None:
        return place
    return max(found, layout.below(place)) if by > 0 else min(found, layout.above(place))
