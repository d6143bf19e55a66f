"""What a person decides about clips and tasks, and taking it back."""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from sora_studio.domain.decision import Decision, decided_words
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.undo_steps import PutBack, UndoSteps

if TYPE_CHECKING:
    from sora_studio.storage.history import Former, SqliteHistory


class Judging:
    """Changes tasks and clips. Each change is one step of `UndoSteps`."""

    def __init__(self, core: Core, history: "SqliteHistory", steps: UndoSteps) -> None:
        self._core = core
        self._history = history
        self._steps = steps

    async def judge(self, clips: Sequence[ClipRef], judgement: Judgement) -> None:
        """Apply a judgement. Raises `InvalidSetting` for an unusable tag."""
        await self._do(judged_words(judgement, len(clips)), self._history.judge(clips, judgement))

    async def decide(self, decisions: Sequence[Decision]) -> None:
        """Apply what a filter session decided, as one step."""
        await self._do(decided_words(decisions), self._history.decide(decisions, at=self._core.clock.now()))

    async def trash(self, clips: Sequence[ClipRef]) -> None:
        """Put clips or tasks into the trash. A waiting task is not sent while it is there; a running one is hidden instead."""
        await self._do(f"{_count(clips)} moved to the trash", self._history.trash(clips, at=self._core.clock.now()))

    async def restore(self, clips: Sequence[ClipRef]) -> None:
        """Take clips or tasks out of the trash and out of hiding."""
        await self._do(f"{_count(clips)} restored", self._history.restore(clips))

    async def hide(self, tasks: Sequence[int]) -> None:
        """Hide tasks from the task list. They are followed all the same, and their clips are saved."""
        words = f"{len(tasks)} tasks hidden" if len(tasks) != 1 else "1 task hidden"
        await self._do(words, self._history.hide(tasks, at=self._core.clock.now()))

    async def _do(self, words: str, change: "Awaitable[Former]") -> None:
        former = await change
        if former.tasks:
            self._steps.add(words, self._putting_back(former))

    def _putting_back(self, former: "Former") -> PutBack:
        async def put_back() -> PutBack:
            return self._putting_back(await self._history.put_back(former))

        return put_back


def judged_words(judgement: Judgement, count: int) -> str:
    """Return what a judgement did to so many clips, as "3 clips kept"."""
    clips = "1 clip" if count == 1 else f"{count} clips"
    if judgement.verdict is not None:
        return f"{clips} {'kept' if judgement.verdict is Verdict.KEPT else 'rejected'}"
    if judgement.clears_verdict:
        return f"{clips} undecided"
    if judgement.stars is not None:
        return f"{clips} rated {judgement.stars} of 5" if judgement.stars else f"{clips} without stars"
    if judgement.tags or judgement.untags:
        return f"Tags of {clips} changed"
    if judgement.note is not None or judgement.added_note:
        return f"Note added to {clips}" if judgement.added_note else f"Note of {clips} changed"
    return f"{clips} moved to a project" if judgement.project is not None else f"{clips} moved out of the project"


def _count(clips: Sequence[ClipRef]) -> str:
    return "1 clip" if len(clips) == 1 else f"{len(clips)} clips"
