"""Removes all metadata from a colour profile: profiles name devices, their serial numbers, and people.

Offsets and types are from ICC.1:2022, which covers profiles of versions 2 and 4.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from sora_studio.media.icc_tags import ENOUGH, MAKERS, number, packed, taken
from sora_studio.media.icc_words import says_nothing_new

_HEADER, _ENTRY, _TAGS = 128, 12, 132
_MOST_TAGS = 100
_VERSIONS, _INTENTS = range(2, 5), range(4)
_CLASSES = frozenset((b"scnr", b"mntr", b"prtr", b"spac", b"abst"))
_SPACES = frozenset((b"RGB ", b"GRAY", b"CMYK", b"Lab "))
_BETWEEN = frozenset((b"XYZ ", b"Lab "))
_D50 = bytes.fromhex("0000f6d6000100000000d32d")
"""D50, the only illuminant that a profile may have."""
_NAME, _RIGHTS = "Colours", "None"

_Tags = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Quiet:
    """A profile with colour data only; None for an unreadable one. `told`: it contained metadata, such as a device name."""

    profile: bytes | None
    told: bool


def quiet(profile: bytes) -> Quiet:
    """Return a profile with the same colours and no metadata. Idempotent.

    An unreadable profile is dropped as a whole: readers ignore it anyway. A damaged tag is dropped alone,
    as readers do.
    """
    try:
        view = memoryview(profile)
        header = _quiet_header(view)
        colours, told = _sorted_out(view)
    except ValueError:
        return Quiet(None, told=True)
    if not any(names <= {name for name, _ in colours} for names in ENOUGH):
        return Quiet(None, told=True)
    return Quiet(_built(header, [*_words(is_new=profile[8] >= 4), *colours]), told)


def _sorted_out(view: memoryview) -> tuple[_Tags, bool]:
    """Return the colour tags in a fixed order, and whether there was any metadata."""
    kept, told = dict[bytes, bytes](), False
    for name, data in _tags_of(view):
        try:
            kept[name] = MAKERS[name](data)
        except KeyError:
            told = told or not says_nothing_new(name, data)
        except ValueError:
            told = True
    return [(name, kept[name]) for name in MAKERS if name in kept], told


def _tags_of(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield each tag once, empty when beyond the end. Raises ValueError when it is no profile, or its tags overlap too much."""
    end, count = min(number(view, 0), len(view)), number(view, _HEADER)
    if count > _MOST_TAGS:
        raise ValueError("too many tags")
    rows = dict[bytes, tuple[int, int]]()
    for name, start, size in struct.iter_unpack(">4sII", taken(view, _TAGS, count * _ENTRY)):
        rows.setdefault(name, (start, size) if start + size <= end else (0, 0))
    if sum(size for _, size in set(rows.values())) > 2 * len(view):
        raise ValueError("tags within one another")
    return ((name, view[start : start + size]) for name, (start, size) in rows.items())


def _words(*, is_new: bool) -> _Tags:
    """Return description and copyright, which are required."""
    if is_new:
        return [(b"desc", _mluc(_NAME)), (b"cprt", _mluc(_RIGHTS))]
    name = _NAME.encode() + b"\0"
    described = b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(4 + 4 + 2 + 1 + 67)
    return [(b"desc", described), (b"cprt", b"text" + bytes(4) + _RIGHTS.encode() + b"\0")]


def _mluc(words: str) -> bytes:
    text = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II4sII", 1, 12, b"enUS", len(text), 28) + text


def _built(header: bytes, tags: _Tags) -> bytes:
    """Join header and tags; tags with equal content share it."""
    places, content = packed((data for _, data in tags), _TAGS + len(tags) * _ENTRY)
    table = b"".join(struct.pack(">4sII", name, place, len(data)) for (name, data), place in zip(tags, places, strict=True))
    whole = header[4:] + struct.pack(">I", len(tags)) + table + content
    return struct.pack(">I", len(whole) + 4) + whole


def _quiet_header(view: memoryview) -> bytes:
    """Return the header's colour fields, without date, program and device. Raises ValueError when it is not a profile.

    Every field is checked against its few possible values, so no text can hide in it.
    """
    version, kind, space, between = taken(view, 8, 2), taken(view, 12, 4), taken(view, 16, 4), taken(view, 20, 4)
    is_known = kind in _CLASSES and space in _SPACES and between in _BETWEEN
    if taken(view, 36, 4) != b"acsp" or version[0] not in _VERSIONS or not is_known:
        raise ValueError("no profile of a picture")
    intent = number(view, 64)
    kept = bytearray(_HEADER)
    kept[8:10], kept[12:16], kept[16:20], kept[20:24], kept[36:40] = version, kind, space, between, b"acsp"
    kept[64:80] = (intent if intent in _INTENTS else 0).to_bytes(4) + _D50
    return bytes(kept)
