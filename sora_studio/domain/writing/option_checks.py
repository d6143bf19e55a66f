"""Checks for length, resolution and shape in words: they are options of the model, and words do not change them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from sora_studio.domain.models.carry import ASPECT, RESOLUTION
from sora_studio.domain.models.shapes import as_lines, as_ratio
from sora_studio.domain.writing.fixes import removal, replacement
from sora_studio.domain.writing.hints import Replacement
from sora_studio.domain.writing.prompt_context import PromptContext

_NAMES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_NUMBERS = {name: value for value, name in enumerate(_NAMES.split(), start=1)} | {"twenty": 20, "thirty": 30, "sixty": 60}
_NUMBER = rf"(?P<n>\d{{1,3}}(?:\.\d)?|{'|'.join(_NUMBERS)})"
_UNIT = r"[- ]?(?:s|secs?|seconds?)"
_CLIP = r"(?:clip|video|film|movie|spot|ad|commercial|trailer|teaser|reel|animation|loop)\b"
_DURATIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_NUMBER}{_UNIT}[- ](?:[a-z]+[- ]){{0,2}}{_CLIP}",
        rf"\b(?:duration|length|run ?time|running time)[:=]? (?:is |of )?{_NUMBER}{_UNIT}\b",
        rf"\b{_CLIP} (?:lasts|runs|is|of)(?: for| about| exactly)? {_NUMBER}{_UNIT}\b",
        rf"\b{_NUMBER}{_UNIT} (?:long|in length)\b",
    )
)
_SHOTS = re.compile(r"\b(?:shot|scene|beat) ?\d", re.IGNORECASE)
_RESOLUTION = re.compile(r"\b(?:[248]k|uhd|ultra hd|full ?hd|fhd|hd|\d{3,4}p|\d{3,4} ?[x×] ?\d{3,4})\b", re.IGNORECASE)
_LINES = {
    "2k": 1440,
    "4k": 2160,
    "8k": 4320,
    "uhd": 2160,
    "ultra hd": 2160,
    "full hd": 1080,
    "fullhd": 1080,
    "fhd": 1080,
    "hd": 720,
}
_RATIO = re.compile(r"(?<![\d:.])(?<!at )(?:16:9|9:16|1:1|4:3|3:4|3:2|2:3|21:9|9:21|4:5|5:4)(?![\d:]| ?[ap]\.?m)")
_SHAPE = re.compile(
    r"\b(vertical|portrait|upright|horizontal|landscape|square|widescreen)[- ](?:video|format|orientation|mode|clip|aspect)\b",
    re.IGNORECASE,
)
_SHAPES = {"vertical": 9 / 16, "portrait": 9 / 16, "upright": 9 / 16, "horizontal": 16 / 9, "landscape": 16 / 9, "square": 1.0}
_NEAR = 0.02
_CINEMASCOPE = 2.0
"""Wider shapes are a look inside a landscape clip."""


class OptionWord(NamedTuple):
    """Words that contradict an option: their place, what is chosen, and what would mend them."""

    start: int
    end: int
    chosen: str
    fix: Replacement


def duration_words(text: str, context: PromptContext) -> Iterator[OptionWord]:
    """Yield lengths of the clip that differ from the chosen one; lengths of single shots are left alone."""
    seconds = context.duration_s
    if seconds is None or _SHOTS.search(text):
        return
    taken = set[int]()
    for pattern in _DURATIONS:
        for match in pattern.finditer(text):
            number = match["n"].lower()
            stated = float(_NUMBERS[number]) if number in _NUMBERS else float(number)
            if stated != seconds and match.start("n") not in taken:
                taken.add(match.start("n"))
                fix = replacement(text, match.start("n"), match.end("n"), f"{seconds:g}")
                yield OptionWord(match.start(), match.end(), f"{seconds:g} s", fix)


def resolution_words(text: str, context: PromptContext) -> Iterator[OptionWord]:
    """Yield resolutions that differ from the chosen one, or all of them if none can be chosen."""
    value = context.facts.get(RESOLUTION)
    chosen = as_lines(value)
    for match in _RESOLUTION.finditer(text):
        name = match[0].lower()
        lines = _LINES.get(name) or as_lines(name.replace("×", "x").replace(" ", ""))
        if lines is None or lines == chosen:
            continue
        mended = removal(text, *match.span()) if chosen is None else replacement(text, *match.span(), str(value))
        yield OptionWord(*match.span(), "as the model makes it" if chosen is None else str(value), mended)


def shape_words(text: str, context: PromptContext) -> Iterator[OptionWord]:
    """Yield shapes that differ from the chosen one; what is wider than 2:1 may be a look within a landscape clip."""
    value = context.facts.get(ASPECT)
    chosen = as_ratio(value)
    if chosen is None:
        return
    for match in _RATIO.finditer(text):
        stated = as_ratio(match[0]) or chosen
        if _differs(stated, chosen):
            yield OptionWord(*match.span(), str(value), replacement(text, *match.span(), _ratio_name(value)))
    for match in _SHAPE.finditer(text):
        stated = _SHAPES.get(match[1].lower(), 16 / 9)
        if _side(stated) != _side(chosen):
            name = ("portrait", "square", "landscape")[_side(chosen) + 1]
            yield OptionWord(*match.span(), str(value), replacement(text, *match.span(1), name))


def _differs(stated: float, chosen: float) -> bool:
    if stated > _CINEMASCOPE and chosen > 1:
        return False
    return abs(stated - chosen) > _NEAR


def _ratio_name(value: object) -> str:
    return {"landscape": "16:9", "portrait": "9:16", "square": "1:1"}.get(str(value), str(value))


def _side(ratio: float) -> int:
    """Return -1 for portrait, 0 for square, 1 for landscape."""
    return 0 if abs(ratio - 1) <= _NEAR else 1 if ratio > 1 else -1
