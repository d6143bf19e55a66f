"""A colour profile without what it tells besides colours: profiles name devices, their serial numbers, and people.

Offsets and types are those of ICC.1:2022, which reads profiles of versions 2 and 4 alike.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER, _ENTRY, _TAGS = 128, 12, 132
_MOST_TAGS = 100
_COLOURS = frozenset(
    b"A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 D2B0 D2B1 D2B2 D2B3 B2D0 B2D1 B2D2 B2D3 gamt "
    b"rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad cicp".split()
)
"""What conversions are computed from."""
_USUAL = _COLOURS | frozenset(b"desc cprt dmnd dmdd vued view lumi meas tech chrm pre0 pre1 pre2 rig0 rig2 ciis".split())
"""What profiles of a standard have too. The others are their makers' own, such as a display's serial number."""
_DEVICES = frozenset((b"dmnd", b"dmdd"))
_STANDARD = b"IEC"
"""Whoever describes sRGB names this as the maker, and its own number as the model."""
_NAME, _RIGHTS = "Colours", "None"
_TABLES = frozenset((b"mft1", b"mft2", b"mAB ", b"mBA ", b"mpet"))
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
"""How many numbers each kind of parametric curve has."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A profile that says nothing but colours; None for one that nobody can read. `told`: it named a device, or more."""

    profile: bytes | None
    told: bool


def quiet(profile: bytes) -> Quiet:
    """The same colours, and a second time the same bytes. What cannot be read tells whatever it likes, so all of it goes."""
    try:
        tags = list(_tags_of(profile))
        colours = [(name, _exact(data)) for name, data in tags if name in _COLOURS]
    except (ValueError, struct.error):
        return Quiet(None, told=True)
    rebuilt = _built(profile[:_HEADER], [*_words(is_new=profile[8] >= 4), *colours])
    told = any(name not in _USUAL or (name in _DEVICES and _STANDARD not in data) for name, data in tags)
    if not colours or len(rebuilt) > len(profile) + 2 * _HEADER + 2 * _TAGS:  # parts that lie in one another were unfolded
        return Quiet(None, told=True)
    return Quiet(rebuilt, told)


def _tags_of(profile: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each once. Raises ValueError or struct.error for what is no profile."""
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    if profile[36:40] != b"acsp" or count > _MOST_TAGS:
        raise ValueError("no profile")
    seen = set[bytes]()
    for place in range(_TAGS, _TAGS + count * _ENTRY, _ENTRY):
        name, start, size = struct.unpack_from(">4sII", profile, place)
        if size < 8 or start < _TAGS or start + size > len(profile):
            raise ValueError("a tag beyond the end")
        if name not in seen:
            seen.add(name)
            yield name, profile[start : start + size]


def _exact(data: bytes) -> bytes:
    """Without what may lie behind the numbers of a type that says how many it has. Raises like `_tags_of`."""
    kind = data[:4]
    if kind == b"XYZ ":
        length = 20
    elif kind == b"curv" and len(data) >= 12:
        length = 12 + 2 * struct.unpack_from(">I", data, 8)[0]
    elif kind == b"para" and len(data) >= 12:
        length = 12 + 4 * _PARAMETERS.get(struct.unpack_from(">H", data, 8)[0], 7)
    elif kind == b"sf32":
        length = 44
    elif kind == b"cicp":
        length = 12
    elif kind in _TABLES:
        length = len(data)
    else:
        raise ValueError("no numbers")
    return kind + bytes(4) + data[8:length]


def _words(*, is_new: bool) -> list[tuple[bytes, bytes]]:
    """A name and rights, which every profile must have."""
    if is_new:
        return [(b"desc", _mluc(_NAME)), (b"cprt", _mluc(_RIGHTS))]
    name = _NAME.encode() + b"\0"
    described = b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    return [(b"desc", described), (b"cprt", b"text" + bytes(4) + _RIGHTS.encode() + b"\0")]


def _mluc(words: str) -> bytes:
    text = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II4sII", 1, 12, b"enUS", len(text), 28) + text


def _built(header: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    """Tags with the same content share it."""
    places, content = dict[bytes, int](), b""
    start = _TAGS + len(tags) * _ENTRY
    for _, data in tags:
        if data not in places:
            places[data] = start + len(content)
            content += data + bytes(-len(data) % 4)
    table = b"".join(struct.pack(">4sII", name, places[data], len(data)) for name, data in tags)
    return _quiet_header(header, start + len(content)) + struct.pack(">I", len(tags)) + table + content


def _quiet_header(header: bytes, size: int) -> bytes:
    """What the colours are and how they are meant; not when, with what and for which device the profile was made."""
    kept = bytearray(_HEADER)
    for part in (slice(8, 24), slice(36, 40), slice(60, 80)):
        kept[part] = header[part]
    kept[:4] = struct.pack(">I", size)
    return bytes(kept)
