"""The outline of a prompt: headings and timed beats. Its pieces joined are the text itself, to the last character.

- A heading is one of `NAMES`, or `Shot 1`, at the beginning of a line, in any case: alone on the line, before a colon, or
  before two spaces or a tab (`Mood   warm`). Markdown's `#` and `**` are allowed. `Light falls on the pier` is prose.
- A beat is a line that begins with its seconds, `0–4 s`, `[00:00-00:04]` or `0-4:`, perhaps after a bullet, and the lines
  below it up to an empty one, a heading or another beat.

Positions are Python characters; a line ends with LF, CR LF or CR.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property


class Part(StrEnum):
    """What a section of a prompt is about."""

    STYLE = "style"
    SCENE = "scene"
    CAMERA = "camera"
    LIGHT = "light"
    MOOD = "mood"
    BEATS = "beats"
    DIALOGUE = "dialogue"
    SOUND = "sound"
    SHOT = "shot"


NAMES = {
    **{part.value: part for part in Part},
    "lighting": Part.LIGHT,
    "beat": Part.BEATS,
    "dialog": Part.DIALOGUE,
    "audio": Part.SOUND,
}
"""The words of headings."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_END = re.compile(r"[\r\n]+\Z")
_HEADING = re.compile(
    rf"[ \t]*(?P<mark>#{{1,6}}[ \t]*)?(?P<bold>\*\*|__)?(?P<name>{'|'.join(NAMES)})(?:[ \t]+(?P<number>[0-9]{{1,3}}))?"
    r"(?:(?P=bold)|(?:\*\*|__)?(?=:))?(?P<tail>:(?:\*\*|__)?[ \t]*|[ \t]*(?=[\r\n]|\Z)|[ \t]{2,}|\t[ \t]*"
    r"|[ \t]+[–—-][ \t]+|[ \t]*(?=[(\[][0-9]))",
    re.IGNORECASE,
)
_UNIT = r"s|secs?|seconds?|秒"
_TIME = r"[0-9]{1,2}:[0-9]{2}(?:[.,][0-9]{1,3})?|[0-9]{1,4}(?:[.,][0-9]{1,3})?"
_BEAT = re.compile(
    rf"[ \t]*(?:[-*•–][ \t]+|[0-9]{{1,2}}[.)][ \t]+)?(?:\*\*|__)?(?P<open>[\[(])?(?P<begin>{_TIME})(?:[ \t]?(?:{_UNIT}))?"
    rf"[ \t]?(?:[–—-]|to)[ \t]?(?P<end>{_TIME})(?P<unit>[ \t]?(?:{_UNIT}))?(?P<close>[\])]|:)?(?![^\s:,;.*_–—|)\]-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as typed, with what separates it from its text. `number` is that of a shot or scene, None without one."""

    start: int
    text: str
    part: Part
    number: int | None

    @property
    def title(self) -> str:
        """The heading in words: `Shot 2`."""
        return self.part.capitalize() + (f" {self.number}" if self.number is not None else "")


@dataclass(frozen=True, slots=True)
class Beat:
    """A timed beat with its line end. `times` are the places of its two times in the text of the beat."""

    start: int
    text: str
    begin_s: float
    end_s: float
    times: tuple[tuple[int, int], tuple[int, int]]

    @property
    def length_s(self) -> float:
        """How long it takes; 0 if it ends before it begins."""
        return max(0.0, _rounded(self.end_s - self.begin_s))

    @property
    def label(self) -> str:
        """Its times in words: `0–4 s`."""
        return span_words(self.begin_s, self.end_s)

    def share(self, clip_s: float) -> float:
        """Return which part of the clip's seconds it takes, 1.0 for all of them."""
        return self.length_s / clip_s if clip_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Prose:
    """Everything else, whole lines or the rest of a heading's line."""

    start: int
    text: str


Block = Beat | Prose


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what follows it. Only the first section may have no heading."""

    heading: Heading | None
    blocks: tuple[Block, ...]

    @property
    def beats(self) -> tuple[Beat, ...]:
        """The timed beats in order."""
        return tuple(block for block in self.blocks if isinstance(block, Beat))

    @property
    def seconds(self) -> float:
        """How long its beats take together."""
        return _rounded(sum(beat.length_s for beat in self.beats))

    @property
    def text(self) -> str:
        """The section as typed."""
        return (self.heading.text if self.heading else "") + "".join(block.text for block in self.blocks)


@dataclass(frozen=True)
class Outline:
    """The sections of a text in order; empty for an empty text."""

    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The text that was read."""
        return "".join(section.text for section in self.sections)

    @cached_property
    def beats(self) -> tuple[Beat, ...]:
        """The timed beats of all sections in order."""
        return tuple(beat for section in self.sections for beat in section.beats)


@dataclass(slots=True)
class _Reader:
    """Collects the pieces of the text in order. `beat` and `lines` are the block that is being read."""

    sections: list[Section] = field(default_factory=list[Section])
    heading: Heading | None = None
    blocks: list[Block] = field(default_factory=list[Block])
    beat: Beat | None = None
    lines: list[str] = field(default_factory=list[str])
    start: int = 0

    def read(self, line: str, at: int) -> None:
        """Take one line."""
        heading = _HEADING.match(line)
        if heading is not None and _is_heading(heading):
            self.close()
            self.heading = _heading(heading, at)
            at, line = at + heading.end(), line[heading.end() :]
        if not line:
            return
        beat = _beat(line, at)
        if beat is not None or not self.lines or (self.beat is not None and not line.strip()):
            self._end_block()
            self.beat, self.start = beat, at
        self.lines.append(line)

    def close(self) -> None:
        """End the section."""
        self._end_block()
        if self.heading is not None or self.blocks:
            self.sections.append(Section(self.heading, tuple(self.blocks)))
        self.heading, self.blocks = None, []

    def _end_block(self) -> None:
        if self.lines:
            text = "".join(self.lines)
            self.blocks.append(replace(self.beat, text=text) if self.beat else Prose(self.start, text))
        self.beat, self.lines = None, []


def read_outline(text: str) -> Outline:
    """Return the outline of a text. Every text has one."""
    reader = _Reader()
    for line in _LINE.finditer(text):
        reader.read(line[0], line.start())
    reader.close()
    return Outline(tuple(reader.sections))


def body_of(beat: Beat) -> tuple[str, str]:
    """Return the text of a beat without its line end, and the line end."""
    end = _END.search(beat.text)
    return (beat.text[: end.start()], end[0]) if end else (beat.text, "")


def with_times(beat: Beat, begin_s: float, end_s: float) -> str:
    """Return the text of a beat with other times, written the way that its own are."""
    (begin, begin_end), (end, end_end) = beat.times
    text = beat.text
    first = text[begin:begin_end] if begin_s == beat.begin_s else _written(begin_s, text[begin:begin_end])
    last = text[end:end_end] if end_s == beat.end_s else _written(end_s, text[end:end_end])
    return text[:begin] + first + text[begin_end:end] + last + text[end_end:]


def span_words(begin_s: float, end_s: float) -> str:
    """Return a range of seconds as `0–4 s`."""
    return f"{begin_s:g}–{end_s:g} s"


def _is_heading(found: "re.Match[str]") -> bool:
    """Return whether the words are meant as a heading; a dash or brackets follow only a number."""
    tail = found["tail"]
    if tail.strip(" \t") in {"–", "—", "-"} or found.string[found.end() : found.end() + 1] in {"(", "["}:
        return found["number"] is not None
    return True


def _heading(found: "re.Match[str]", at: int) -> Heading:
    number = found["number"]
    return Heading(at, found[0], NAMES[found["name"].lower()], int(number) if number else None)


def _beat(line: str, at: int) -> Beat | None:
    found = _BEAT.match(line)
    if found is None or not (found["unit"] or found["close"] or ":" in found["end"]):
        return None
    return Beat(at, line, _seconds(found["begin"]), _seconds(found["end"]), (found.span("begin"), found.span("end")))


def _seconds(text: str) -> float:
    minutes, colon, seconds = text.replace(",", ".").rpartition(":")
    return _rounded(int(minutes) * 60 + float(seconds)) if colon else float(seconds)


def _written(seconds: float, like: str) -> str:
    """Return seconds in the form of another time: `00:04`, `4`, `4.5` or `4,5`."""
    minutes, colon, _ = like.rpartition(":")
    if colon:
        whole, rest = divmod(seconds, 60)
        second = f"{rest:06.3f}".rstrip("0").rstrip(".")
        words = f"{int(whole):0{len(minutes)}d}:{second}"
    else:
        words = f"{seconds:.3f}".rstrip("0").rstrip(".")
    return words.replace(".", ",") if "," in like else words


def _rounded(seconds: float) -> float:
    """Return seconds without the dust of floating point; texts state thousandths at most."""
    return round(seconds, 3)


def pieces_of(outline: Outline) -> Iterator[Heading | Block]:
    """Yield the pieces in order; joined, their texts are the text."""
    for section in outline.sections:
        if section.heading is not None:
            yield section.heading
        yield from section.blocks
