"""Checks that look at the text as a whole, by what is known of its paragraphs."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sora_studio.domain.writing.hints import Hint, Replacement
from sora_studio.domain.writing.inflections import third_person, word_set
from sora_studio.domain.writing.paragraph_checks import make_hint
from sora_studio.domain.writing.paragraphs import Paragraph, Sentence
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.rule_book import ONE, UNLESS
from sora_studio.domain.writing.rules import (
    ActionTime,
    BeatTime,
    HasSpeech,
    HasTerms,
    Leads,
    Length,
    Missing,
    Opposites,
    RepeatedSentence,
    Rule,
    SpeechTime,
)

_HEADING = re.compile(
    r"\s*\W{0,3}(?:style|camera|light(?:ing)?|look|lens|colou?r|palette|grade|mood|scene|setting|format|time of day)"
    r"\W{0,3}(?::|—|$)",
    re.IGNORECASE,
)
"""Headings whose text holds for the whole clip."""
_LINE_HEADING = re.compile(r"\s*\W{0,3}[A-Z][A-Za-z ]{1,20}\W{0,3}$")
_BEFORE_NOUNS = word_set(
    "a an the of his her its their our my your this that these those some many few two three four five no in on at with by "
    "camera shot lens frame long small big low high"
)
"""Words after which `turns` and `steps` are things, or moves of the camera."""


class Placed(NamedTuple):
    """A paragraph, and where it begins in the text."""

    start: int
    paragraph: Paragraph


class Whole(NamedTuple):
    """A text, in its paragraphs, and what it is written for."""

    text: str
    paragraphs: Sequence[Placed]
    context: PromptContext

    @property
    def words(self) -> int:
        """Return how many words it has, without what is quoted."""
        return sum(len(placed.paragraph.tokens.words) for placed in self.paragraphs)


class _Side(NamedTuple):
    """A phrase of a pair of opposites; `beat` is its paragraph and the beat in it, None for what holds for the whole text."""

    pair: int
    side: str
    paragraph: int
    beat: tuple[int, int] | None
    start: int
    end: int


def text_hints(rule: Rule, whole: Whole) -> Iterator[Hint]:
    """Yield what a rule of `TextCheck` finds; whether the rule applies at all was decided before."""
    match rule.check:
        case Missing() | Leads() | Length() as check:
            yield from _about_all(rule, check, whole)
        case Opposites():
            yield from _opposites(rule, whole)
        case RepeatedSentence() as check:
            yield from _said_twice(rule, check, whole)
        case ActionTime() | SpeechTime() | BeatTime() as check:
            yield from _time(rule, check, whole)
        case HasTerms() as check:
            yield from _first_term(rule, check, whole)
        case HasSpeech():
            spoken = ((start, speech) for start, paragraph in whole.paragraphs for speech in paragraph.speech)
            for start, (begin, end) in list(spoken)[:1]:
                found = whole.text[start + begin : start + end]
                yield make_hint(rule, start + begin, start + end, found=found, model=whole.context.title)
        case _:
            pass


def action_seconds(check: ActionTime, paragraphs: Sequence[Placed]) -> float:
    """Estimate how long the actions of a text take, one after another."""
    forms = frozenset(map(third_person, check.verbs))
    return sum(_actions(placed.paragraph, forms) for placed in paragraphs) * check.seconds_each


def speech_seconds(check: SpeechTime, paragraphs: Sequence[Placed]) -> float:
    """Estimate how long the speech of a text takes."""
    return sum(placed.paragraph.speech_words for placed in paragraphs) / check.words_per_second


def _about_all(rule: Rule, check: Missing | Leads | Length, whole: Whole) -> Iterator[Hint]:
    words, model = whole.words, whole.context.title
    if isinstance(check, Length):
        if words > check.most_words:
            yield make_hint(rule, 0, 0, count=words, model=model)
        return
    if words < check.min_words:
        return
    named = [
        (start + span.start, span) for start, found in whole.paragraphs for span in found.terms if span.term.kind in check.kinds
    ]
    if isinstance(check, Missing):
        said = any(word in check.or_words for _, paragraph in whole.paragraphs for word in paragraph.tokens.words)
        if not named and not said and (check.with_picture or not whole.context.has_picture):
            yield make_hint(rule, 0, 0, count=words, model=model)
    elif named and (first := _first_sentence(whole)) is not None and named[0][0] >= first:
        start, span = named[0]
        end = start + span.end - span.start
        yield make_hint(rule, start, end, found=whole.text[start:end], model=model)


def _first_sentence(whole: Whole) -> int | None:
    """Return where the first sentence with three words or more ends."""
    ends = (start + found.end for start, paragraph in whole.paragraphs for found in paragraph.sentences if found.count > 2)
    return next(ends, None)


def _opposites(rule: Rule, whole: Whole) -> Iterator[Hint]:
    """Yield one hint for each pair, at the second of the two phrases. What explains a change does so for its paragraph."""
    places = list(_sides(rule, whole))
    explained = {place.paragraph for place in places if place.side == UNLESS}
    if any(place.side == UNLESS and place.beat is None for place in places):
        return
    places = [place for place in places if place.paragraph not in explained]
    for pair in sorted({place.pair for place in places}):
        both = [place for place in places if place.pair == pair]
        if clash := _clash([place for place in both if place.side == ONE], [place for place in both if place.side != ONE]):
            one, other = sorted(clash, key=lambda place: place.start)
            found, against = whole.text[one.start : one.end], whole.text[other.start : other.end]
            yield make_hint(rule, other.start, other.end, found=found, other=against)


def _clash(ones: list[_Side], others: list[_Side]) -> tuple[_Side, _Side] | None:
    """Return the first two that stand in the same beat, or of which one holds for every beat."""
    by_beat = dict[tuple[int, int] | None, _Side]()
    for one in ones:
        by_beat.setdefault(one.beat, one)
    for other in others:
        one = by_beat.get(other.beat) or by_beat.get(None) or (ones[0] if ones and other.beat is None else None)
        if one is not None:
            return one, other
    return None


def _sides(rule: Rule, whole: Whole) -> Iterator[_Side]:
    """Yield the phrases of opposites."""
    holds_for_all = False
    for number, (start, paragraph) in enumerate(whole.paragraphs):
        if _HEADING.match(paragraph.text):
            holds_for_all = True
        elif _LINE_HEADING.match(paragraph.text) or not paragraph.tokens.words or paragraph.times:
            holds_for_all = False
        is_label = _HEADING.match(paragraph.text) is not None
        for found in paragraph.found:
            if found.mark.rule == rule.id:
                beat = (number, paragraph.segment_of(found.start))
                mark, for_all = found.mark, holds_for_all or is_label
                yield _Side(mark.pair, mark.side, number, None if for_all else beat, start + found.start, start + found.end)


def _said_twice(rule: Rule, check: RepeatedSentence, whole: Whole) -> Iterator[Hint]:
    earlier = list[tuple[int, Sentence]]()
    for start, paragraph in whole.paragraphs:
        for sentence in paragraph.sentences:
            if sentence.count < check.min_words:
                continue
            twin = next(((at, other) for at, other in earlier if _is_alike(sentence, other, check.likeness)), None)
            if twin is None:
                earlier.append((start, sentence))
                continue
            begin, end = start + sentence.start, start + sentence.end
            until = end + (whole.text[end : end + 1] == " ")
            first = whole.text[twin[0] + twin[1].start : twin[0] + twin[1].end]
            fix = Replacement(begin, until, "")
            yield make_hint(rule, begin, end, fix=fix, found=whole.text[begin:end], other=first)


def _is_alike(one: Sentence, other: Sentence, likeness: float) -> bool:
    few, many = sorted((len(one.words), len(other.words)))
    if few < likeness * many:
        return False
    common = len(one.words & other.words)
    return common >= likeness * (few + many - common)


def _time(rule: Rule, check: ActionTime | SpeechTime | BeatTime, whole: Whole) -> Iterator[Hint]:
    duration = whole.context.duration_s
    if duration is None:
        return
    if isinstance(check, BeatTime):
        late = [(start, t) for start, paragraph in whole.paragraphs for t in paragraph.times if t.end_s > duration]
        for start, times in late[:1]:
            last = max(t.end_s for _, t in late)
            yield make_hint(rule, start + times.start, start + times.end, seconds=f"{last:g}", duration=f"{duration:g}")
        return
    seconds = (
        action_seconds(check, whole.paragraphs) if isinstance(check, ActionTime) else speech_seconds(check, whole.paragraphs)
    )
    if seconds > duration * check.most:
        yield make_hint(rule, 0, 0, seconds=round(seconds), duration=f"{duration:g}")


def _actions(paragraph: Paragraph, forms: frozenset[str]) -> int:
    words = paragraph.tokens.words
    return sum(1 for place, word in enumerate(words) if word in forms and not (place and words[place - 1] in _BEFORE_NOUNS))


def _first_term(rule: Rule, check: HasTerms, whole: Whole) -> Iterator[Hint]:
    for start, paragraph in whole.paragraphs:
        for span in paragraph.terms:
            if span.term.kind in check.kinds and span.term.words.casefold() not in check.unless:
                found = paragraph.text[span.start : span.end]
                yield make_hint(rule, start + span.start, start + span.end, found=found, model=whole.context.title)
                return
