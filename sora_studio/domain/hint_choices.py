"""Which hints a person does not want to see: a rule never, or not in one draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class HintChoices:
    """Ids of rules that are off: everywhere, and by draft."""

    never: frozenset[str] = frozenset()
    drafts: Mapping[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])

    def off_in(self, draft: int) -> frozenset[str]:
        """Return the rules that are off in a draft."""
        return self.never | self.drafts.get(draft, frozenset())

    def without(self, rule: str, *, draft: int | None) -> Self:
        """Return the choices with a rule switched off, in one draft or everywhere (None)."""
        if draft is None:
            return replace(self, never=self.never | {rule})
        return replace(self, drafts={**self.drafts, draft: self.drafts.get(draft, frozenset()) | {rule}})

    def with_new_saved_as(self, draft: int | None) -> Self:
        """Return the choices after the new draft, whose number is 0, was saved under a number, or left (None)."""
        of_new, others = self.drafts.get(0, frozenset()), {number: rules for number, rules in self.drafts.items() if number}
        return replace(self, drafts=others if draft is None or not of_new else {**others, draft: of_new})

    def with_all(self, *, draft: int) -> Self:
        """Return the choices with every rule switched on again, everywhere and in this draft."""
        others = {number: rules for number, rules in self.drafts.items() if number != draft}
        return replace(self, never=frozenset(), drafts=others)
