"""Rules that make hints. What a rule looks for is one of the checks below; its numbers, words and sentences are data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, get_args

from sora_studio.domain.models.profile import Condition
from sora_studio.domain.writing.hints import Level
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.terms import TermKind


@dataclass(frozen=True, slots=True)
class Wording:
    """What to do about one phrase. `instead` replaces it mechanically (empty: remove it); `example` shows a better way.

    `is_fine`: an exception to a shorter phrase, which is not reported.
    """

    instead: str | None = None
    example: str = ""
    is_fine: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Finds phrases, in which `*` is any word. `inflected` finds their forms, too; `in_speech` also what is quoted."""

    phrases: Mapping[str, Wording]
    inflected: bool = False
    in_speech: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Finds a text of at least `min_words` words without a term of these kinds, or any of `or_words`.

    `with_picture`: even if it has a picture.
    """

    kinds: frozenset[TermKind]
    min_words: int
    or_words: frozenset[str] = frozenset()
    with_picture: bool = False


@dataclass(frozen=True, slots=True)
class TooMany:
    """Finds a beat with more than `most` different terms of these kinds; those named in `unless` do not count."""

    kinds: frozenset[TermKind]
    most: int
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opposites:
    """Finds phrases of both sides of a pair in one beat, or where one stands under a heading that holds for the whole text.

    Phrases in `unless` explain the change, as `time-lapse` does for day and night.
    """

    pairs: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepeatedSentence:
    """Finds a sentence of at least `min_words` words that says again what an earlier one said.

    `likeness` is the share of their words that two sentences have in common, 0 to 1.
    """

    min_words: int
    likeness: float


@dataclass(frozen=True, slots=True)
class RepeatedWord:
    """Finds a word that stands twice in a row, other than those in `unless`."""

    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ActionTime:
    """Finds more action than the clip's seconds hold: each of `verbs` in its form in -s takes `seconds_each`.

    `most` is how many times the clip's length is still fine. Forms in -ing are not counted: they go on beside the others.
    """

    verbs: frozenset[str]
    seconds_each: float
    most: float


@dataclass(frozen=True, slots=True)
class SpeechTime:
    """Finds more speech than the clip's seconds hold, at `words_per_second`."""

    words_per_second: float
    most: float


@dataclass(frozen=True, slots=True)
class BeatTime:
    """Finds timed beats that end after the clip."""


@dataclass(frozen=True, slots=True)
class DurationWords:
    """Finds a length of the clip in words that is not the chosen one."""


@dataclass(frozen=True, slots=True)
class ResolutionWords:
    """Finds a resolution in words that is not the chosen one, or that cannot be chosen."""


@dataclass(frozen=True, slots=True)
class ShapeWords:
    """Finds a shape in words that is not the chosen one."""


@dataclass(frozen=True, slots=True)
class HasTerms:
    """Finds the first term of these kinds."""

    kinds: frozenset[TermKind]
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HasSpeech:
    """Finds the first speech."""


@dataclass(frozen=True, slots=True)
class Leads:
    """Finds a text that has terms of these kinds, but none in its first sentence."""

    kinds: frozenset[TermKind]
    min_words: int


@dataclass(frozen=True, slots=True)
class Length:
    """Finds a text of more words than that."""

    most_words: int


ParagraphCheck: TypeAlias = Words | TooMany | RepeatedWord | DurationWords | ResolutionWords | ShapeWords
"""Looks at one paragraph at a time, so that only changed ones are looked at again."""
TextCheck: TypeAlias = (
    Missing | Opposites | RepeatedSentence | ActionTime | SpeechTime | BeatTime | HasTerms | HasSpeech | Leads | Length
)
"""Looks at the text as a whole, by what is known of its paragraphs."""
Check: TypeAlias = ParagraphCheck | TextCheck


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `message` may name what was found in braces; `{found}` is the words in question.

    `models` are families or slugs, none for any; `when` compares the chosen options by their meaning. While the rule applies,
    those with the ids `instead_of` are silent.
    """

    id: str
    check: Check
    level: Level
    confidence: float
    message: str
    why: str
    source: str
    models: frozenset[str] = frozenset()
    when: Condition = field(default_factory=Condition)
    instead_of: frozenset[str] = frozenset()
    any_language: bool = False

    def applies(self, to: PromptContext, *, english: bool) -> bool:
        """Return whether the rule says anything about such a text."""
        return (english or self.any_language) and to.meets(self.models, self.when)


def is_text_rule(rule: Rule) -> bool:
    """Return whether the rule looks at the text as a whole, and not at one paragraph at a time."""
    return isinstance(rule.check, get_args(TextCheck))


def active(rules: Iterable[Rule], context: PromptContext, *, english: bool) -> list[Rule]:
    """Return the rules that say anything about such a text."""
    applying = [rule for rule in rules if rule.applies(context, english=english)]
    silent = {other for rule in applying for other in rule.instead_of}
    return [rule for rule in applying if rule.id not in silent]


def merged(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules, of those with the same id the last one: a person's own file replaces what is shipped."""
    return tuple({rule.id: rule for rule in rules}.values())
