"""Reads files of rules. Strict: anything unknown, missing or senseless is rejected with its line and a plain reason."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from string import Formatter

from sora_studio.domain.models.profile import Condition
from sora_studio.domain.models.toml_file import parse_toml
from sora_studio.domain.models.toml_table import Table
from sora_studio.domain.models.values import listed
from sora_studio.domain.writing.hints import Level
from sora_studio.domain.writing.rules import (
    ActionTime,
    BeatTime,
    Check,
    DurationWords,
    HasSpeech,
    HasTerms,
    Leads,
    Length,
    Missing,
    Opposites,
    RepeatedSentence,
    RepeatedWord,
    ResolutionWords,
    Rule,
    ShapeWords,
    SpeechTime,
    TooMany,
    Wording,
    Words,
)
from sora_studio.domain.writing.term_tables import check_phrase, check_schema
from sora_studio.domain.writing.terms import TermKind

PLACEHOLDERS = frozenset({"found", "other", "example", "seconds", "duration", "chosen", "count", "model"})
"""What a message may name in braces; what a check does not know stays empty."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HAS, _LACKS = "has", "lacks"


class _CheckName(StrEnum):
    WORDS = "words"
    MISSING = "missing"
    TOO_MANY = "too-many"
    OPPOSITES = "opposites"
    REPEATED_SENTENCE = "repeated-sentence"
    REPEATED_WORD = "repeated-word"
    ACTION_TIME = "action-time"
    SPEECH_TIME = "speech-time"
    BEAT_TIME = "beat-time"
    DURATION_WORDS = "duration-words"
    RESOLUTION_WORDS = "resolution-words"
    SHAPE_WORDS = "shape-words"
    HAS_TERMS = "has-terms"
    HAS_SPEECH = "has-speech"
    LEADS = "leads"
    LENGTH = "length"


def read_rules(text: str, source: str) -> tuple[Rule, ...]:
    """Return the rules of a file, a list of `[[rule]]`. Raises `ProfileError`, which names `source`."""
    root = parse_toml(text, source)
    check_schema(root)
    rules = list[Rule]()
    for table in root.tables("rule"):
        rule = _read_rule(table)
        if any(other.id == rule.id for other in rules):
            raise table.error("id", f"There is already a rule {rule.id!r} in this file.")
        rules.append(rule)
    root.finish()
    return tuple(rules)


def _read_rule(table: Table) -> Rule:
    rule_id, confidence = table.text("id"), table.number("confidence") if "confidence" in table else 0.5
    if not _ID.fullmatch(rule_id):
        raise table.error("id", f"{rule_id!r} is not an id of lower-case letters and digits with hyphens between them.")
    if confidence > 1:
        raise table.error("confidence", "confidence must be at most 1.")
    rule = Rule(
        id=rule_id,
        check=_READERS[table.word("check", _CheckName)](table),
        level=table.word("level", Level),
        confidence=confidence,
        message=_message(table),
        why=table.text("why"),
        source=table.text("source"),
        models=frozenset(table.maybe(table.texts, "models") or ()),
        when=_condition(table.table("when")) if "when" in table else Condition(),
        instead_of=frozenset(table.maybe(table.texts, "instead_of") or ()),
        any_language=bool(table.maybe(table.flag, "any_language")),
    )
    table.finish()
    return rule


def _message(table: Table) -> str:
    message = table.text("message")
    try:
        parts = [part[1:] for part in Formatter().parse(message)]
    except ValueError:
        raise table.error("message", "message has a brace without its partner; write {{ or }} for the sign itself.") from None
    for name, form, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            raise table.error("message", f"{{{name}}} is not known; there is {listed(sorted(PLACEHOLDERS), 'and')}.")
    return message


def _condition(table: Table) -> Condition:
    has, lacks = table.maybe(table.texts, _HAS) or (), table.maybe(table.texts, _LACKS) or ()
    return Condition({name: table.one_or_more(name) for name in table if name not in (_HAS, _LACKS)}, has, lacks)


def _words(table: Table) -> Words:
    inner = table.table("words")
    phrases = {phrase: _wording(inner, phrase) for phrase in inner}
    if not phrases:
        raise table.error("words", "words must contain at least one phrase.")
    return Words(phrases, _flag(table, "inflected"), _flag(table, "in_speech"))


def _wording(table: Table, phrase: str) -> Wording:
    check_phrase(table, phrase, phrase, any_word=True)
    if isinstance(table.value(phrase), str):
        return Wording(instead=table.text(phrase))
    entry = table.table(phrase)
    instead = entry.maybe(entry.text, "instead")
    if _flag(entry, "remove"):
        if instead is not None:
            raise entry.error("remove", "A phrase is either removed or replaced.")
        instead = ""
    wording = Wording(instead, entry.maybe(entry.text, "example") or "", _flag(entry, "fine"))
    entry.finish()
    return wording


def _opposites(table: Table) -> Opposites:
    pairs = list[tuple[tuple[str, ...], tuple[str, ...]]]()
    for pair in table.tables("pair"):
        pairs.append((_phrases(pair, "one"), _phrases(pair, "other")))
        pair.finish()
    if not pairs:
        raise table.error("pair", "The check opposites needs at least one [[rule.pair]].")
    return Opposites(tuple(pairs), _phrases(table, "unless") if "unless" in table else ())


def _phrases(table: Table, key: str) -> tuple[str, ...]:
    phrases = table.texts(key)
    for phrase in phrases:
        check_phrase(table, key, phrase)
    return phrases


def _kinds(table: Table) -> frozenset[TermKind]:
    names = table.names("kinds", tuple(TermKind), "a kind of term")
    return frozenset(map(TermKind, names))


def _folded(table: Table, key: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in table.maybe(table.texts, key) or ())


def _flag(table: Table, key: str) -> bool:
    return bool(table.maybe(table.flag, key))


def _likeness(table: Table) -> float:
    likeness = table.positive("likeness")
    if likeness > 1:
        raise table.error("likeness", "likeness must be at most 1.")
    return likeness


_READERS: Mapping[_CheckName, Callable[[Table], Check]] = {
    _CheckName.WORDS: _words,
    _CheckName.MISSING: lambda table: Missing(
        _kinds(table), table.integer("min_words", at_least=1), _folded(table, "or_words"), _flag(table, "with_picture")
    ),
    _CheckName.TOO_MANY: lambda table: TooMany(_kinds(table), table.integer("most", at_least=0), _folded(table, "unless")),
    _CheckName.OPPOSITES: _opposites,
    _CheckName.REPEATED_SENTENCE: lambda table: RepeatedSentence(table.integer("min_words", at_least=2), _likeness(table)),
    _CheckName.REPEATED_WORD: lambda table: RepeatedWord(_folded(table, "unless")),
    _CheckName.ACTION_TIME: lambda table: ActionTime(
        _folded(table, "verbs"), table.positive("seconds_each"), table.positive("most")
    ),
    _CheckName.SPEECH_TIME: lambda table: SpeechTime(table.positive("words_per_second"), table.positive("most")),
    _CheckName.BEAT_TIME: lambda _: BeatTime(),
    _CheckName.DURATION_WORDS: lambda _: DurationWords(),
    _CheckName.RESOLUTION_WORDS: lambda _: ResolutionWords(),
    _CheckName.SHAPE_WORDS: lambda _: ShapeWords(),
    _CheckName.HAS_TERMS: lambda table: HasTerms(_kinds(table), _folded(table, "unless")),
    _CheckName.HAS_SPEECH: lambda _: HasSpeech(),
    _CheckName.LEADS: lambda table: Leads(_kinds(table), table.integer("min_words", at_least=1)),
    _CheckName.LENGTH: lambda table: Length(table.integer("most_words", at_least=1)),
}
