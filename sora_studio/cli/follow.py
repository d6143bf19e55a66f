"""Follows tasks until they are settled, and determines the exit code."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.progress import ProgressLine
from sora_studio.cli.report import Report
from sora_studio.clock import Clock
from sora_studio.domain import failures
from sora_studio.domain.clip import ClipState
from sora_studio.domain.events import (
    Event,
    EventBus,
    NoticeCleared,
    NoticeLevel,
    NoticeRaised,
    TaskChanged,
    TransferProgressed,
)
from sora_studio.domain.task import Phase, Task, TaskState

PATIENCE_S = 600.0
"""How long a command waits without progress before it gives up; the tasks themselves go on."""
BEAT_S = 0.5


@dataclass(frozen=True, slots=True)
class _Block:
    """A cause that stops tasks in these phases for good, as far as a command can wait, and its exit code."""

    phases: frozenset[Phase]
    code: ExitCode


_NO_WAY = "pictures"
_NO_MODEL = "model "
"""Begins the cause of a notice about a model that nothing is sent to; its slug follows."""
_SAVING = frozenset({Phase.UNSAVED})
_BLOCKS = {
    "key": _Block(frozenset(Phase) - {Phase.UNSAVED, Phase.DOWNLOADING}, ExitCode.KEY),
    "credit": _Block(frozenset({Phase.WAITING}), ExitCode.KEY),
    "paused": _Block(frozenset({Phase.WAITING}), ExitCode.GAVE_UP),
    "hard-limit": _Block(frozenset({Phase.WAITING}), ExitCode.GAVE_UP),
    "storage": _Block(_SAVING | {Phase.WAITING, Phase.SENDING}, ExitCode.GAVE_UP),
    "room": _Block(frozenset({Phase.WAITING}), ExitCode.GAVE_UP),
    "output": _Block(_SAVING, ExitCode.GAVE_UP),
}
"""Keyed by the cause of the corresponding notice."""
_OFFLINE = "offline"

_CODES = {
    Phase.READY: ExitCode.SAVED,
    Phase.FAILED: ExitCode.FAILED,
    Phase.CANCELLED: ExitCode.FAILED,
    Phase.EXPIRED: ExitCode.FAILED,
    Phase.MISSING: ExitCode.GAVE_UP,
    Phase.UNKNOWN: ExitCode.UNKNOWN,
    Phase.LOST: ExitCode.UNKNOWN,
}
_NEVER_SENT = frozenset({failures.IMAGE_UNUSABLE, failures.IMAGE_UNPUBLISHED, failures.REQUEST_UNFIT, failures.PROFILE_CHANGED})
_WORST_FIRST = (ExitCode.UNKNOWN, ExitCode.KEY, ExitCode.GAVE_UP, ExitCode.FAILED, ExitCode.INVALID, ExitCode.SAVED)
"""Severity if tasks ended differently. Possible charges come first."""


class Follower:
    """Follows a set of tasks through events. `load` fetches their rows; `standing` are the notices already active.

    `take_back` cancels a task of this command that waits for a failing picture route or a refused model: it must not be sent
    later, when the user may have sent it again.
    """

    def __init__(
        self,
        events: EventBus,
        load: Callable[[Iterable[int]], Awaitable[Sequence[Task]]],
        report: Report,
        progress: ProgressLine,
        clock: Clock,
        *,
        standing: Iterable[NoticeRaised] = (),
        take_back: Callable[[int], Awaitable[bool]] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._take_back = take_back
        self._load = load
        self._report = report
        self._progress = progress
        self._clock = clock
        self._patience_s = patience_s
        self._wake = asyncio.Event()
        self._dirty = set[int]()
        self._tasks = dict[int, Task]()
        self._causes = {notice.cause: notice.text for notice in standing}
        self._untold = set(self._causes)
        self._good_news_at = clock.monotonic()
        self._unsubscribe = events.subscribe(self._on_event)

    async def run(self, tasks: Iterable[int], *, is_done: Callable[[Task], bool]) -> ExitCode:
        """Follow until `is_done` is true for all tasks or waiting longer is pointless. Return the most severe exit code."""
        wanted = set(tasks)
        self._dirty |= wanted
        try:
            while True:
                await self._look(wanted)
                open_tasks = [task for task in self._tasks.values() if not is_done(task)]
                if not open_tasks:
                    return worst(map(_code_of, self._tasks.values()))
                if (code := self._stuck(open_tasks)) is not None:
                    codes = [code, *map(_code_of, self._tasks.values())]
                    await self._give_up(wanted)
                    return worst(codes)
                self._progress.draw(self._tasks.values())
                await self._rest()
        finally:
            self._unsubscribe()
            self._report.end()

    async def _give_up(self, wanted: set[int]) -> None:
        unsendable = self._unsendable([*self._tasks.values()]) if self._take_back else []
        taken_back = {task.id for task in unsendable if self._take_back and await self._take_back(task.id)}
        if taken_back:
            self._dirty |= taken_back
            await self._look(wanted)
            self._progress.say("Tasks that this command could not send were cancelled, so that they are not sent later.")

    def _unsendable(self, tasks: Sequence[Task]) -> list[Task]:
        """Return the tasks that wait for what only the user can change: a picture route, or another model."""
        without_way = self._without_way(tasks)
        return [task for task in tasks if task in without_way or self._is_held(task)]

    def _is_held(self, task: Task) -> bool:
        """Return whether the task waits because of its model's notice. One that says nothing yet may be the refused one."""
        words = self._causes.get(f"{_NO_MODEL}{task.request.model}", "")
        return task.phase is Phase.WAITING and bool(task.trouble) and words.startswith(task.trouble or "")

    def _without_way(self, tasks: Sequence[Task]) -> list[Task]:
        """Return the tasks that wait for the failing picture route in the current notice."""
        words = self._causes.get(_NO_WAY, "")
        waiting = [task for task in tasks if task.phase is Phase.WAITING and task.request.files]
        closed = {task.request.pictures_by for task in waiting if task.trouble and words.startswith(task.trouble)}
        return [task for task in waiting if task.request.pictures_by in closed]

    async def _look(self, wanted: set[int]) -> None:
        dirty = self._dirty & wanted
        self._dirty.clear()
        self._wake.clear()
        for task in await self._load(sorted(dirty)) if dirty else ():
            if self._tasks.get(task.id) != task:
                self._good_news_at = self._clock.monotonic() if not _is_troubled(task) else self._good_news_at
                self._tasks[task.id] = task
                self._report.changed(task)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(BEAT_S):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _stuck(self, tasks: Sequence[Task]) -> ExitCode | None:
        """Return the exit code if waiting longer is pointless, else None."""
        for cause in self._causes.keys() & _BLOCKS.keys():
            if all(task.phase in _BLOCKS[cause].phases for task in tasks):
                self._tell(cause)
                return _BLOCKS[cause].code
        if all(_is_kept(task) for task in tasks):
            self._progress.say("This needs your decision: in the window, choose Save as it is or Save now.")
            return ExitCode.GAVE_UP
        if self._unsendable(tasks) == [*tasks]:
            return ExitCode.INVALID
        if _OFFLINE not in self._causes and not all(_is_troubled(task) for task in tasks):
            self._good_news_at = self._clock.monotonic()
        if self._clock.monotonic() - self._good_news_at > self._patience_s:
            self._progress.say("No progress for a long time. The tasks stay; sora-studio watch goes on with them.")
            return ExitCode.GAVE_UP
        return None

    def _tell(self, cause: str) -> None:
        """Say a notice, once."""
        if cause in self._untold:
            self._untold.discard(cause)
            self._progress.say(self._causes[cause])

    def _on_event(self, event: Event) -> None:
        match event:
            case TaskChanged(task=task):
                self._dirty.add(task)
                self._wake.set()
            case TransferProgressed():
                self._good_news_at = self._clock.monotonic()
                self._progress.transferred(event)
            case NoticeRaised(cause=cause, level=level, text=text):
                self._causes[cause] = text
                self._untold.add(cause)
                if level is not NoticeLevel.INFO:
                    self._tell(cause)
                self._wake.set()
            case NoticeCleared(cause=cause):
                self._causes.pop(cause, None)
            case _:
                pass


def is_settled(task: Task) -> bool:
    """Return whether nothing more happens to the task by itself, or the user must decide."""
    return task.is_settled or task.phase in (Phase.UNKNOWN, Phase.LOST) or task.is_put_aside


def is_answered(task: Task) -> bool:
    """Return whether the task's create got any answer."""
    return task.state not in (TaskState.WAITING, TaskState.SENDING)


def is_ended(task: Task) -> bool:
    """Return whether the service has finished with the task, as far as known; its clips may still have to be downloaded."""
    return task.state.is_over or is_settled(task)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the most severe code; `SAVED` if there is none."""
    return min(codes, key=_WORST_FIRST.index, default=ExitCode.SAVED)


def _code_of(task: Task) -> ExitCode:
    if task.phase is Phase.FAILED and task.fail_code in _NEVER_SENT:
        return ExitCode.INVALID
    return _CODES.get(task.phase, ExitCode.SAVED)


def _is_kept(task: Task) -> bool:
    """Return whether all missing clips arrived as unplayable files that were kept, so that they are not downloaded again."""
    missing = [clip for clip in task.clips if clip.state is not ClipState.SAVED]
    return task.phase is Phase.UNSAVED and bool(missing) and all(clip.kept and clip.trouble for clip in missing)


def _is_troubled(task: Task) -> bool:
    return bool(task.trouble) or any(clip.trouble for clip in task.clips)
