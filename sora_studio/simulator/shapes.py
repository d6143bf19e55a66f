"""Shapes of clips, as pairs of width and height."""

WIDE = (16, 9)
_NAMED = {"landscape": WIDE, "portrait": (9, 16)}
_MAX_RATIO = 2.5
"""Longer pictures are cut to this shape."""


def named_shape(text: str) -> tuple[int, int] | None:
    """Return the shape of `16:9` or `landscape`; None for `auto` and anything else."""
    width, _, height = text.partition(":")
    if width.isdecimal() and height.isdecimal():
        return int(width), int(height)
    return _NAMED.get(text)


def scaled(shape: tuple[int, int], short_edge: int) -> tuple[int, int]:
    """Return a width and height of that shape, even as codecs need."""
    width, height = shape
    ratio = min(max(width, height) / min(width, height), _MAX_RATIO)
    long_edge = round(short_edge * ratio / 2) * 2
    return (long_edge, short_edge) if width >= height else (short_edge, long_edge)
