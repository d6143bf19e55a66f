"""The colour tags of an ICC profile: their data is parsed by type (ICC.1:2022, clause 10) and written
again, so that no text survives beside the numbers."""

import struct
from collections.abc import Callable, Iterable
from functools import partial
from math import prod

_PARAMETERS = (1, 3, 4, 5, 7)
"""Number of parameters of a parametric curve, by its function."""
_SEGMENT_PARAMETERS = (4, 5, 5)
_CHANNELS = range(1, 16)
_MOST_ELEMENTS, _MOST_SEGMENTS = 32, 64
"""More than any profile needs; bounds the work."""


def packed(pieces: Iterable[bytes], start: int) -> tuple[list[int], bytes]:
    """Return the offset of each piece, 0 for an empty one, and all of them joined; equal pieces are stored once."""
    places, body, found = {b"": 0}, bytearray(), list[int]()
    for piece in pieces:
        if piece not in places:
            places[piece] = start + len(body)
            body += _padded(piece)
        found.append(places[piece])
    return found, bytes(body)


def taken(data: memoryview, place: int, size: int) -> bytes:
    """Return `size` bytes. Raises ValueError beyond the end."""
    if place + size > len(data):
        raise ValueError("beyond the end")
    return bytes(data[place : place + size])


def number(data: memoryview, place: int, size: int = 4) -> int:
    """Return an unsigned number. Raises like `taken`."""
    return int.from_bytes(taken(data, place, size))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _head(data: memoryview, *kinds: bytes) -> bytes:
    if (kind := taken(data, 0, 4)) not in kinds:
        raise ValueError("another type")
    return kind + bytes(4)


def _channels(data: memoryview, *, size: int) -> tuple[int, int]:
    into, out = number(data, 8, size), number(data, 8 + size, size)
    if into not in _CHANNELS or out not in _CHANNELS:
        raise ValueError("too many channels, or none")
    return into, out


def _fixed(kind: bytes, size: int, data: memoryview) -> bytes:
    return _head(data, kind) + taken(data, 8, size)


def _curve(data: memoryview) -> bytes:
    """Return the curve alone, dropping data after it."""
    head = _head(data, b"curv", b"para")
    if head.startswith(b"curv"):
        return head + taken(data, 8, 4 + 2 * number(data, 8))
    return head + _function(data, _PARAMETERS)


def _function(data: memoryview, parameters: tuple[int, ...]) -> bytes:
    function = number(data, 8, 2)
    if function >= len(parameters):
        raise ValueError("an unknown function")
    return struct.pack(">HH", function, 0) + taken(data, 12, 4 * parameters[function])


def _curves(data: memoryview, place: int, count: int) -> bytes:
    """Return consecutive curves; none when there is no offset."""
    made = bytearray()
    for _ in range(count if place else 0):
        made += _padded(_curve(data[place + len(made) :]))
    return bytes(made)


def _table(newer: bytes, data: memoryview) -> bytes:
    """Return a conversion between colour spaces: 8 or 16 bits, or the version 4 type."""
    head, (into, out) = _head(data, b"mft1", b"mft2", newer), _channels(data, size=1)
    if head.startswith(newer):
        return head + _stages(data, into, out, is_to_plain=newer == b"mAB ")
    points = number(data, 10, 1) ** into * out
    if head.startswith(b"mft1"):
        end = 48 + 256 * (into + out) + points
    else:
        end = 52 + 2 * (number(data, 48, 2) * into + points + number(data, 50, 2) * out)
    return head + taken(data, 8, 3) + b"\0" + taken(data, 12, end - 12)


def _stages(data: memoryview, into: int, out: int, *, is_to_plain: bool) -> bytes:
    """Return curves, a matrix, curves, a grid and curves; some may be missing."""
    plain, device = (out, into) if is_to_plain else (into, out)
    first, matrix, second, grid, third = struct.unpack(">5I", taken(data, 12, 20))
    pieces = (
        _curves(data, first, plain),
        taken(data, matrix, 48) if matrix else b"",
        _curves(data, second, plain),
        _grid(data[grid:], into, out) if grid else b"",
        _curves(data, third, device),
    )
    places, body = packed(pieces, 32)
    return bytes((into, out, 0, 0)) + struct.pack(">5I", *places) + body


def _grid(data: memoryview, into: int, out: int) -> bytes:
    """Return a grid, which may have a different number of points in each direction, of one or two bytes each."""
    sides, size = taken(data, 0, into), number(data, 16, 1)
    return sides.ljust(16, b"\0") + bytes((size, 0, 0, 0)) + taken(data, 20, prod(sides) * out * size)


def _process(data: memoryview) -> bytes:
    """Return a sequence of elements, in floating point."""
    head, (into, out), count = _head(data, b"mpet"), _channels(data, size=2), number(data, 12)
    if count > _MOST_ELEMENTS:
        raise ValueError("too many elements")
    return head + struct.pack(">HHI", into, out, count) + _spread(data, 16, count, _element)


def _element(data: memoryview) -> bytes:
    head, (into, out) = _head(data, b"cvst", b"matf", b"clut"), _channels(data, size=2)
    start = head + struct.pack(">HH", into, out)
    if head.startswith(b"cvst"):
        return start + _spread(data, 12, into, _segmented)
    if head.startswith(b"matf"):
        return start + taken(data, 12, 4 * (into * out + out))
    sides = taken(data, 12, into)
    return start + sides.ljust(16, b"\0") + taken(data, 28, 4 * prod(sides) * out)


def _segmented(data: memoryview) -> bytes:
    head, count = _head(data, b"curf"), number(data, 8, 2)
    if not 1 <= count <= _MOST_SEGMENTS:
        raise ValueError("too many segments, or none")
    made = head + struct.pack(">HH", count, 0) + taken(data, 12, 4 * (count - 1))
    for _ in range(count):
        made += _segment(data[len(made) :])
    return made


def _segment(data: memoryview) -> bytes:
    head = _head(data, b"parf", b"samf")
    if head.startswith(b"samf"):
        return head + taken(data, 8, 4 + 4 * number(data, 8))
    return head + _function(data, _SEGMENT_PARAMETERS)


def _spread(data: memoryview, table: int, count: int, make: Callable[[memoryview], bytes]) -> bytes:
    """Return a table of offsets and sizes, and the data it points to."""
    spans = list(struct.iter_unpack(">II", taken(data, table, 8 * count)))
    if sum(size for _, size in set(spans)) > len(data):
        raise ValueError("elements within one another")
    made = {span: make(data[span[0] : span[0] + span[1]]) for span in dict.fromkeys(spans)}
    pieces = [made[span] for span in spans]
    places, body = packed(pieces, table + 8 * count)
    return b"".join(map(struct.Struct(">II").pack, places, map(len, pieces))) + body


_COLUMNS, _CURVES = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
_ALONE = tuple(b"kTRC A2B0 A2B1 A2B2 D2B0 D2B1 D2B2 D2B3".split())
MAKERS: dict[bytes, Callable[[memoryview], bytes]] = {
    **dict.fromkeys((*_COLUMNS, b"wtpt", b"bkpt"), partial(_fixed, b"XYZ ", 12)),
    b"chad": partial(_fixed, b"sf32", 36),
    b"cicp": partial(_fixed, b"cicp", 4),
    **dict.fromkeys((*_CURVES, b"kTRC"), _curve),
    **dict.fromkeys((b"A2B0", b"A2B1", b"A2B2"), partial(_table, b"mAB ")),
    **dict.fromkeys((b"B2A0", b"B2A1", b"B2A2", b"gamt"), partial(_table, b"mBA ")),
    **dict.fromkeys(b"D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3".split(), _process),
}
"""Functions that rewrite a tag's data, in the order in which tags are written. They raise ValueError for damaged data.
Tags such as a display's brightness are not included: no conversion uses them."""
ENOUGH = (frozenset((*_COLUMNS, *_CURVES)), *(frozenset((name,)) for name in _ALONE))
"""Each of these sets is enough to define colours."""
