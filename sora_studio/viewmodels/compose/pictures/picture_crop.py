"""Arithmetic of crops with a fixed aspect ratio. Crops are fractions of the upright picture, shapes are width / height."""

from sora_studio.domain.picture import Crop

SMALLEST = 0.08
"""Minimum fraction of the picture's width or height; a smaller box could not be grabbed."""
_CLOSE = 0.01
"""Relative tolerance: shapes that differ by less look the same, and the service treats them so."""

Corner = tuple[int, int]
"""A corner as (x, y): -1 is left or top, 1 is right or bottom."""


def is_close(shape: float, other: float) -> bool:
    """Return whether two shapes count as the same."""
    return abs(shape / other - 1) <= _CLOSE


def largest(picture: float, shape: float) -> Crop:
    """Return the largest centred crop of the given shape."""
    width, height = _largest_size(picture, shape)
    return Crop((1 - width) / 2, (1 - height) / 2, width, height)


def moved(crop: Crop, right: float, down: float) -> Crop:
    """Move the crop, clamped to the picture."""
    return Crop(_within(crop.left + right, 1 - crop.width), _within(crop.top + down, 1 - crop.height), crop.width, crop.height)


def resized(crop: Crop, corner: Corner, to: tuple[float, float], *, picture: float, shape: float) -> Crop:
    """Drag a corner to a point; the opposite corner and the shape stay."""
    across, along = corner
    anchor_x = crop.left if across > 0 else crop.left + crop.width
    anchor_y = crop.top if along > 0 else crop.top + crop.height
    per_width = picture / shape  # height per width, both as fractions of the picture's
    room_x = 1 - anchor_x if across > 0 else anchor_x
    room_y = 1 - anchor_y if along > 0 else anchor_y
    wanted = ((to[0] - anchor_x) * across + (to[1] - anchor_y) * along / per_width) / 2  # both directions have equal weight
    most = min(room_x, room_y / per_width)
    width = min(max(wanted, SMALLEST, SMALLEST / per_width), most)
    height = width * per_width
    left = anchor_x if across > 0 else anchor_x - width
    top = anchor_y if along > 0 else anchor_y - height
    return Crop(max(left, 0.0), max(top, 0.0), width, height)


def scaled(crop: Crop, factor: float, *, picture: float, shape: float) -> Crop:
    """Scale the crop around its centre, then move it inside the picture."""
    most_width, most_height = _largest_size(picture, shape)
    least = max(SMALLEST, SMALLEST * shape / picture)
    width = min(max(crop.width * factor, min(least, most_width)), most_width)
    height = min(width * picture / shape, most_height)
    left = crop.left + (crop.width - width) / 2
    top = crop.top + (crop.height - height) / 2
    return Crop(_within(left, 1 - width), _within(top, 1 - height), width, height)


def reshaped(crop: Crop, *, picture: float, shape: float) -> Crop:
    """Give the crop another shape with about the same extent and centre."""
    width, height = _largest_size(picture, shape)
    share = min(max(crop.width, crop.height), 1.0)
    width, height = width * share, height * share
    left, top = crop.left + (crop.width - width) / 2, crop.top + (crop.height - height) / 2
    return Crop(_within(left, 1 - width), _within(top, 1 - height), width, height)


def _largest_size(picture: float, shape: float) -> tuple[float, float]:
    return (1.0, picture / shape) if picture < shape else (shape / picture, 1.0)


def _within(value: float, most: float) -> float:
    return min(max(value, 0.0), max(most, 0.0))
