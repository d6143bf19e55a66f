"""The services that a filter session uses."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sora_studio.domain.decision import Decision, JudgedClip

if TYPE_CHECKING:
    from sora_studio.domain.task import Task


@dataclass(frozen=True, slots=True)
class FilterServices:
    """`clips_of` returns all clips of tasks in order, `task` one of them if it is still there. `decide` commits in one step.

    `load` and `save` keep the pending decisions on the disk. `mark_seen` notes that a task's clip was looked at.
    """

    clips_of: Callable[[Sequence[int]], Awaitable[Sequence[JudgedClip]]]
    task: "Callable[[int], Awaitable[Task | None]]"
    decide: Callable[[Sequence[Decision]], Awaitable[None]]
    load: Callable[[], Awaitable[Sequence[Decision]]]
    save: Callable[[Sequence[Decision]], Awaitable[None]]
    mark_seen: Callable[[int], Coroutine[object, object, None]]
