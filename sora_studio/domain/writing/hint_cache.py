"""Hints for a text that is being written: only changed paragraphs are looked at again."""

from collections.abc import Collection
from itertools import islice

from sora_studio.domain.writing.hints import Hint
from sora_studio.domain.writing.language import is_english
from sora_studio.domain.writing.paragraph_checks import paragraph_hints
from sora_studio.domain.writing.paragraphs import Paragraph, look_at
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.rule_book import RuleBook
from sora_studio.domain.writing.rules import ActionTime, Rule, SpeechTime, active, is_text_rule
from sora_studio.domain.writing.text_checks import Placed, Whole, action_seconds, speech_seconds, text_hints

MOST_OF_A_RULE = 50
"""Hints of one rule in one paragraph. Only a few are ever shown; a paragraph of one word over and over would have thousands."""


class HintCache:
    """Keeps what is known of the paragraphs of the last text. Used by one thread at a time, any but the window's.

    A change of the model or of an option looks at no paragraph again; it only asks the rules again.
    """

    def __init__(self, book: RuleBook) -> None:
        self._book = book
        self._paragraphs = dict[str, Paragraph]()
        self._hints = dict[str, tuple[Hint, ...]]()
        self._asked: tuple[PromptContext, bool] | None = None
        self._rules = list[Rule]()

    def hints(self, text: str, context: PromptContext, *, off: Collection[str] = ()) -> list[Hint]:
        """Return the hints for a text by their place, those about all of it first. `off` are ids of rules that stay silent."""
        placed = self._look(text)
        english = is_english(entry.paragraph.language for entry in placed)
        if self._asked != (context, english):
            self._asked, self._hints = (context, english), {}
            self._rules = active(self._book.rules, context, english=english)
        self._hints = {line: self._of_paragraph(paragraph, context) for line, paragraph in self._paragraphs.items()}
        found = [hint.moved(start) for start, paragraph in placed for hint in self._hints[paragraph.text]]
        whole = Whole(text, placed, context)
        found += [hint for rule in self._rules if is_text_rule(rule) for hint in text_hints(rule, whole)]
        return sorted((hint for hint in found if hint.rule not in off), key=lambda hint: (hint.start, hint.end))

    def needed_s(self, text: str) -> float:
        """Estimate how many seconds the action and the speech of a text take, whichever takes longer."""
        placed, checks = self._look(text), [rule.check for rule in self._book.rules]
        actions = [action_seconds(check, placed) for check in checks if isinstance(check, ActionTime)]
        speeches = [speech_seconds(check, placed) for check in checks if isinstance(check, SpeechTime)]
        return max([*actions, *speeches], default=0.0)

    def _look(self, text: str) -> list[Placed]:
        start, placed, looked_at = 0, list[Placed](), dict[str, Paragraph]()
        for line in text.split("\n"):
            if line not in looked_at:
                looked_at[line] = self._paragraphs.get(line) or look_at(line, self._book)
            placed.append(Placed(start, looked_at[line]))
            start += len(line) + 1
        self._paragraphs = looked_at
        return placed

    def _of_paragraph(self, paragraph: Paragraph, context: PromptContext) -> tuple[Hint, ...]:
        if (kept := self._hints.get(paragraph.text)) is not None:
            return kept
        rules = [rule for rule in self._rules if not is_text_rule(rule)]
        return tuple(hint for rule in rules for hint in islice(paragraph_hints(rule, paragraph, context), MOST_OF_A_RULE))


def hints_of(text: str, context: PromptContext, book: RuleBook, *, off: Collection[str] = ()) -> list[Hint]:
    """Return the hints for a text that is looked at once, as `HintCache.hints` does."""
    return HintCache(book).hints(text, context, off=off)
