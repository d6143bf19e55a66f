"""All rules together with the vocabulary, prepared for looking at texts."""

from collections.abc import Iterable
from dataclasses import dataclass

from sora_studio.domain.writing.phrases import PhraseIndex
from sora_studio.domain.writing.rules import Opposites, Rule, Wording, Words, merged
from sora_studio.domain.writing.terms import Vocabulary

ONE, OTHER, UNLESS = "one", "other", "unless"
"""Sides of a pair of opposites, and phrases that explain both."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Why a phrase is looked for: for which rule, and there for which wording, or which side of which pair."""

    rule: str
    wording: Wording | None = None
    pair: int = 0
    side: str = ""


class RuleBook:
    """Rules and vocabulary. Building takes a few milliseconds; it does not change afterwards, so threads may share it."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        self.rules, self.vocabulary = merged(rules), vocabulary
        self._unquoted, self._anywhere = PhraseIndex[Mark](), PhraseIndex[Mark]()
        for rule in self.rules:
            if isinstance(rule.check, Words):
                index = self._anywhere if rule.check.in_speech else self._unquoted
                for phrase, wording in rule.check.phrases.items():
                    index.add(phrase, Mark(rule.id, wording), inflected=rule.check.inflected)
            elif isinstance(rule.check, Opposites):
                self._add_opposites(rule.id, rule.check)

    def phrases(self, *, in_speech: bool) -> PhraseIndex[Mark]:
        """Return the phrases of rules that leave speech alone, or of those that do not."""
        return self._anywhere if in_speech else self._unquoted

    def _add_opposites(self, rule: str, check: Opposites) -> None:
        for phrase in check.unless:
            self._unquoted.add(phrase, Mark(rule, pair=-1, side=UNLESS), inflected=True)
        for number, sides in enumerate(check.pairs):
            for side, phrases in zip((ONE, OTHER), sides, strict=True):
                for phrase in phrases:
                    self._unquoted.add(phrase, Mark(rule, pair=number, side=side), inflected=True)
