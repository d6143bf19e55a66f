"""What stands beside the text that is being written: the terms it uses, and what could be better."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.hint_choices import HintChoices
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.writing.hints import Hint, best
from sora_studio.domain.writing.outline import Outline
from sora_studio.domain.writing.prompt_context import PromptContext, context_of
from sora_studio.domain.writing.terms import Vocabulary
from sora_studio.viewmodels.starter import TaskStarter

if TYPE_CHECKING:
    from sora_studio.services.writing.hinting import Hinting

PAUSE_MS = 60
"""Together with the work itself, hints for the last paragraph come within 150 ms."""


class WritingModel(QObject):
    """Follows the draft in the editor. Signals: `vocabulary_read()`, `hints_changed()` (and the outline), `used_changed()`."""

    vocabulary_read = Signal()
    hints_changed = Signal()
    used_changed = Signal()

    def __init__(self, start: TaskStarter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._hinting: Hinting | None = None
        self._choices = HintChoices()
        self._draft = 0
        self._request = GenerationRequest("", "")
        self._profile: ModelProfile | None = None
        self._looked_at = ""
        self._seen: tuple[int, str, PromptContext] | None = None
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)
        self.vocabulary: Vocabulary | None = None
        self.hints: Sequence[Hint] = ()
        self.all_hints: Sequence[Hint] = ()
        self.used: Mapping[str, int] = {}
        self.outline = Outline(())
        self.clip_s: float | None = None
        self.needed_s = 0.0

    @property
    def text(self) -> str:
        """The text that the hints are about."""
        return self._request.prompt

    @property
    def is_current(self) -> bool:
        """Whether hints and outline are about the text as it is now, so that their places hold."""
        return self._looked_at == self.text

    @property
    def silenced(self) -> int:
        """How many rules are off for this draft."""
        return len(self._choices.off_in(self._draft))

    def attach(self, hinting: "Hinting") -> None:
        """Connect the service, and read the vocabulary."""
        self._hinting = hinting
        self._start(self._read(hinting), name="read the vocabulary")

    def show(self, draft: int, request: GenerationRequest, profile: ModelProfile | None) -> None:
        """Follow a change of the draft. Cheap, for every key: what has changed is found out after the pause."""
        if draft != self._draft and self._choices.off_in(0) != self._choices.never:
            is_saved = not self._draft and request.prompt == self.text
            self._choose(self._choices.with_new_saved_as(draft if is_saved else None))
        self._draft, self._request, self._profile = draft, request, profile
        if not self._pause.isActive():
            self._pause.start()

    def silence(self, rule: str, *, everywhere: bool) -> None:
        """Switch a rule off, in this draft or everywhere."""
        self._choose(self._choices.without(rule, draft=None if everywhere else self._draft))

    def show_all_rules(self) -> None:
        """Switch every rule on again."""
        self._choose(self._choices.with_all(draft=self._draft))

    def _choose(self, choices: HintChoices) -> None:
        self._choices, self._seen = choices, None
        self._pause.start()
        if self._hinting is not None:
            self._start(self._hinting.choose(choices), name="keep the choice of hints")

    async def _read(self, hinting: "Hinting") -> None:
        self._choices = await hinting.choices()
        self.vocabulary = await hinting.vocabulary()
        self.vocabulary_read.emit()
        self._pause.start()

    def _on_pause_timeout(self) -> None:
        if self._hinting is None or self.vocabulary is None:
            return
        request, profile = self._request, self._profile
        context = context_of(profile, as_draft(request, profile)) if profile else PromptContext()
        if (now := (self._draft, request.prompt, context)) != self._seen:
            self._seen = now
            self._start(self._look(self._hinting, *now), name="look for hints")

    async def _look(self, hinting: "Hinting", draft: int, text: str, context: PromptContext) -> None:
        found = await hinting.look(text, context, off=self._choices.off_in(draft))
        if found is None or text != self.text:
            return
        self.all_hints, self.hints = found.hints, best(found.hints)
        self.outline, self.clip_s, self._looked_at = found.outline, context.duration_s, text
        self.needed_s = found.needed_s
        self.hints_changed.emit()
        used = Counter(span.term.words for span in found.terms)
        if used != self.used:
            self.used = used
            self.used_changed.emit()


def action_words(needed_s: float, clip_s: float | None) -> str:
    """Return how long what is written takes: `≈ 11 s of action for 10 s`; nothing below half a second."""
    needed = round(needed_s)
    if not needed:
        return ""
    return f"≈ {needed} s of action" + (f" for {clip_s:g} s" if clip_s is not None else "")
