"""Moves the beats of an outline, and finds gaps, overlaps and what goes beyond the clip."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sora_studio.domain.writing.outline import Beat, Outline, Part, body_of, span_words, with_times


@dataclass(frozen=True, slots=True)
class Edit:
    """What replaces the characters from `start` to `end`. `caret` is where the moved beat begins afterwards."""

    start: int
    end: int
    text: str
    caret: int

    def apply(self, text: str) -> str:
        """Return the text after the edit."""
        return text[: self.start] + self.text + text[self.end :]


class TimeIssueKind(StrEnum):
    """What is odd about the times of beats."""

    GAP = "gap"
    OVERLAP = "overlap"
    BEYOND = "beyond"
    BACKWARDS = "backwards"


@dataclass(frozen=True, slots=True)
class TimeIssue:
    """A sentence about the times of a beat, which stand from `start` to `end` of the text."""

    kind: TimeIssueKind
    start: int
    end: int
    message: str


def move_beat(outline: Outline, beat: int, to: int) -> Edit | None:
    """Return the edit that moves a beat to the place of another one, both counted from 0; None if nothing moves.

    Each beat keeps its length; the beats between the two places get new times, one after another from where the first of them
    began, with the pauses that were there. All others keep theirs, and so do headings and empty lines between the places.
    """
    beats = outline.beats
    if beat == to or not (0 <= beat < len(beats) and 0 <= to < len(beats)):
        return None
    low, high = min(beat, to), max(beat, to)
    places = beats[low : high + 1]
    order = list(places)
    order.insert(to - low, order.pop(beat - low))
    bodies = [with_times(moved, *times) for moved, times in zip(order, _times(places, order), strict=True)]
    text, at, caret = list[str](), places[0].start, 0
    source = outline.text
    for place, moved, body in zip(places, order, bodies, strict=True):
        text.append(source[at : place.start])
        if moved is beats[beat]:
            caret = places[0].start + sum(map(len, text))
        text.append(body[: len(body) - len(body_of(moved)[1])] + body_of(place)[1])
        at = place.start + len(place.text)
    return Edit(places[0].start, at, "".join(text), caret)


def check_times(outline: Outline, clip_s: float | None) -> tuple[TimeIssue, ...]:
    """Return what is odd about the times, in the order of the text; `clip_s` is the clip's length, None if it is not known.

    The times of a shot may begin at 0 again: then they count from its beginning.
    """
    return tuple(_issues(outline, clip_s))


def _times(places: tuple[Beat, ...], order: list[Beat]) -> Iterator[tuple[float, float]]:
    """Yield the times of the beats in their new order."""
    begin_s = places[0].begin_s
    for number, (place, beat) in enumerate(zip(places, order, strict=True)):
        end_s = round(begin_s + beat.length_s, 3)
        yield begin_s, end_s
        if number + 1 < len(places):
            following = places[number + 1].begin_s
            restarts = following < place.begin_s
            begin_s = following if restarts else max(0.0, round(end_s + following - place.end_s, 3))


def _issues(outline: Outline, clip_s: float | None) -> Iterator[TimeIssue]:
    until_s, base_s, last = 0.0, 0.0, None
    for section in outline.sections:
        is_shot = section.heading is not None and section.heading.part is Part.SHOT
        for number, beat in enumerate(section.beats):
            if is_shot and not number and beat.begin_s == 0 and last is not None:
                base_s = until_s
            begin_s, end_s = base_s + beat.begin_s, base_s + beat.end_s
            yield from _issues_of(beat, begin_s - until_s, end_s, clip_s)
            until_s, last = max(until_s, end_s), beat
    if last is not None and clip_s is not None and until_s < clip_s:
        yield _issue(TimeIssueKind.GAP, last, f"Nothing is written for {span_words(until_s, clip_s)}.")


def _issues_of(beat: Beat, gap_s: float, end_s: float, clip_s: float | None) -> Iterator[TimeIssue]:
    if beat.end_s <= beat.begin_s:
        yield _issue(TimeIssueKind.BACKWARDS, beat, f"{beat.label} ends before it begins.")
    elif gap_s > 0:
        begin_s = round(beat.begin_s - gap_s, 3)
        yield _issue(TimeIssueKind.GAP, beat, f"Nothing is written for {span_words(begin_s, beat.begin_s)}.")
    elif gap_s < 0:
        yield _issue(TimeIssueKind.OVERLAP, beat, f"{beat.label} overlaps what comes before by {_short(-gap_s)} s.")
    if clip_s is not None and end_s > clip_s:
        over = _short(end_s - clip_s)
        yield _issue(TimeIssueKind.BEYOND, beat, f"{beat.label} goes {over} s beyond the clip of {_short(clip_s)} s.")


def _issue(kind: TimeIssueKind, beat: Beat, message: str) -> TimeIssue:
    (start, _), (_, end) = beat.times
    return TimeIssue(kind, beat.start + start, beat.start + end, message)


def _short(seconds: float) -> str:
    return f"{round(seconds, 3):g}"
