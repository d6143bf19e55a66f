"""A filmstrip: one picture of a film's frames, evenly spread, side by side."""

FILMSTRIP_CELLS = 12
"""Cells of equal width, in the order of time; each shows the middle of its part of the film."""


def cell_at(position: float) -> int:
    """Return the number of the cell for a position in the film from 0 to 1; positions outside give the nearest cell."""
    return min(FILMSTRIP_CELLS - 1, max(0, int(position * FILMSTRIP_CELLS)))
