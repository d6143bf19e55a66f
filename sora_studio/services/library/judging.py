"""What a person decides about clips and tasks, and taking it back."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.domain.events import DecisionMade
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.storage.history import Former, SqliteHistory

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class _Step:
    """A decision that can be taken back, in words such as "3 clips kept"."""

    words: str
    former: "Former"


class Judging:
    """Changes tasks and clips. Each change is one step that `undo` takes back, and is announced as `DecisionMade`."""

    def __init__(self, core: Core, history: "SqliteHistory") -> None:
        self._core = core
        self._history = history
        self._done = deque[_Step](maxlen=MOST_STEPS)
        self._undone = list[_Step]()

    @property
    def undo_words(self) -> str:
        """What `undo` would take back; empty for nothing."""
        return self._done[-1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        """What `redo` would do again; empty for nothing."""
        return self._undone[-1].words if self._undone else ""

    async def judge(self, clips: Sequence[ClipRef], judgement: Judgement) -> None:
        """Apply a judgement. Raises `InvalidSetting` for an unusable tag."""
        await self._do(judged_words(judgement, len(clips)), self._history.judge(clips, judgement))

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

    async def undo(self) -> str:
        """Take the last decision back and return its words; empty if there was none."""
        return await self._turn(self._done.pop if self._done else None, self._undone.append, is_undo=True)

    async def redo(self) -> str:
        """Make the last decision that was taken back again and return its words; empty if there was none."""
        return await self._turn(self._undone.pop if self._undone else None, self._done.append, is_undo=False)

    async def _do(self, words: str, change: "Awaitable[Former]") -> None:
        former = await change
        if not former.tasks:
            return
        self._done.append(_Step(words, former))
        self._undone.clear()
        self._told(words, is_undo=False)

    async def _turn(self, take: Callable[[], _Step] | None, keep: Callable[[_Step], None], *, is_undo: bool) -> str:
        if take is None:
            return ""
        step = take()
        keep(_Step(step.words, await self._history.put_back(step.former)))
        self._told(step.words, is_undo=is_undo)
        return step.words

    def _told(self, words: str, *, is_undo: bool) -> None:
        self._core.task_writer.on_write()
        self._core.events.publish(DecisionMade(words, is_undo=is_undo))


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
    if judgement.note is not None:
        return f"Note of {clips} changed"
    return f"{clips} moved to a project" if judgement.project is not None else f"{clips} moved out of the project"


def _count(clips: Sequence[ClipRef]) -> str:
    return "1 clip" if len(clips) == 1 else f"{len(clips)} clips"
