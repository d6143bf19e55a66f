"""Whether the text removed from a colour profile deserves mention: most of it only names a standard and its publisher."""

import re

from sora_studio.media.icc_tags import number, taken

_MOST_BYTES = 10_000
_TEXTS = frozenset(b"desc dscm cprt dmnd dmdd vued".split())
_NUMBERS = frozenset(b"lumi view meas tech chrm ciis pre0 pre1 pre2 rig0 rig2 arts aarg aagg aabg".split())
"""Viewing conditions and the reference display of a standard; nothing specific to a device."""
_WORDS = (
    "srgb scrgb esrgb rgb gray grey sgray cmyk lab xyz display p3 dci adobe prophoto romm rommrgb a98 iec iec61966 "
    "61966 itu r bt rec 709 2020 2100 pq hlg d50 d65 generic linear gamma dot gain built in identity default colour "
    "color colours space profile reference viewing condition conditions standard compatible gamut transfer with and "
    "of the v2 v4 icc http https www ch org preference perceptual beta apple computer inc systems incorporated "
    "hewlett packard company google skia microsoft corporation international consortium eastman kodak artifex "
    "software gimp qt copyright c cc0 public domain no none not stated use freely all rights reserved u s web "
    "coated swop srgb2014 ps n a iccprofile lab2lab 0 1 2 3 4 5 8 20 22"
)
_USUAL = frozenset(_WORDS.split())
_YEAR = re.compile(r"(?:19|20)\d\d")


def says_nothing_new(name: bytes, data: memoryview) -> bool:
    """Return whether all words of a removed tag are names of standards and of the companies behind them."""
    if name not in _TEXTS:
        return name in _NUMBERS
    try:
        return are_usual(_words(data))
    except ValueError:
        return False


def are_usual(words: str) -> bool:
    """Return whether none of the words could name a person or a device."""
    return all(word in _USUAL or _YEAR.fullmatch(word) for word in re.findall(r"[^\W_]+", words.casefold()))


def _words(data: memoryview) -> str:
    if len(data) > _MOST_BYTES:
        raise ValueError("long words")
    kind = taken(data, 0, 4)
    if kind == b"text":
        return bytes(data[8:]).decode("latin-1").rstrip("\0")
    if kind == b"desc":
        size = number(data, 8)
        wide = number(data, 16 + size) if len(data) >= 20 + size else 0
        return _plain(taken(data, 12, size)) + " " + taken(data, 20 + size, 2 * wide).decode("utf-16-be", "replace").strip("\0")
    if kind == b"mluc":
        rows = ((number(data, at), number(data, at + 4)) for at in range(20, 20 + 12 * min(number(data, 8), 200), 12))
        return " ".join(taken(data, place, size).decode("utf-16-be", "replace") for size, place in rows)
    raise ValueError("no words")


def _plain(words: bytes) -> str:
    return words.decode("latin-1").strip("\0")
