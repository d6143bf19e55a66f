"""Undo and redo of what the person did to clips, tasks and drafts."""

from collections import deque
from collections.abc import Awaitable, MutableSequence
from dataclasses import dataclass
from typing import Protocol

from sora_studio.domain.events import DecisionMade
from sora_studio.services.runtime.core import Core

MOST_STEPS = 200


class PutBack(Protocol):
    """Takes a change back, and returns what makes it again."""

    def __call__(self) -> "Awaitable[PutBack]": ...


@dataclass(frozen=True, slots=True)
class _Step:
    """A change that can be taken back, in words such as "3 clips kept"."""

    words: str
    put_back: PutBack


class UndoSteps:
    """The steps of this session, the last one first. Each one, done or taken back, is announced as `DecisionMade`."""

    def __init__(self, core: Core) -> None:
        self._core = core
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

    def add(self, words: str, put_back: PutBack) -> None:
        """Note a change that has just been made."""
        self._done.append(_Step(words, put_back))
        self._undone.clear()
        self._told(words, is_undo=False)

    async def undo(self) -> str:
        """Take the last change back and return its words; empty if there was none. One that fails can be tried again."""
        return await self._turn(self._done, self._undone, is_undo=True)

    async def redo(self) -> str:
        """Make the last change that was taken back again and return its words; empty if there was none."""
        return await self._turn(self._undone, self._done, is_undo=False)

    async def _turn(self, source: MutableSequence[_Step], target: MutableSequence[_Step], *, is_undo: bool) -> str:
        if not source:
            return ""
        step = source.pop()
        try:
            back = await step.put_back()
        except BaseException:
            source.append(step)
            raise
        target.append(_Step(step.words, back))
        self._told(step.words, is_undo=is_undo)
        return step.words

    def _told(self, words: str, *, is_undo: bool) -> None:
        self._core.task_writer.on_write()
        self._core.events.publish(DecisionMade(words, is_undo=is_undo))
