"""Checks that look at one paragraph. Hints have positions within it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from sora_studio.domain.writing.fixes import removal, replacement
from sora_studio.domain.writing.hints import Hint, Replacement
from sora_studio.domain.writing.option_checks import OptionWord, duration_words, resolution_words, shape_words
from sora_studio.domain.writing.paragraphs import Paragraph
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.rules import (
    DurationWords,
    RepeatedWord,
    ResolutionWords,
    Rule,
    ShapeWords,
    TooMany,
    Words,
)
from sora_studio.domain.writing.terms import TermSpan

_OPTIONS: Mapping[type, Callable[[str, PromptContext], Iterator[OptionWord]]] = {
    DurationWords: duration_words,
    ResolutionWords: resolution_words,
    ShapeWords: shape_words,
}


def paragraph_hints(rule: Rule, paragraph: Paragraph, context: PromptContext) -> Iterator[Hint]:
    """Yield what a rule of `ParagraphCheck` finds; whether the rule applies at all was decided before."""
    match rule.check:
        case Words():
            yield from _of_phrases(rule, paragraph, context)
        case TooMany() as check:
            yield from _too_many(rule, check, paragraph)
        case RepeatedWord() as check:
            yield from _repeated(rule, check, paragraph)
        case check:
            read = _OPTIONS[type(check)]
            for word in read(paragraph.text, context):
                found = paragraph.text[word.start : word.end]
                yield make_hint(rule, word.start, word.end, fix=word.fix, found=found, chosen=word.chosen, model=context.title)


def make_hint(rule: Rule, start: int, end: int, *, fix: Replacement | None = None, **said: object) -> Hint:
    """Return a hint of the rule with its message filled in; what is not given stays empty."""
    message = rule.message.format_map(_Words({name: str(value) for name, value in said.items()}))
    return Hint(rule.id, rule.level, start, end, message, rule.why, rule.source, fix, rule.confidence)


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _of_phrases(rule: Rule, paragraph: Paragraph, context: PromptContext) -> Iterator[Hint]:
    text = paragraph.text
    for place in paragraph.found:
        wording = place.mark.wording
        if place.mark.rule != rule.id or wording is None or wording.is_fine:
            continue
        fix, found = None, text[place.start : place.end]
        if wording.instead is not None:
            mend = replacement(text, place.start, place.end, wording.instead) if wording.instead else None
            fix = mend or removal(text, place.start, place.end)
        example = f" For example: “{wording.example}”." if wording.example else ""
        yield make_hint(rule, place.start, place.end, fix=fix, found=found, example=example, model=context.title)


def _too_many(rule: Rule, check: TooMany, paragraph: Paragraph) -> Iterator[Hint]:
    beats = defaultdict[int, dict[str, TermSpan]](dict)
    beat = 0
    for span in paragraph.terms:
        while span.start >= paragraph.segments[beat][1]:
            beat += 1
        if span.term.kind in check.kinds and span.term.words.casefold() not in check.unless:
            beats[beat].setdefault(span.term.words, span)
    for spans in (list(named.values()) for named in beats.values() if len(named) > check.most):
        names = ", ".join(paragraph.text[span.start : span.end] for span in spans)
        yield make_hint(rule, spans[check.most].start, spans[-1].end, count=len(spans), found=names)


def _repeated(rule: Rule, check: RepeatedWord, paragraph: Paragraph) -> Iterator[Hint]:
    text, words, starts, ends = paragraph.tokens
    for place, word in enumerate(words[1:], start=1):
        if (
            word != words[place - 1]
            or word in check.unless
            or not word.isalpha()
            or text[ends[place - 1] : starts[place]] != " "
        ):
            continue
        start, end = ends[place - 1], ends[place]
        yield make_hint(rule, starts[place - 1], end, fix=Replacement(start, end, ""), found=text[starts[place] : end])
