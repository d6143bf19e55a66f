"""Shapes and sizes as models write them: `16:9`, `landscape`, `720p`, `1280x720`, `1280*720`."""

import re
from dataclasses import dataclass
from math import gcd

from sora_studio.domain.models.values import OptionValue

_RATIO = re.compile(r"(\d{1,5}):(\d{1,5})")
_SIZE = re.compile(r"(\d{2,5}) ?[x×*] ?(\d{2,5})")
_PROGRESSIVE = re.compile(r"(\d{3,5})p", re.IGNORECASE)
_WORDS = {"landscape": 16 / 9, "portrait": 9 / 16, "square": 1.0}
_NAMED = {"2k": 1440, "4k": 2160}


@dataclass(frozen=True, slots=True)
class Size:
    """In pixels."""

    width: int
    height: int

    @property
    def ratio(self) -> float:
        """Return width / height."""
        return self.width / self.height

    @property
    def lines(self) -> int:
        """Return the shorter side, which names a resolution whichever way the picture stands."""
        return min(self.width, self.height)

    @property
    def aspect(self) -> str:
        """Return the shape as `16:9`."""
        common = gcd(self.width, self.height)
        return f"{self.width // common}:{self.height // common}"

    @property
    def resolution(self) -> str:
        """Return the resolution as `720p`."""
        return f"{self.lines}p"


def as_size(value: OptionValue | None) -> Size | None:
    """Return the size that the value names, if it does."""
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return Size(int(found[1]), int(found[2])) if found and int(found[1]) and int(found[2]) else None


def as_ratio(value: OptionValue | None) -> float | None:
    """Return width / height of the shape that the value names, if it does."""
    if not isinstance(value, str):
        return None
    if size := as_size(value):
        return size.ratio
    found = _RATIO.fullmatch(value)
    if found and int(found[1]) and int(found[2]):
        return int(found[1]) / int(found[2])
    return _WORDS.get(value.casefold())


def as_lines(value: OptionValue | None) -> int | None:
    """Return the lines of the resolution that the value names, if it does."""
    if not isinstance(value, str):
        return None
    if size := as_size(value):
        return size.lines
    found = _PROGRESSIVE.fullmatch(value)
    return int(found[1]) if found else _NAMED.get(value.casefold())
