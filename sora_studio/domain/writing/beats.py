"""Beats: the parts of a prompt with a time of their own, by times (`0–4 s`), by shots, or by cuts."""

import re
from itertools import pairwise
from typing import NamedTuple

_TIMES = re.compile(
    r"(?<![\d.:])(\d{1,3}(?:[.:]\d{1,2})?) ?(?:s|sec|secs|seconds?|秒)? ?(?:[–—-]|to) ?(\d{1,3}(?:[.:]\d{1,2})?)"
    r"(?: ?(s|secs?|seconds?|秒)(?![a-z]))?",
    re.IGNORECASE,
)
_BEFORE = frozenset('.,;:[(*•—–-|!?”"')
"""Signs after which a range begins a beat; `holds for 2–3 s` is none."""
_AFTER = frozenset(":])")
_CUT = re.compile(r"\b(?:(?:shot|scene|beat) \d{1,2}\b|(?:cuts?|cutting|dissolves?|smash cuts?) to\b)", re.IGNORECASE)


class Times(NamedTuple):
    """A stated time range: its place in the text, and what it says in seconds."""

    start: int
    end: int
    begin_s: float
    end_s: float


def time_ranges(paragraph: str) -> list[Times]:
    """Return the ranges such as `0–4 s`, `[00:00-00:05]` and `0-3:` in a paragraph; only those that run forward."""
    found = list[Times]()
    for match in _TIMES.finditer(paragraph):
        begin_s, end_s = _seconds(match[1]), _seconds(match[2])
        is_time = match[3] or _is_clock(match[2]) or paragraph[match.end() : match.end() + 1] in _AFTER
        before = paragraph[: match.start()].rstrip()
        if is_time and begin_s < end_s and (not before or before[-1] in _BEFORE):
            found.append(Times(match.start(), match.end(), begin_s, end_s))
    return found


def segments(paragraph: str, times: list[Times]) -> list[tuple[int, int]]:
    """Return the beats of a paragraph, which is one beat without times, shots and cuts."""
    edges = sorted({0, len(paragraph), *(time.start for time in times), *(cut.start() for cut in _CUT.finditer(paragraph))})
    return list(pairwise(edges)) or [(0, len(paragraph))]


def _is_clock(text: str) -> bool:
    return ":" in text


def _seconds(text: str) -> float:
    if _is_clock(text):
        minutes, seconds = text.split(":")
        return int(minutes) * 60 + int(seconds)
    return float(text)
